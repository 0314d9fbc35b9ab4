"""Pure decisions of discovery: hours of the week, the index's order, the ranking of candidates."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from guildhall.discovery.types import Record
from guildhall.policy.types import RankingWeights
from guildhall.scheduling.types import Span

BLOCK = timedelta(hours=3)
EVERY_BLOCK = (1 << 56) - 1
RATING_PRIOR = 4.0
RATING_PRIOR_COUNT = 5
NEWCOMER_JOBS = 5
NEWCOMER_EVERY = 5
RESPONSE_HALF_SECONDS = 600
WAITING_FULL_SECONDS = 14 * 86_400
UNKNOWN = 0.5
LAST_ORD = 9_999


def week_mask(spans: Iterable[Span]) -> int:
    """Give the three-hour blocks of the week (UTC, bit 0 = Monday 00:00) that the spans touch, as a word of 56 bits."""
    mask = 0
    for span in spans:
        start = span.starts_at.astimezone(UTC)
        at = start.replace(hour=start.hour // 3 * 3, minute=0, second=0, microsecond=0)
        while at < span.ends_at and mask != EVERY_BLOCK:
            mask |= 1 << (at.weekday() * 8 + at.hour // 3)
            at += BLOCK
    return mask


def known_rating(mean: float | None, count: int) -> float:
    """Draw the mean of a few ratings to the middle: a newcomer stands at the prior."""
    total = (mean or 0.0) * count + RATING_PRIOR * RATING_PRIOR_COUNT
    return total / (count + RATING_PRIOR_COUNT)


def order_number(tier_rank: int | None, rating_mean: float | None, rating_count: int) -> int:
    """Give the place in the index's order: by tier, and within it by rating in steps of a hundredth."""
    if tier_rank is None:
        return LAST_ORD
    return tier_rank * 1000 + 500 - round(100 * known_rating(rating_mean, rating_count))


@dataclass
class Scored:
    """A candidate with a score between 0 and 1 and the signals it was made of."""

    record: Record
    score: float
    reasons: dict[str, float | bool] = field(default_factory=dict)

    @property
    def is_newcomer(self) -> bool:
        """Whether they have done too few jobs to be known."""
        return self.record.offers_accepted < NEWCOMER_JOBS


def signals(record: Record, radius_metres: int) -> dict[str, float]:
    """Say how well a candidate does on each signal, between 0 (worst) and 1 (best)."""
    waited, response, distance = record.waited_seconds, record.response_seconds, record.distance_metres
    answered, accepted = record.offers_answered, record.offers_accepted
    return {
        "distance": UNKNOWN if distance is None else 1 - min(distance / radius_metres, 1.0),
        "rating": (known_rating(record.rating_mean, record.rating_count) - 1) / 4,
        "response": UNKNOWN if response is None else 1 / (1 + response / RESPONSE_HALF_SECONDS),
        "newcomer": 1 - min(accepted / NEWCOMER_JOBS, 1.0),
        "waiting": 1.0 if waited is None else min(max(waited, 0.0) / WAITING_FULL_SECONDS, 1.0),
        "acceptance": accepted / answered if answered else UNKNOWN,
    }


def score(record: Record, weights: RankingWeights, radius_metres: int) -> Scored:
    """Weigh a candidate: the weighted mean of the signals. A signal of no weight is not looked at and not given as a reason."""
    weighted = {name: weight for name, weight in weights.model_dump().items() if weight}
    found = signals(record, radius_metres)
    total = sum(weight * found[name] for name, weight in weighted.items()) / sum(weighted.values())
    return Scored(record, round(total, 6), {name: round(found[name], 4) for name in weighted})


def rank(
    records: Iterable[Record], weights: RankingWeights, *, radius_metres: int, limit: int, seed: int
) -> list[Scored]:
    """
    Order candidates by score, ties by the seed, and give the first `limit`.

    One place in five belongs to newcomers: the best of them who would be left out take the last places.
    """
    scored = [score(record, weights, radius_metres) for record in records]
    scored.sort(key=lambda one: (-one.score, _lot(seed, one.record.provider_id)))
    return _with_newcomers(scored[:limit], scored[limit:], limit // NEWCOMER_EVERY)


def _with_newcomers(first: list[Scored], others: Sequence[Scored], places: int) -> list[Scored]:
    missing = places - sum(one.is_newcomer for one in first)
    promoted = [one for one in others if one.is_newcomer][: max(missing, 0)]
    leaving = [one for one in reversed(first) if not one.is_newcomer][: len(promoted)]
    for one in promoted:
        one.reasons["newcomer_place"] = True
    return [one for one in first if not any(one is other for other in leaving)] + promoted


def _lot(seed: int, provider_id: UUID) -> bytes:
    return hashlib.sha256(f"{seed}:{provider_id}".encode()).digest()


def span_is_worked(worked: Sequence[Span], start: datetime, end: datetime) -> bool:
    """Whether one of the working spans holds the whole of `[start, end)`."""
    return any(span.starts_at <= start and end <= span.ends_at for span in worked)
