"""Reading reviews: what is published is for everybody, what is hidden only for who wrote it (and operators)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from guildhall.bookings.queries import access_booking
from guildhall.bookings.types import BookingCard
from guildhall.identity.queries import get_contacts
from guildhall.kernel.actors import Actor
from guildhall.kernel.rows import fetch, read
from guildhall.reviews.models import Review, Window
from guildhall.reviews.types import BookingReviews, ReviewCard, ReviewStatus, Side


def reviews_of(reviewee_id: UUID, *, before: tuple[datetime, UUID] | None = None, limit: int = 20) -> list[ReviewCard]:
    """Give the published reviews about somebody, newest first; `before` is the (published_at, id) of the last one seen."""
    params: dict[str, object] = {"reviewee": reviewee_id, "status": ReviewStatus.PUBLISHED.value, "most": limit}
    further = ""
    if before is not None:
        further = "and (published_at, id) < (%(at)s, %(id)s)"
        params |= dict(zip(("at", "id"), before, strict=True))
    wanted = f"where reviewee_id = %(reviewee)s and status = %(status)s {further}"
    return _cards(read(Review, f"{wanted} order by published_at desc, id desc limit %(most)s", params))


def reviews_of_booking(*, booking_id: UUID, by: Actor, at: datetime) -> BookingReviews:
    """
    Give what one of a booking's parties may see of its reviews, and whether they can still write.

    :raises NotFound: for everybody else, as if there were no such booking.
    """
    return reviews_beside(access_booking(booking_id=booking_id, by=by), by=by, at=at)


def reviews_beside(card: BookingCard, *, by: Actor, at: datetime) -> BookingReviews:
    """Give what `reviews_of_booking` does, to one of the parties who has the booking's card already."""
    window = fetch(Window, "booking", card.id)
    written = read(Review, "where window_id = %s order by side", [card.id])
    mine = {review.id for review in written if by.id == review.reviewer_id}
    seen = [one for one in written if one.status == ReviewStatus.PUBLISHED or one.id in mine or by.kind == "operator"]
    is_party = by.kind in set(Side)
    return BookingReviews(
        may_review=is_party and not mine and card.finished_at is not None and (window is None or at < window.closes_at),
        is_other_in=is_party and any(review.id not in mine for review in written),
        closes_at=window.closes_at if window else None,
        reviews=tuple(_cards(seen)),
    )


def awaits_review(*, booking_id: UUID, account_id: UUID) -> bool:
    """Whether something is hidden that this side's own review would bring to light."""
    hidden = Review.objects.filter(window_id=booking_id, status=ReviewStatus.HIDDEN)
    return hidden.filter(reviewee_id=account_id).exists()


def get_review(*, review_id: UUID) -> ReviewCard | None:
    """Give a review, visible or not: for callers that show it to nobody but its two sides."""
    return next(iter(_cards(list(Review.objects.filter(id=review_id)))), None)


def _cards(rows: Sequence[Review]) -> list[ReviewCard]:
    people = get_contacts([review.reviewer_id for review in rows])
    return [
        ReviewCard(
            id=review.id,
            booking_id=review.window_id,
            side=Side(review.side),
            reviewer_id=review.reviewer_id,
            reviewer_name=f"{people[review.reviewer_id].first_name} {people[review.reviewer_id].last_name[:1]}.",
            reviewee_id=review.reviewee_id,
            rating=review.rating,
            comment=review.comment,
            is_published=review.status == ReviewStatus.PUBLISHED,
            submitted_at=review.submitted_at,
            published_at=review.published_at,
            reply=review.reply,
            replied_at=review.replied_at,
        )
        for review in rows
    ]
