"""
The customer lives in New York, the job is in Los Angeles; one provider keeps the hours of Phoenix, whose clocks never change, one Denver's.

The town waits for the next two changes of clocks at the Pacific, whichever comes first.
"""

from datetime import UTC, datetime, timedelta

import pytest

from tests.journeys.places import LAKEWOOD, SIMI_VALLEY, Place
from tests.journeys.town import PACIFIC, Booking, Town
from tests.stack import Person

pytestmark = pytest.mark.timeout(300)
EVERY_DAY_FROM_HALF_PAST_TEN = tuple((day, "10:30", "20:00") for day in range(7))
ALL_DAY = tuple((day, "00:00", "00:00") for day in range(7))
HELD = 33_750
DAY = timedelta(days=1)


def next_change(after: datetime) -> datetime:
    """The midnight (wall time, without a zone) of the first day after the next four on which clocks change at the Pacific."""
    day = after.astimezone(PACIFIC).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None) + 5 * DAY
    while _length(day) == DAY:
        day += DAY
    return day


def _length(day: datetime) -> timedelta:
    """How long a day is at the Pacific."""
    first, following = (one.replace(tzinfo=PACIFIC).astimezone(UTC) for one in (day, day + DAY))
    return following - first


def local(booking: Booking) -> datetime:
    """The start at the Pacific, without a zone."""
    start = datetime.fromisoformat(booking.read()["scheduled_start_time"])
    return start.astimezone(PACIFIC).replace(tzinfo=None)


def away_from_home(town: Town, first_name: str, place: Place) -> Person:
    """A customer of New York with a second address, where the job is."""
    customer = town.stack.sign_up_customer(
        first_name, place={"street": "1 Broadway", "zip_code": "10004"}, sandbox=town.sandbox
    )
    second = {
        "street": "2 Main Street",
        "zip_code": place.zip_code,
        "latitude": place.latitude,
        "longitude": place.longitude,
    }
    address_id = customer.api.post("users/me/addresses", second)["id"]
    assert [one["time_zone"] for one in customer.api.items("users/me/addresses")] == [
        "America/New_York",
        "America/Los_Angeles",
    ]
    return Person(**{**vars(customer), "address_id": address_id})


@pytest.mark.parametrize("turn", ["first", "second"])
def test_a_weekend_on_which_clocks_change(town: Town, turn: str) -> None:
    """Weekly hours are those of the provider's own wall clock, instants are real, and lengths are lengths."""
    sunday = next_change(town.now())
    is_spring = _length(sunday) < DAY
    _ask_for_both_days(town, sunday, is_spring=is_spring)
    _work_in_the_night(town, sunday, is_spring=is_spring)


def _ask_for_both_days(town: Town, sunday: datetime, *, is_spring: bool) -> None:
    """Ten in the morning before and after the change: who is free then keeps their own clock."""
    town.until((sunday - 3 * DAY + timedelta(hours=9)).replace(tzinfo=PACIFIC))
    ana = away_from_home(town, "Ana", LAKEWOOD)
    hours = {"weekly": EVERY_DAY_FROM_HALF_PAST_TEN}
    phoebe = town.provider("Phoebe", LAKEWOOD, time_zone="America/Phoenix", **hours)
    dennis = town.provider("Dennis", LAKEWOOD, time_zone="America/Denver", **hours)

    before = town.asked_and_paid(ana, at=sunday - DAY + timedelta(hours=10))
    after = town.request(ana, at=sunday + timedelta(hours=10))
    town.quiet()

    offset = {True: (8, 7), False: (7, 8)}[is_spring]
    assert [local(one).hour for one in (before, after)] == [10, 10]
    assert [datetime.fromisoformat(one.read()["scheduled_start_time"]).hour for one in (before, after)] == [
        10 + hour for hour in offset
    ]
    # Ten o'clock there is eleven in Phoenix in winter and ten in summer; in Denver it is always eleven.
    assert [town.offered(dennis, one) for one in (before, after)] == [True, True]
    assert [town.offered(phoebe, one) for one in (before, after)] == [is_spring, not is_spring]
    for booking in (before, after):
        town.put(ana, booking, "cancelled")
    town.quiet()
    assert [one.status for one in (before, after)] == ["closed", "closed"]


def _work_in_the_night(town: Town, sunday: datetime, *, is_spring: bool) -> None:
    """From half past one on, two hours: two real hours, whatever the clocks show; "24 hours before" is 24 real hours before."""
    town.until((sunday - 2 * DAY + timedelta(hours=9)).replace(tzinfo=PACIFIC))
    ana = away_from_home(town, "Ana", SIMI_VALLEY)
    paul = town.provider("Paul", SIMI_VALLEY, time_zone="America/Denver", weekly=ALL_DAY)
    wall = sunday + timedelta(minutes=90)

    if is_spring:
        body = _body(ana, sunday + timedelta(hours=2, minutes=30))
        assert town.refusal(ana, "POST", "bookings", body) == (422, "nonexistent_time")
        booking = town.asked_and_paid(ana, at=wall)
    else:
        assert town.refusal(ana, "POST", "bookings", _body(ana, wall)) == (422, "ambiguous_time")
        booking = town.asked_and_paid(ana, at=wall.replace(tzinfo=PACIFIC, fold=1))
    start = datetime.fromisoformat(booking.read()["scheduled_start_time"])
    assert start == wall.replace(tzinfo=PACIFIC, fold=0 if is_spring else 1).astimezone(UTC)
    town.accept(paul, booking)
    [entry] = paul.api.items("providers/me/agenda")
    instants = [datetime.fromisoformat(entry[name]) for name in ("starts_at", "ends_at")]
    assert instants == [start, start + timedelta(minutes=150)]

    town.until(start - DAY - timedelta(minutes=1))
    assert booking.money == ("none", "none")
    town.wait("2 min")
    assert booking.money == ("authorized", "none")
    reminders = [one for one in town.subjects(ana) if one.startswith("Reminder: Audio")]
    assert len(reminders) == 1
    assert "1:30" in reminders[0]

    town.until(start - timedelta(minutes=10))
    town.start(paul, booking)
    town.wait("120 min")
    town.put(paul, booking, "completed")
    town.quiet()
    card = booking.read()
    assert card["logged_minutes"] in {120, 121}
    town.confirm(booking)
    assert booking.status == "closed"
    assert town.books(booking)["captured"] == card["logged_minutes"] * 13_500 // 60


def _body(customer: Person, wall: datetime) -> dict[str, object]:
    return {
        "mode": "scheduled",
        "category": "audio",
        "address_id": customer.address_id,
        "minutes_from": 60,
        "minutes_to": 120,
        "scheduled_start_time": wall.isoformat(),
    }
