"""Facts of reviews. Ids, enums and stars; the words stay in their table."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from guildhall.eventlog.types import Event
from guildhall.reviews.types import Side


@dataclass(frozen=True, kw_only=True)
class ReviewFact(Event):
    """What every fact of a review tells: of which two people, and which of them wrote it."""

    aggregate_type: ClassVar[str] = "review"
    customer_id: UUID
    provider_id: UUID
    side: Side


@dataclass(frozen=True, kw_only=True)
class ReviewSubmitted(ReviewFact):
    """One side has written. `is_first`: the other has not, and sees nothing before it has too or the window has ended."""

    name: ClassVar[str] = "review.submitted"
    is_first: bool
    closes_at: datetime


@dataclass(frozen=True, kw_only=True)
class ReviewPublished(ReviewFact):
    """The review is for everybody to see, and counts."""

    name: ClassVar[str] = "review.published"
    rating: int


@dataclass(frozen=True, kw_only=True)
class ReviewReplied(ReviewFact):
    """Whom it is about has answered."""

    name: ClassVar[str] = "review.replied"
