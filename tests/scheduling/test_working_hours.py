"""Weekly hours in wall time are the right instants, whatever the clocks do."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from guildhall.providers.types import Hours, Schedule
from guildhall.scheduling.queries import working_ranges
from guildhall.scheduling.types import Span
from tests.scheduling.test_local_time import STEP, ZONES, changes, wall


def schedule(zone: str, *weekly: Hours) -> Schedule:
    return Schedule(
        provider_id=UUID(int=1), time_zone=zone, weekly=list(weekly), minimum_notice_minutes=0, jobs_a_day_max=None
    )


def shows_working_time(at: datetime, zone: str, weekly: list[Hours]) -> bool:
    """The plain meaning of the rules: what does the clock on the wall show at this instant?"""
    local = wall(at, zone)
    today, yesterday = local.weekday(), (local.weekday() - 1) % 7
    for rule in weekly:
        overnight = rule.ends <= rule.starts
        if rule.weekday == today and rule.starts <= local.time() and (overnight or local.time() < rule.ends):
            return True
        if rule.weekday == yesterday and overnight and local.time() < rule.ends:
            return True
    return False


quarter = st.integers(0, 95).map(lambda n: time(n // 4, n % 4 * 15))
hours = st.builds(Hours, weekday=st.integers(0, 6), starts=quarter, ends=quarter)


@pytest.mark.parametrize("zone", ZONES)
@settings(max_examples=12, deadline=None)
@drawn(weekly=st.lists(hours, max_size=6), data=st.data())
def test_an_instant_is_in_the_hours_exactly_when_the_wall_clock_says_so(zone: str, weekly, data) -> None:
    change = data.draw(st.sampled_from(changes(zone) or [datetime(2026, 3, 2, tzinfo=UTC)]))
    start, end = change - timedelta(days=3), change + timedelta(days=4)

    spans = working_ranges(schedule(zone, *weekly), start, end)

    assert all(a.ends_at < b.starts_at for a, b in pairwise(spans))
    assert all(start <= span.starts_at < span.ends_at <= end for span in spans)
    at = start
    while at < end:
        inside = any(span.starts_at <= at < span.ends_at for span in spans)
        assert inside == shows_working_time(at, zone, weekly), (zone, at, weekly)
        at += STEP


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def test_a_night_shift_loses_the_hour_that_the_clocks_skip() -> None:
    saturday_night = schedule("America/Los_Angeles", Hours(5, time(22), time(6)))

    spans = working_ranges(saturday_night, utc(2027, 3, 13), utc(2027, 3, 16))

    assert spans == [Span(utc(2027, 3, 14, 6), utc(2027, 3, 14, 13))]
    assert spans[0].ends_at - spans[0].starts_at == timedelta(hours=7)


def test_a_night_shift_gains_the_hour_that_the_clocks_repeat() -> None:
    saturday_night = schedule("America/Los_Angeles", Hours(5, time(22), time(6)))

    spans = working_ranges(saturday_night, utc(2026, 10, 31), utc(2026, 11, 3))

    assert spans == [Span(utc(2026, 11, 1, 5), utc(2026, 11, 1, 14))]


def test_hours_that_end_inside_the_repeated_hour_are_there_twice() -> None:
    early_sunday = schedule("America/Los_Angeles", Hours(6, time(0), time(1, 30)))

    spans = working_ranges(early_sunday, utc(2026, 10, 31), utc(2026, 11, 3))

    assert spans == [
        Span(utc(2026, 11, 1, 7), utc(2026, 11, 1, 8, 30)),
        Span(utc(2026, 11, 1, 9), utc(2026, 11, 1, 9, 30)),
    ]


def test_hours_inside_the_skipped_hour_do_not_exist_that_day() -> None:
    sunday = schedule("America/Los_Angeles", Hours(6, time(2), time(3)))

    assert working_ranges(sunday, utc(2027, 3, 14), utc(2027, 3, 15)) == []
    assert working_ranges(sunday, utc(2027, 3, 21), utc(2027, 3, 22)) == [
        Span(utc(2027, 3, 21, 9), utc(2027, 3, 21, 10))
    ]


def test_equal_times_mean_all_round_the_clock_and_neighbours_join() -> None:
    always = schedule("Asia/Kathmandu", *(Hours(day, time(0), time(0)) for day in range(7)))

    assert working_ranges(always, utc(2026, 11, 2), utc(2026, 11, 20)) == [Span(utc(2026, 11, 2), utc(2026, 11, 20))]
