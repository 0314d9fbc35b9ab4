"""Ranking the next wave of many cascades, ahead of time and without holding any of them."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from guildhall.discovery import queries as discovery
from guildhall.discovery.types import CandidateJob, Ranked
from guildhall.matching import rules, statements
from guildhall.matching.statements import NewCandidate, ReadyWave, Unranked
from guildhall.matching.types import Mode, WaveKind
from guildhall.policy.queries import get as get_policy
from guildhall.policy.types import MatchingPolicy

SPARE_CANDIDATES = 3
"""So many more than a wave asks are ranked, in place of those who are no longer free when it opens."""


def rank_next_waves(cascades: Sequence[Unranked], at: datetime) -> None:
    """Decide the next wave of each cascade, rank its candidates in one statement, and store both."""
    policy = get_policy(MatchingPolicy)
    jobs = [job_of(cascade, left[0], at) for cascade in cascades if (left := _waves_left(cascade, policy))]
    ranked = discovery.rank_candidates(jobs, at) if jobs else []
    with transaction.atomic():
        ready = [_ready(cascade, policy) for cascade in cascades]
        statements.store_ready(ready, candidates_of(cascades, ranked))


def rank_direct(cascade: Unranked, at: datetime) -> Ranked:
    """Make the one wave of a direct cascade ready, in the open transaction, and say whether its provider is eligible."""
    policy = get_policy(MatchingPolicy)
    wave = _waves_left(cascade, policy)[0]
    (ranked,) = discovery.rank_candidates([job_of(cascade, wave, at)], at)
    statements.store_ready([_ready(cascade, policy)], candidates_of([cascade], [ranked]))
    return ranked


def _waves_left(cascade: Unranked, policy: MatchingPolicy) -> list[rules.Wave]:
    search = rules.Search(
        mode=Mode(cascade.mode),
        is_direct=cascade.direct_to is not None,
        has_favourites=bool(cascade.favourites),
        tier_ranks=cascade.tier_ranks,
    )
    return rules.waves_after(
        search, policy, kind=cascade.wave_kind, tier_rank=cascade.wave_tier_rank, turn=cascade.wave_turn
    )


def _ready(cascade: Unranked, policy: MatchingPolicy) -> ReadyWave:
    left = _waves_left(cascade, policy)
    if not left:
        return ReadyWave(cascade_id=cascade.id, number=cascade.wave_number + 1)
    wave, windows = left[0], [one.window_seconds for one in left]
    return ReadyWave(
        cascade_id=cascade.id,
        number=cascade.wave_number + 1,
        kind=wave.kind.value,
        tier_rank=wave.tier_rank,
        turn=wave.turn,
        size=wave.size,
        window_seconds=rules.window_seconds(windows, cascade.opens_at, cascade.ends_by),
    )


def job_of(cascade: Unranked, wave: rules.Wave, at: datetime) -> CandidateJob:
    """Say what is asked of discovery for a wave. An ASAP job is expected to begin the travel allowance after the wave opens."""
    starts_at, ends_at = cascade.planned.lower, cascade.planned.upper
    if cascade.mode == Mode.ASAP:
        starts_at = max(at, cascade.opens_at) + timedelta(minutes=cascade.travel_minutes)
        ends_at = starts_at + timedelta(minutes=cascade.planned_minutes)
    assert starts_at is not None
    assert ends_at is not None
    return CandidateJob(
        key=cascade.id,
        latitude=cascade.latitude,
        longitude=cascade.longitude,
        category_id=cascade.category_id,
        window_start=starts_at,
        window_end=ends_at,
        tier_rank=wave.tier_rank,
        only=_only(cascade, wave),
        excluded=[*cascade.excluded, *cascade.asked],
        limit=wave.size if wave.kind is WaveKind.DIRECT else wave.size + SPARE_CANDIDATES,
        asap=cascade.mode == Mode.ASAP,
        seed=(cascade.id.int ^ cascade.wave_number) % 2**31,
    )


def _only(cascade: Unranked, wave: rules.Wave) -> list[UUID] | None:
    if wave.kind is WaveKind.FAVOURITES:
        return list(cascade.favourites)
    return [cascade.direct_to] if cascade.direct_to is not None else None


def candidates_of(cascades: Iterable[Unranked], ranked: Iterable[Ranked]) -> list[NewCandidate]:
    """Turn discovery's answer into rows, each cascade's numbered from 1 in the order given."""
    wave_numbers = {cascade.id: cascade.wave_number + 1 for cascade in cascades}
    counts: dict[UUID, int] = {}
    rows = []
    for one in ranked:
        counts[one.key] = counts.get(one.key, 0) + 1
        rows.append(
            NewCandidate(
                cascade_id=one.key,
                wave_number=wave_numbers[one.key],
                position=counts[one.key],
                provider_id=one.provider_id,
                tier_rank=one.tier_rank,
                distance_metres=one.distance_metres,
                score=one.score,
                reasons=one.reasons,
                eligible=one.eligible,
                refusal=one.refusal,
            )
        )
    return rows
