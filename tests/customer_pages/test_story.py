"""What the page of a booking tells at the seams: between two steps, after a late cancellation, and when the bank says no a day before."""

import re
from dataclasses import replace

import pytest

from guildhall.bookings.commands import cancel_booking, confirm_hours
from guildhall.bookings.queries import access_booking
from guildhall.eventlog.queries import timeline
from guildhall.kernel.ids import public_id
from guildhall.payments.models import Payment
from guildhall.timers.queries import clock_now
from guildhall.web.customer.timeline import steps_of, was_held
from tests import given_bookings as given
from tests import given_people as people
from tests.api.browser import browser
from tests.given_matching import clock_at, later

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana():
    return people.customer("Ana", card=True)


@pytest.fixture
def priya():
    return given.given_providers(1)[0]


def text_of(ana, booking_id):
    return browser(ana).get(f"/my/bookings/{public_id('bk', booking_id)}").content.decode()


def story_of(ana, booking_id):
    return re.findall(r'timeline__title">([^<]+)<', text_of(ana, booking_id))


def test_a_fee_is_no_pay_for_hours(ana, priya):
    booking_id = given.taken(ana, priya)
    clock_at(given.booking(booking_id).starts_at.replace(hour=1))
    cancel_booking(booking_id=booking_id, reason="", by=ana.actor, at=clock_now())
    assert story_of(ana, booking_id)[-1] == "Cancelled"
    card = access_booking(booking_id=booking_id, by=ana.actor)
    told = timeline(card.reference)
    charged = replace(told[-1], name="payment.captured")

    assert "What was held" not in text_of(ana, booking_id)
    made, released = (replace(told[-1], name=f"authorization.{what}") for what in ("made", "released"))
    assert not was_held(told)
    assert was_held([made, *told])
    assert not was_held([made, released, *told])

    titles = [step["title"] for step in steps_of(card, [*told, charged], "Priya", None)]

    assert titles[-2:] == ["Cancelled", "Fee charged"]
    assert "Paid for the hours worked" not in titles


def test_whoever_confirmed_is_not_asked_to_confirm(ana, priya):
    booking_id = given.completed(ana, priya)
    assert story_of(ana, booking_id)[-1] == "You confirm the hours"

    confirm_hours(booking_id=booking_id, by=ana.actor, at=clock_now())

    assert given.booking(booking_id).status == "settled"
    assert story_of(ana, booking_id)[-1] == "The charge is on its way"


def test_a_day_before_the_amount_is_held_at_once_and_not_later(ana, priya):
    booking_id = given.taken(ana, priya)
    clock_at(given.booking(booking_id).starts_at)
    Payment.objects.filter(reference=f"booking:{booking_id}").update(payment_state="failed")

    text = text_of(ana, booking_id)

    assert "Your bank wants you, or another card." in text
    assert "is held: not a charge. What is not used" in text
    assert "It is only saved now." not in text


def test_hours_fit_into_their_ring(ana, priya):
    for booking_id, is_long in ((given.scheduled(ana), True), (given.asap(ana), False)):
        given.let_it_happen()
        assert ("countdown--long" in text_of(ana, booking_id)) == is_long
        later(minutes=1)
