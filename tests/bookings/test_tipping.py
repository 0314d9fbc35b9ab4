"""When a booking's provider may be tipped: work done, hours settled, not too long ago, by its customer."""

import pytest

from guildhall.bookings.commands import confirm_hours, contest_hours, decide_booking, give_tip
from guildhall.bookings.commands.tipping import NothingToThankFor, TipsClosed
from guildhall.kernel.refusals import NotAllowed, NotFound
from guildhall.payments.queries import list_tips
from guildhall.timers.queries import clock_now
from tests import given_bookings as given
from tests import given_people as people
from tests.given_matching import later

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair():
    (priya,) = given.given_providers(1)
    return people.customer("Ana", card=True), priya


def tip(booking_id, by, minor=1_000):
    return give_tip(booking_id=booking_id, amount_minor=minor, by=by.actor, at=clock_now())


def tips(booking_id):
    return [(card.amount_minor, card.currency) for card in list_tips(f"booking:{booking_id}")]


def test_a_tip_follows_settled_hours(pair):
    ana, priya = pair
    booking_id = given.completed(ana, priya)
    with pytest.raises(NothingToThankFor):
        tip(booking_id, ana)
    assert tips(booking_id) == []

    confirm_hours(booking_id=booking_id, by=ana.actor, at=clock_now())
    tip(booking_id, ana)

    assert tips(booking_id) == [(1_000, "USD")]
    assert given.facts(booking_id, "tip.") == ["tip.requested"]


def test_only_the_customer_gives_one(pair):
    ana, priya = pair
    booking_id = given.completed(ana, priya)
    confirm_hours(booking_id=booking_id, by=ana.actor, at=clock_now())

    for by, refusal in ((people.customer("Carl", card=True), NotFound), (priya, NotAllowed)):
        with pytest.raises(refusal):
            tip(booking_id, by)

    assert tips(booking_id) == []


def test_not_after_the_window_and_not_for_a_cancelled_job(pair):
    ana, priya = pair
    booking_id = given.completed(ana, priya)
    confirm_hours(booking_id=booking_id, by=ana.actor, at=clock_now())
    later(days=31)
    with pytest.raises(TipsClosed):
        tip(booking_id, ana)

    other_id = given.completed(ana, priya)
    contest_hours(booking_id=other_id, minutes=0, reason="Nobody came.", by=ana.actor, at=clock_now())
    olga = people.operator("Olga")
    decide_booking(booking_id=other_id, settled_minutes=None, reason="So it was.", by=olga.actor, at=clock_now())
    with pytest.raises(NothingToThankFor):
        tip(other_id, ana)

    assert tips(booking_id) == tips(other_id) == []
