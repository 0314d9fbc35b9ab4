"""What a working week may be: pure rules."""

from datetime import time, timezone

import pytest
from django.utils import translation
from django.utils.translation import gettext
from hypothesis import given as any_of
from hypothesis import strategies as st

from guildhall.providers.rules import BadHours, UnknownTimeZone, check_week, require_time_zone
from guildhall.providers.types import Hours

SUNDAY_NIGHT = Hours(6, time(22), time(4))


@pytest.mark.parametrize(
    "weekly",
    [
        [],
        [Hours(0, time(9), time(17))],
        [Hours(0, time(9), time(12)), Hours(0, time(12), time(17))],
        [Hours(0, time(0), time(0))],
        [Hours(day, time(0), time(0)) for day in range(7)],
        [SUNDAY_NIGHT, Hours(0, time(4), time(12))],
        [Hours(day, time(22), time(6)) for day in range(7)],
    ],
)
def test_stretches_beside_each_other_are_a_week(weekly):
    check_week(weekly)


@pytest.mark.parametrize(
    "weekly",
    [
        [Hours(0, time(9), time(12)), Hours(0, time(11, 59), time(17))],
        [Hours(0, time(9), time(12)), Hours(0, time(9), time(12))],
        [SUNDAY_NIGHT, Hours(0, time(3, 59), time(12))],
        [Hours(2, time(12), time(12)), Hours(3, time(11), time(13))],
        [Hours(7, time(9), time(12))],
        [Hours(-1, time(9), time(12))],
        [Hours(0, time(9, 0, 1), time(12))],
        [Hours(0, time(9, tzinfo=timezone.utc), time(12))],  # noqa: UP017 - any zone is one too many
        [Hours(0, time(9), time(9, 1))] * 71,
    ],
)
def test_stretches_on_each_other_are_not(weekly):
    with pytest.raises(BadHours) as refused:
        check_week(weekly)

    with translation.override("es"):
        assert refused.value.said(gettext) != refused.value.detail


_minutes = st.builds(time, st.integers(0, 23), st.integers(0, 59))


@any_of(st.lists(st.builds(Hours, st.integers(0, 6), _minutes, _minutes), max_size=6))
def test_a_week_passes_exactly_when_no_minute_is_worked_twice(weekly):
    minutes = [minute for hours in weekly for minute in _worked(hours)]

    try:
        check_week(weekly)
        passes = True
    except BadHours:
        passes = False

    assert passes == (len(minutes) == len(set(minutes)))


def _worked(hours):
    start = hours.weekday * 1440 + hours.starts.hour * 60 + hours.starts.minute
    end = hours.weekday * 1440 + hours.ends.hour * 60 + hours.ends.minute
    return [minute % 10080 for minute in range(start, end if end > start else end + 1440)]


@pytest.mark.parametrize("name", ["America/Los_Angeles", "Europe/Vienna", "UTC"])
def test_a_zone_of_the_iana_database_passes(name):
    assert require_time_zone(name) == name


@pytest.mark.parametrize("name", ["", "PST8", "../../etc/passwd", "America/los_angeles", "localtime", "Factory", "\0"])
def test_another_name_is_no_zone(name):
    with pytest.raises(UnknownTimeZone):
        require_time_zone(name)
