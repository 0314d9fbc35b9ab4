"""A moment that the database holds is read as Django reads it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DataError, connection
from psycopg.types.range import Range

pytestmark = pytest.mark.django_db
MONDAY = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)


def told(expression: str) -> object:
    """Have the database say a value, and read it."""
    with connection.cursor() as cursor:
        cursor.execute(f"select {expression}")
        return cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("expression", "moment"),
    [
        ("'2027-03-01 09:00:00+00'::timestamptz", MONDAY),
        ("'2027-03-01 09:00:00.1+00'::timestamptz", MONDAY + timedelta(milliseconds=100)),
        ("'2027-03-01 01:00:00.000123-08'::timestamptz", MONDAY + timedelta(microseconds=123)),
        ("'0001-01-01 00:00:00+00'::timestamptz", datetime(1, 1, 1, tzinfo=UTC)),
        ("null::timestamptz", None),
    ],
)
def test_a_moment_is_in_utc(expression: str, moment: datetime | None):
    found = told(expression)

    assert found == moment
    assert moment is None or found.tzinfo is UTC


def test_lists_and_ranges_hold_moments():
    assert told("array['2027-03-01 09:00:00+00'::timestamptz]") == [MONDAY]
    assert told("tstzrange('2027-03-01 09:00:00+00', null)") == Range(MONDAY, None)


def test_a_connection_that_goes_by_other_clocks_says_the_same_moment():
    with connection.cursor() as cursor:
        cursor.execute("set local time zone 'America/Los_Angeles'")

    assert told("'2027-03-01 09:00:00+00'::timestamptz").isoformat() == MONDAY.isoformat()


def test_what_is_no_moment_of_the_calendar_is_refused_as_ever():
    with pytest.raises(DataError):
        told("'infinity'::timestamptz")
