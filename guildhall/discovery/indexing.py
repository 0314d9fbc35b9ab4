"""From what is known of a provider to their place in the reach index."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from guildhall.discovery.cells import cover
from guildhall.discovery.rules import order_number, week_mask
from guildhall.discovery.statements import Posted, Source
from guildhall.providers.types import Hours, Schedule
from guildhall.scheduling.queries import offsets, working_ranges
from guildhall.scheduling.types import Span

KNOWN_DAYS = 36
"""Five weeks and the day that has begun: how far ahead the index holds working hours."""
_YEAR_DAYS = 366
_NOBODY = UUID(int=0)
_SOME_MONDAY = datetime(2024, 1, 1, tzinfo=UTC)


def post(source: Source, at: datetime) -> Posted:
    """Work out a provider's cells, order and working hours. Without a tier or hours they are held and not found."""
    today = datetime.combine(at.astimezone(UTC).date(), time(), UTC)
    weekly = tuple((weekday, starts, ends) for weekday, starts, ends in source.weekly)
    working, week = _working(weekly, source.time_zone, today)
    covered = cover(source.area)
    middle = source.area.representative_point()
    category_ids = source.category_ids if source.tier_rank is not None else []
    rating = source.rating_sum / source.rating_count if source.rating_count else None
    return Posted(
        provider_id=source.provider_id,
        longitude=middle.x if source.home_longitude is None else source.home_longitude,
        latitude=middle.y if source.home_latitude is None else source.home_latitude,
        working=working,
        working_until=today + timedelta(days=KNOWN_DAYS),
        hours={"time_zone": source.time_zone, "weekly": source.weekly},
        ord=order_number(source.tier_rank, rating, source.rating_count),
        week=week,
        keys=[key for category_id in category_ids for key in covered.keys(category_id)],
        interior=[whole for _ in category_ids for whole in covered.interior],
    )


def works_through(hours: str, start: datetime, end: datetime) -> bool:
    """Whether weekly hours (JSON, as the index holds them) cover the whole of `[start, end)`: the exact look at far times."""
    known = json.loads(hours)
    schedule = _schedule(known["weekly"], known["time_zone"])
    return working_ranges(schedule, start, end) == [Span(start, end)]


@lru_cache(maxsize=256)
def _working(weekly: tuple[tuple[int, str, str], ...], zone: str, today: datetime) -> tuple[tuple[Span, ...], int]:
    """
    Give the working hours of the known days, and the blocks of the week in which the provider works at any time of a year.

    A year, because the blocks are in UTC and move with the clocks. Many providers keep the same hours.
    """
    schedule = _schedule(weekly, zone)
    known = working_ranges(schedule, today, today + timedelta(days=KNOWN_DAYS))
    year = offsets(zone, today, today + timedelta(days=_YEAR_DAYS))
    return tuple(known), week_mask(
        span for ahead in year for rule in schedule.weekly for span in [_in_a_week(rule, ahead)]
    )


def _in_a_week(rule: Hours, ahead: timedelta) -> Span:
    """Place a weekly rule in some week, as UTC sees it while the zone's clocks are so far ahead."""
    midnight = _SOME_MONDAY + timedelta(days=rule.weekday) - ahead
    starts, ends = (timedelta(hours=at.hour, minutes=at.minute, seconds=at.second) for at in (rule.starts, rule.ends))
    return Span(midnight + starts, midnight + ends + (timedelta(0) if starts < ends else timedelta(days=1)))


def _schedule(weekly: Sequence[Sequence[Any]], zone: str) -> Schedule:
    rules = [Hours(weekday, time.fromisoformat(starts), time.fromisoformat(ends)) for weekday, starts, ends in weekly]
    return Schedule(provider_id=_NOBODY, time_zone=zone, weekly=rules, minimum_notice_minutes=0, jobs_a_day_max=None)
