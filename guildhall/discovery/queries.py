"""Who could do this job, here, then."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from guildhall.catalog.queries import get_category
from guildhall.discovery import rules, statements
from guildhall.discovery.cells import keys_at
from guildhall.discovery.indexing import works_through
from guildhall.discovery.types import CandidateJob, Found, Ranked, Record
from guildhall.kernel.refusals import Invalid
from guildhall.policy.queries import get
from guildhall.policy.types import MatchingPolicy
from guildhall.scheduling.types import Span

CONSIDERED_MAX = 200
"""How many eligible providers of a job are weighed against each other, the best rated of the tier first."""
PAGE_MAX = 100
_FIRST = UUID(int=0)


class BadCursor(Invalid):
    """The cursor was not made by a search."""

    code = "bad_cursor"
    default_detail = "This page marker is not one of ours; start again without it."


def rank_candidates(jobs: Sequence[CandidateJob], at: datetime) -> list[Ranked]:
    """
    Rank those who could do each job, by one statement for all jobs.

    Without `only`: up to `limit` eligible providers by score, one place in five for newcomers. With `only`: all of these, the
    eligible in their order first, then the others with the reason why not.
    """
    policy = get(MatchingPolicy)
    radius = policy.search_radius_metres
    asked = [_question(job) for job in jobs]
    considered: dict[UUID, list[Any]] = {job.key: [] for job in jobs}
    for row in statements.candidates(asked, at=at, radius_metres=radius) if asked else []:
        considered[row.key].append(row)
    ranked: list[Ranked] = []
    for job in jobs:
        refusals = {row.provider_id: _refusal(row, job.window_start, job.window_end) for row in considered[job.key]}
        records = {row.provider_id: _record(row, at) for row in considered[job.key]}
        ranked += _ranked(job, records, refusals, policy)
    return ranked


def is_eligible(job: CandidateJob, provider_id: UUID, at: datetime) -> Ranked:
    """Say whether one provider could do the job, and if not why."""
    return rank_candidates([replace(job, only=[provider_id], limit=1)], at)[0]


def search(
    *,
    latitude: float,
    longitude: float,
    category_key: str,
    start: datetime | None,
    end: datetime | None,
    at: datetime,
    tier_rank: int | None = None,
    limit: int = 20,
    after: str | None = None,
) -> list[Found]:
    """
    Find the providers who cover a place in a category, and are free in `[start, end)` when that is given.

    They come by tier, then rating, `limit` at most (100 at the very most); `after` is the cursor of the last one seen.

    :raises UnknownCategory: the vertical has no such category.
    :raises BadCursor: `after` was not made by a search.
    """
    wanted = min(limit, PAGE_MAX)
    radius = get(MatchingPolicy).search_radius_metres
    question = {
        **_place(latitude, longitude, get_category(category_key).id),
        **_window(start, end),
        "key": _FIRST,
        "asap": False,
        "most": wanted,
    }
    found: list[Found] = []
    while True:
        rows = statements.candidates([question | _order(tier_rank, after)], at=at, radius_metres=radius)
        found += [_found(row) for row in rows if start is None or end is None or not _refusal(row, start, end)]
        if len(found) >= wanted or len(rows) < wanted:
            return found[:wanted]
        after = _cursor(rows[-1])


def _question(job: CandidateJob) -> dict[str, Any]:
    place = _place(job.latitude, job.longitude, job.category_id)
    window = _window(job.window_start, job.window_end)
    if job.asap:
        window["week_mask"] = 0
    if job.only is not None:
        place["keys"] = None
    return {
        **place,
        **window,
        **_order(job.tier_rank, None),
        "key": job.key,
        "only_ids": None if job.only is None else list(dict.fromkeys(job.only)),
        "excluded": list(job.excluded),
        "asap": job.asap,
        "most": CONSIDERED_MAX,
    }


def _place(latitude: float, longitude: float, category_id: int) -> dict[str, Any]:
    keys = keys_at(latitude, longitude, category_id)
    return {"latitude": latitude, "longitude": longitude, "category": category_id, "keys": keys}


def _window(start: datetime | None, end: datetime | None) -> dict[str, Any]:
    if start is None or end is None:
        return {"starts_at": None, "ends_at": None, "week_mask": 0}
    return {"starts_at": start, "ends_at": end, "week_mask": rules.week_mask([Span(start, end)])}


def _order(tier_rank: int | None, after: str | None) -> dict[str, Any]:
    """Where in the index's order to begin and to end."""
    first, last = (0, rules.LAST_ORD) if tier_rank is None else (tier_rank * 1000, tier_rank * 1000 + 999)
    if after is None:
        return {"after_ord": first, "after_provider": _FIRST, "last_ord": last}
    seen, _, provider_id = after.partition(":")
    try:
        seen_ord, seen_provider = int(seen), UUID(provider_id)
    except ValueError:
        raise BadCursor from None
    if not 0 <= seen_ord <= rules.LAST_ORD:
        raise BadCursor
    return {"after_ord": max(first, seen_ord), "after_provider": seen_provider, "last_ord": last}


def _refusal(row: Any, start: datetime, end: datetime) -> str:
    """Why not: the statement's word, or for times beyond the known weeks the weekly hours."""
    if not row.refusal and row.hours is not None and not works_through(row.hours, start, end):
        return "not_working"
    return str(row.refusal)


def _record(row: Any, at: datetime) -> Record:
    answered = (row.offers_accepted or 0) + (row.offers_declined or 0)
    waited: timedelta | None = at - row.offered_at if row.offered_at else None
    return Record(
        provider_id=row.provider_id,
        tier_rank=row.tier_rank,
        distance_metres=row.distance_metres,
        rating_mean=row.rating_sum / row.rating_count if row.rating_count else None,
        rating_count=row.rating_count or 0,
        response_seconds=row.response_seconds_sum / answered if answered else None,
        offers_answered=answered + (row.offers_ignored or 0),
        offers_accepted=row.offers_accepted or 0,
        waited_seconds=waited.total_seconds() if waited is not None else None,
    )


def _ranked(
    job: CandidateJob, records: Mapping[UUID, Record], refusals: Mapping[UUID, str], policy: MatchingPolicy
) -> list[Ranked]:
    """Order one job's candidates: the eligible by rank (or as asked), then those refused."""
    eligible = [record for provider_id, record in records.items() if not refusals[provider_id]]
    weights, radius = policy.weights, policy.search_radius_metres
    if job.only is None:
        chosen = rules.rank(eligible, weights, radius_metres=radius, limit=job.limit, seed=job.seed)
        refused = []
    else:
        chosen = [rules.score(record, weights, radius) for record in eligible]
        refused = [rules.Scored(records[one], 0.0) for one in refusals if refusals[one]]
    return [
        Ranked(
            key=job.key,
            provider_id=one.record.provider_id,
            tier_rank=one.record.tier_rank,
            position=position,
            distance_metres=None if one.record.distance_metres is None else round(one.record.distance_metres),
            score=one.score,
            reasons=one.reasons,
            eligible=not refusals[one.record.provider_id],
            refusal=refusals[one.record.provider_id],
        )
        for position, one in enumerate([*chosen, *refused], start=1)
    ]


def _found(row: Any) -> Found:
    answered = row.offers_accepted + row.offers_declined
    return Found(
        provider_id=row.provider_id,
        tier_rank=row.tier_rank,
        distance_metres=round(row.distance_metres),
        rating=row.rating_sum / row.rating_count if row.rating_count else None,
        rating_count=row.rating_count,
        response_seconds=row.response_seconds_sum / answered if answered else None,
        available_now=row.available_now,
        cursor=_cursor(row),
    )


def _cursor(row: Any) -> str:
    return f"{row.ord}:{row.provider_id}"
