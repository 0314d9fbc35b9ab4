"""Hours become final by the customer's yes, by silence, or by an operator; until then no money moves."""

from datetime import timedelta

import pytest

from guildhall.bookings import rules
from guildhall.bookings.commands import (
    confirm_hours,
    contest_hours,
    decide_booking,
    flag_unresolved,
    report_no_show,
)
from guildhall.bookings.commands.hours import BadContest, TooEarly
from guildhall.bookings.models import Booking
from guildhall.eventlog.models import EventRow
from guildhall.kernel.moves import MoveRefused
from guildhall.kernel.refusals import NotAllowed, NotFound
from guildhall.payments.models import Intent
from guildhall.payments.queries import get_payment
from guildhall.timers.queries import clock_now
from tests import given_bookings as given
from tests import given_people as people
from tests.given_matching import clock_at, later

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga():
    return people.operator()


def captures(booking_id) -> list[int]:
    """What the vendor was asked to collect."""
    payment = get_payment(f"booking:{booking_id}")
    return [row.params["amount"] for row in Intent.objects.filter(kind="capture", payment__reference=payment.reference)]


def price(booking: Booking, minutes: int) -> int:
    return rules.total_minor(booking.promised, booking.tier_rank, minutes)


def settled_fact(booking_id):
    return EventRow.objects.get(reference=f"booking:{booking_id}", name="booking.settled").payload


def test_the_customers_yes_makes_the_hours_final(ana, priya):
    booking_id = given.completed(ana, priya, minutes=90)

    confirm_hours(booking_id=booking_id, by=ana.actor, at=clock_now())

    final = given.booking(booking_id)
    assert (final.settled_minutes, final.total_minor) == (90, price(final, 90))
    assert settled_fact(booking_id)["cause"] == "confirmed"
    with pytest.raises(MoveRefused):
        confirm_hours(booking_id=booking_id, by=ana.actor, at=clock_now())


def test_silence_confirms_when_the_window_ends_and_not_before(ana, priya):
    booking_id = given.completed(ana, priya)

    later(hours=47, minutes=59)
    given.let_it_happen()
    assert given.booking(booking_id).status == "completed"
    later(minutes=2)
    given.let_it_happen()

    assert settled_fact(booking_id)["cause"] == "silence"


@pytest.mark.parametrize("who", ["provider", "another customer", "operator"])
def test_only_the_customer_confirms(ana, priya, olga, who):
    booking_id = given.completed(ana, priya)
    asker = {"provider": priya, "another customer": people.customer("Eva"), "operator": olga}[who]

    with pytest.raises(NotFound if who == "another customer" else NotAllowed):
        confirm_hours(booking_id=booking_id, by=asker.actor, at=clock_now())

    assert given.booking(booking_id).status == "completed"


def test_contested_hours_stop_all_money_until_an_operator_decides(ana, priya, olga):
    booking_id = given.completed(ana, priya, minutes=90)
    contest_hours(booking_id=booking_id, minutes=60, reason="He left early.", by=ana.actor, at=clock_now())

    later(hours=72)
    given.let_it_happen()

    assert given.booking(booking_id).status == "contested"
    assert get_payment(f"booking:{booking_id}").is_blocked
    assert captures(booking_id) == []
    decide_booking(booking_id=booking_id, settled_minutes=75, reason="Seen the photos.", by=olga.actor, at=clock_now())
    record = given.booking(booking_id)
    assert (record.logged_minutes, record.contested_minutes, record.settled_minutes) == (90, 60, 75)
    assert record.total_minor == price(record, 75)
    assert not get_payment(f"booking:{booking_id}").is_blocked


@pytest.mark.parametrize("minutes", [-1, 90])
def test_a_contest_names_another_time(ana, priya, minutes):
    booking_id = given.completed(ana, priya, minutes=90)

    with pytest.raises(BadContest):
        contest_hours(booking_id=booking_id, minutes=minutes, reason="", by=ana.actor, at=clock_now())

    assert given.booking(booking_id).status == "completed"
    assert not get_payment(f"booking:{booking_id}").is_blocked


def test_hours_are_contested_after_completion_only(ana, priya):
    booking_id = given.started(ana, priya)

    with pytest.raises(MoveRefused):
        contest_hours(booking_id=booking_id, minutes=5, reason="", by=ana.actor, at=clock_now())

    assert given.booking(booking_id).contested_minutes is None


def test_an_operator_may_decide_that_nothing_is_charged(ana, priya, olga):
    booking_id = given.completed(ana, priya)
    flag_unresolved(booking_id=booking_id, reason="Needs a part.", by=priya.actor, at=clock_now())

    decide_booking(booking_id=booking_id, settled_minutes=None, reason="Return visit.", by=olga.actor, at=clock_now())
    given.let_it_happen()

    assert given.booking(booking_id).status == "closed"
    assert captures(booking_id) == []
    assert get_payment(f"booking:{booking_id}").captured_minor == 0


@pytest.mark.parametrize("who", ["customer", "provider"])
def test_only_operators_decide(ana, priya, who):
    booking_id = given.completed(ana, priya)
    contest_hours(booking_id=booking_id, minutes=60, reason="", by=ana.actor, at=clock_now())
    asker = {"customer": ana, "provider": priya}[who]

    with pytest.raises(NotAllowed):
        decide_booking(booking_id=booking_id, settled_minutes=1, reason="", by=asker.actor, at=clock_now())

    assert given.booking(booking_id).status == "contested"


def test_an_overrun_is_capped_at_what_was_authorized(ana, priya):
    booking_id = given.completed(ana, priya, minutes=60 * 5)
    plan = given.booking(booking_id)
    assert price(plan, 300) > plan.authorize_minor

    confirm_hours(booking_id=booking_id, by=ana.actor, at=clock_now())

    assert given.booking(booking_id).total_minor == plan.authorize_minor


def test_nobody_is_missing_before_the_appointment(ana, priya):
    booking_id = given.authorized(ana, priya)

    with pytest.raises(TooEarly):
        report_no_show(booking_id=booking_id, reason="", by=ana.actor, at=clock_now())
    assert given.booking(booking_id).status == "confirmed"
    clock_at(given.booking(booking_id).starts_at)
    report_no_show(booking_id=booking_id, reason="Nobody rang.", by=ana.actor, at=clock_now())

    assert given.booking(booking_id).status == "unresolved"


def test_a_case_that_nobody_decides_is_called_again_every_day(ana, priya):
    booking_id = given.completed(ana, priya)
    contest_hours(booking_id=booking_id, minutes=60, reason="", by=ana.actor, at=clock_now())

    for _ in range(2):
        later(hours=24, seconds=1)
        given.let_it_happen()

    assert given.facts(booking_id, "booking.")[-3:] == ["booking.contested", "booking.overdue", "booking.overdue"]
    assert given.booking(booking_id).deadline_at > clock_now() + timedelta(hours=23)
