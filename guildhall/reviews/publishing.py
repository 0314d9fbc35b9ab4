"""Making reviews visible: when both are in, or when the window has ended."""

from datetime import datetime
from typing import Any, TypeVar

from guildhall.eventlog.commands import publish
from guildhall.kernel.actors import Actor
from guildhall.providers.commands import record_rating
from guildhall.reviews import lifecycle
from guildhall.reviews.events import ReviewFact, ReviewPublished
from guildhall.reviews.models import Review, Window
from guildhall.reviews.types import ReviewStatus, Side

WINDOW_ENDS = "reviews.window"
F = TypeVar("F", bound=ReviewFact)


def publish_all(window: Window, *, by: Actor, at: datetime) -> None:
    """Make a window's hidden reviews visible, and count the customer's for its provider. The window's row is locked."""
    for review in Review.objects.filter(window=window, status=ReviewStatus.HIDDEN).order_by("side"):
        review.move(lifecycle.PUBLISH, published_at=at)
        if review.side == Side.CUSTOMER:
            record_rating(provider_id=window.provider_id, rating=review.rating)
        publish(fact(ReviewPublished, review, window, rating=review.rating), by=by, at=at)


def fact(kind: type[F], review: Review, window: Window, **values: Any) -> F:
    """Make a fact of a review's present version."""
    return kind(
        aggregate_id=review.id,
        version=review.version,
        reference=f"booking:{window.booking_id}",
        customer_id=window.customer_id,
        provider_id=window.provider_id,
        side=Side(review.side),
        **values,
    )
