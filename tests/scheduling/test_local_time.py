"""Wall time becomes instants rightly in many zones, on every change of their clocks from 2024 to 2037."""

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from guildhall.scheduling.queries import AmbiguousTime, NonexistentTime, UnknownTimeZone, to_instant

ZONES = [
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/Argentina/Buenos_Aires",
    "America/Chicago",
    "America/Havana",
    "America/Los_Angeles",
    "America/New_York",
    "America/Nuuk",
    "America/Santiago",
    "America/St_Johns",
    "Antarctica/Troll",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Asia/Tehran",
    "Asia/Tokyo",
    "Atlantic/Azores",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Europe/Berlin",
    "Europe/Dublin",
    "Pacific/Apia",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "UTC",
]
STEP = timedelta(minutes=15)


local_time = datetime.fromisoformat


def wall(at: datetime, zone: str) -> datetime:
    """What a clock on the wall shows."""
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


@cache
def changes(zone: str, first_year: int = 2024, last_year: int = 2037) -> list[datetime]:
    """Hours (UTC) within which a zone's clocks change, found by looking at every one."""
    found, here = [], ZoneInfo(zone)
    at, end = datetime(first_year, 1, 1, tzinfo=UTC), datetime(last_year + 1, 1, 1, tzinfo=UTC)
    while at < end:
        if at.astimezone(here).utcoffset() != (at + timedelta(hours=6)).astimezone(here).utcoffset():
            found.append(at)
        at += timedelta(hours=6)
    return found


def instants_by_wall(around: datetime, zone: str) -> dict[datetime, list[datetime]]:
    """For a stretch around an instant: which instants show each quarter hour, by looking at every quarter."""
    shown: dict[datetime, list[datetime]] = {}
    for step in range(-300, 300):
        at = around + step * STEP
        shown.setdefault(wall(at, zone), []).append(at)
    return shown


@pytest.mark.parametrize("zone", ZONES)
def test_each_local_time_around_a_change_is_found_refused_or_asked_back(zone: str) -> None:
    for change in changes(zone) or [datetime(2026, 3, 2, tzinfo=UTC)]:
        shown = instants_by_wall(change, zone)
        for step in range(-120, 150):
            local = wall(change, zone) + step * STEP
            instants = shown.get(local, [])
            if len(instants) == 1:
                assert to_instant(local, zone) == instants[0], (zone, local)
            elif instants:
                with pytest.raises(AmbiguousTime) as ambiguous:
                    to_instant(local, zone)
                options = [datetime.fromisoformat(option) for option in ambiguous.value.extra["options"]]
                assert options == instants == [to_instant(local, zone, fold) for fold in (0, 1)], (zone, local)
            else:
                with pytest.raises(NonexistentTime) as nonexistent:
                    to_instant(local, zone)
                before, after = (datetime.fromisoformat(option) for option in nonexistent.value.extra["options"])
                assert wall(before, zone) < local < wall(after, zone), (zone, local)


def test_the_zones_have_many_changes_and_some_have_none() -> None:
    assert len(changes("America/Los_Angeles")) == 28
    assert len(changes("Australia/Lord_Howe")) == 28
    assert changes("Asia/Kathmandu") == []


def test_the_missing_hour_of_los_angeles_names_the_two_times_around_it() -> None:
    with pytest.raises(NonexistentTime) as refused:
        to_instant(local_time("2027-03-14T02:30"), "America/Los_Angeles")

    assert (refused.value.status, refused.value.code) == (422, "nonexistent_time")
    assert refused.value.extra["options"] == ["2027-03-14T01:30:00-08:00", "2027-03-14T03:30:00-07:00"]


def test_the_repeated_hour_of_los_angeles_is_asked_back() -> None:
    local = local_time("2026-11-01T01:30")

    with pytest.raises(AmbiguousTime) as refused:
        to_instant(local, "America/Los_Angeles")

    assert (refused.value.status, refused.value.code) == (422, "ambiguous_time")
    assert refused.value.extra["options"] == ["2026-11-01T01:30:00-07:00", "2026-11-01T01:30:00-08:00"]
    assert to_instant(local, "America/Los_Angeles", fold=0) == datetime(2026, 11, 1, 8, 30, tzinfo=UTC)
    assert to_instant(local, "America/Los_Angeles", fold=1) == datetime(2026, 11, 1, 9, 30, tzinfo=UTC)


def test_lord_howe_changes_by_half_an_hour() -> None:
    with pytest.raises(NonexistentTime):
        to_instant(local_time("2026-10-04T02:15"), "Australia/Lord_Howe")

    assert to_instant(local_time("2026-10-04T02:30"), "Australia/Lord_Howe") == datetime(
        2026, 10, 3, 15, 30, tzinfo=UTC
    )


def test_samoa_never_had_the_thirtieth_of_december_2011() -> None:
    with pytest.raises(NonexistentTime):
        to_instant(local_time("2011-12-30T12:00"), "Pacific/Apia")


def test_sold_time_is_elapsed_time_across_a_change() -> None:
    starts = to_instant(local_time("2027-03-13T22:00"), "America/Los_Angeles")

    ends = starts + timedelta(hours=8)

    assert wall(ends, "America/Los_Angeles") == local_time("2027-03-14T07:00")


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd", "America", "x" * 5000, "a\0b"])
def test_an_unknown_zone_is_refused(zone: str) -> None:
    with pytest.raises(UnknownTimeZone):
        to_instant(local_time("2026-11-02T09:00"), zone)
