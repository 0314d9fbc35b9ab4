"""What each side of a job says of the other (R79, R87, R96)."""

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from guildhall.kernel.refusals import DoesNotExist, NotFound
from guildhall.providers.queries import require_provider
from guildhall.reviews import commands
from guildhall.reviews.queries import get_review, reviews_of, reviews_of_booking
from guildhall.reviews.types import ReviewCard
from guildhall.web.api.auth import ANYBODY, CUSTOMER_OR_PROVIDER, who
from guildhall.web.api.fields import BookingId, Instant, Minutes, PageSize, ProviderId, ReviewId, Text
from guildhall.web.api.idempotency import changes
from guildhall.web.api.reading import PAGE_SIZE, make_time_cursor, page_of, read_time_cursor, reads
from guildhall.web.api.schemas import Body, Page
from guildhall.web.middleware import received_at

router = Router(tags=["reviews"])
Stars = Minutes
"""Any whole number that fits; which are stars is for the command to say (422)."""


class ReviewIn(Body):
    """A review: of a done job, by the one of its two sides who asks. `rating` is 1 to 5 stars."""

    booking_id: BookingId
    rating: Stars
    comment: Text = ""


class ReplyIn(Body):
    """The reviewee's answer, for everybody to read."""

    reply: Annotated[Text, Field(min_length=1)]


class PublicReviewOut(Schema):
    """A review as everybody sees it."""

    id: ReviewId
    rating: int
    comment: str
    reviewer_name: str
    published_at: Instant
    reply: str
    replied_at: Instant | None

    @classmethod
    def of(cls, card: ReviewCard) -> "PublicReviewOut":
        """Show a published review."""
        assert card.published_at is not None, "only published reviews are listed"
        return cls(
            id=card.id,
            rating=card.rating,
            comment=card.comment,
            reviewer_name=card.reviewer_name,
            published_at=card.published_at,
            reply=card.reply,
            replied_at=card.replied_at,
        )


class ReviewOut(Schema):
    """A review as the two sides of its booking see it. `side` is who wrote it."""

    id: ReviewId
    booking_id: BookingId
    side: str
    reviewer_name: str
    rating: int
    comment: str
    is_published: bool
    created_at: Instant
    published_at: Instant | None
    reply: str
    replied_at: Instant | None

    @classmethod
    def of(cls, card: ReviewCard) -> "ReviewOut":
        """Show a review to a side of its booking."""
        return cls(
            id=card.id,
            booking_id=card.booking_id,
            side=card.side,
            reviewer_name=card.reviewer_name,
            rating=card.rating,
            comment=card.comment,
            is_published=card.is_published,
            created_at=card.submitted_at,
            published_at=card.published_at,
            reply=card.reply,
            replied_at=card.replied_at,
        )


class BookingReviewsOut(Schema):
    """The reviews of a booking that the asker may see; `may_review` until `closes_at`."""

    may_review: bool
    is_other_in: bool
    closes_at: Instant | None
    reviews: list[ReviewOut]


@router.post("/reviews", response={201: ReviewOut}, auth=CUSTOMER_OR_PROVIDER)
@changes
def submit_review(request: HttpRequest, body: ReviewIn) -> Status[ReviewOut]:
    """Review the other side of a done job. Hidden until both sides have written or the window has ended."""
    try:
        review_id = commands.submit_review(
            booking_id=body.booking_id,
            rating=body.rating,
            comment=body.comment,
            by=who(request),
            at=received_at(request),
        )
    except NotFound:
        raise DoesNotExist("There is no such booking.", field="booking_id") from None
    return Status(201, _shown(review_id))


@router.post("/reviews/{review_id}/reply", response=ReviewOut, auth=CUSTOMER_OR_PROVIDER)
@changes
def reply(request: HttpRequest, review_id: ReviewId, body: ReplyIn) -> Status[ReviewOut]:
    """Answer a visible review of oneself, once."""
    commands.reply_to_review(review_id=review_id, reply=body.reply, by=who(request), at=received_at(request))
    return Status(200, _shown(review_id))


@router.get("/bookings/{booking_id}/reviews", response=BookingReviewsOut, auth=ANYBODY)
@reads
def of_booking(request: HttpRequest, booking_id: BookingId) -> BookingReviewsOut:
    """Show one's own review of a booking, and the other side's when it may be seen."""
    found = reviews_of_booking(booking_id=booking_id, by=who(request), at=received_at(request))
    return BookingReviewsOut(
        may_review=found.may_review,
        is_other_in=found.is_other_in,
        closes_at=found.closes_at,
        reviews=[ReviewOut.of(card) for card in found.reviews],
    )


@router.get("/providers/{provider_id}/reviews", response=Page[PublicReviewOut], auth=None)
@reads
def of_provider(
    request: HttpRequest, provider_id: ProviderId, *, limit: PageSize = PAGE_SIZE, cursor: str | None = None
) -> Page[PublicReviewOut]:
    """List what customers say of a provider, newest first."""
    require_provider(provider_id)
    kind = f"reviews:{provider_id}"
    found = reviews_of(provider_id, before=read_time_cursor(kind, cursor), limit=limit + 1)
    return page_of(found, limit, PublicReviewOut.of, lambda card: _cursor(kind, card))


def _cursor(kind: str, card: ReviewCard) -> str:
    assert card.published_at is not None, "only published reviews are listed"
    return make_time_cursor(kind, card.published_at, card.id)


def _shown(review_id: UUID) -> ReviewOut:
    card = get_review(review_id=review_id)
    assert card is not None, "just written"
    return ReviewOut.of(card)
