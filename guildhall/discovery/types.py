"""What discovery is asked and what it answers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class CandidateJob:
    """
    A job that looks for providers: place (WGS 84), category, and the window `[window_start, window_end)` it will take.

    `only` asks about these providers alone (favourites, a direct booking) and keeps their order; `excluded` are blocked
    pairs and those who cancelled. `limit` is how many will be asked at once; `seed` breaks ties.
    """

    key: UUID
    latitude: float
    longitude: float
    category_id: int
    window_start: datetime
    window_end: datetime
    tier_rank: int | None = None
    only: Sequence[UUID] | None = None
    excluded: Sequence[UUID] = ()
    limit: int
    asap: bool
    seed: int


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """
    A provider considered for a job: the eligible first, `position` from 1. `reasons` holds each signal (0 worst, 1 best).

    `refusal` says why an ineligible one is not asked: not_covering, too_far, excluded, no_tier, not_category, no_right,
    not_available_now, notice, not_working, not_free, day_is_full.
    """

    key: UUID
    provider_id: UUID
    tier_rank: int | None
    position: int
    distance_metres: int | None
    score: float
    reasons: dict[str, float | bool] = field(default_factory=dict)
    eligible: bool
    refusal: str = ""


@dataclass(frozen=True, kw_only=True)
class Found:
    """A provider who covers the place; `cursor` continues the search behind this one. `rating` is the mean of 1..5."""

    provider_id: UUID
    tier_rank: int
    distance_metres: int
    rating: float | None
    rating_count: int
    response_seconds: float | None
    available_now: bool
    cursor: str


@dataclass(frozen=True, kw_only=True)
class Record:
    """What is known of a candidate when the ranking weighs them. None: never rated, never answered, never asked."""

    provider_id: UUID
    tier_rank: int | None
    distance_metres: float | None
    rating_mean: float | None
    rating_count: int
    response_seconds: float | None
    offers_answered: int
    offers_accepted: int
    waited_seconds: float | None
