"""Words of reviews."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

COMMENT_LENGTH_MAX = 2_000
REPLY_LENGTH_MAX = 1_000
RATING_MIN, RATING_MAX = 1, 5


class Side(StrEnum):
    """Who of a booking's two parties wrote a review."""

    CUSTOMER = "customer"
    PROVIDER = "provider"

    @property
    def other(self) -> "Side":
        """The party that the review is about."""
        return Side.PROVIDER if self is Side.CUSTOMER else Side.CUSTOMER


class ReviewStatus(StrEnum):
    """Hidden until both sides have written or the window has ended; then for everybody to see."""

    HIDDEN = "hidden"
    PUBLISHED = "published"


@dataclass(frozen=True, kw_only=True)
class ReviewCard:
    """A review as it may be shown to one who may see it. `reviewer_name` is a first name and an initial; `reply` is empty or the reviewee's."""

    id: UUID
    booking_id: UUID
    side: Side
    reviewer_id: UUID
    reviewer_name: str
    reviewee_id: UUID
    rating: int
    comment: str
    is_published: bool
    submitted_at: datetime
    published_at: datetime | None
    reply: str
    replied_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class BookingReviews:
    """
    The reviews of a booking that one of its parties may see.

    `may_review` says whether the asker can still write theirs (until `closes_at`, None before the work is done); `is_other_in`
    whether the other side has written, though it may not be seen yet.
    """

    may_review: bool
    is_other_in: bool
    closes_at: datetime | None
    reviews: tuple[ReviewCard, ...]
