"""Quiet hours are wall time where the recipient lives, on every day of the year."""

from datetime import UTC, datetime, time

import pytest

from guildhall.notifications.rules import lifetime, pause_seconds, quiet_until, understand

NIGHT = {"starts": time(22), "ends": time(8)}
LA, NEW_YORK, KOLKATA = "America/Los_Angeles", "America/New_York", "Asia/Kolkata"


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "now", "end"),
    [
        (LA, "2027-03-01T05:59", None),  # 21:59
        (LA, "2027-03-01T06:00", "2027-03-01T16:00"),  # 22:00 until 8 in the morning
        (LA, "2027-03-01T15:59", "2027-03-01T16:00"),  # 07:59
        (LA, "2027-03-01T16:00", None),  # 08:00
        (NEW_YORK, "2027-03-01T06:00", "2027-03-01T13:00"),
        (KOLKATA, "2027-03-01T17:00", "2027-03-02T02:30"),  # 22:30
        # The night of 13 to 14 March is an hour shorter there, that of 6 to 7 November an hour longer.
        (LA, "2027-03-14T06:00", "2027-03-14T15:00"),
        (LA, "2027-03-14T09:30", "2027-03-14T15:00"),  # before the change
        (LA, "2027-03-14T10:30", "2027-03-14T15:00"),  # after it
        (LA, "2027-03-14T14:59", "2027-03-14T15:00"),
        (LA, "2027-03-14T15:00", None),
        (LA, "2027-11-07T05:00", "2027-11-07T16:00"),
        (LA, "2027-11-07T08:30", "2027-11-07T16:00"),  # 01:30, for the first time
        (LA, "2027-11-07T09:30", "2027-11-07T16:00"),  # 01:30, for the second time
        (LA, "2027-11-07T16:00", None),
    ],
)
def test_the_night_ends_at_the_same_hour_on_the_days_when_clocks_change(zone, now, end):
    assert quiet_until(utc(now), zone=zone, **NIGHT) == (utc(end) if end else None)


@pytest.mark.parametrize(
    ("now", "ends", "end"),
    [
        ("2027-11-07T08:10", time(1, 30), "2027-11-07T08:30"),  # 01:10 the first time: the first 01:30
        ("2027-11-07T09:10", time(1, 30), "2027-11-07T09:30"),  # 01:10 the second time: the second 01:30
        ("2027-03-14T09:10", time(2, 30), "2027-03-14T10:30"),  # 02:30 is skipped: 03:30
    ],
)
def test_an_end_that_the_clock_shows_twice_or_skips_is_still_ahead(now, ends, end):
    assert quiet_until(utc(now), zone=LA, starts=time(22), ends=ends) == utc(end)


def test_quiet_hours_may_lie_within_a_day_or_be_none():
    noon = {"starts": time(12), "ends": time(14)}

    assert quiet_until(utc("2027-03-01T20:00"), zone=LA, **noon) == utc("2027-03-01T22:00")
    assert quiet_until(utc("2027-03-01T22:00"), zone=LA, **noon) is None
    assert quiet_until(utc("2027-03-01T20:00"), zone=LA, starts=time(12), ends=time(12)) is None


@pytest.mark.parametrize(
    ("body", "heard"),
    [
        ("STOP", "stop"),
        (" stop\n", "stop"),
        ("Unsubscribe", "stop"),
        ("START", "start"),
        ("unstop", "start"),
        ("help", "help"),
        ("please stop by at nine", "other"),
        ("", "other"),
    ],
)
def test_only_a_message_that_is_nothing_but_the_word_counts(body, heard):
    assert understand(body) == heard


def test_pauses_double_up_to_five_minutes_and_messages_are_worth_sending_for_a_while():
    assert [pause_seconds(attempts) for attempts in (1, 2, 3, 8, 9, 1000)] == [2, 4, 8, 256, 300, 300]
    assert lifetime("code.requested", is_time_critical=True).total_seconds() == 600
    assert lifetime("booking.confirmed", is_time_critical=True).total_seconds() == 86_400
    assert lifetime("payment.captured", is_time_critical=False).total_seconds() == 259_200
