"""On the telephone: an operator writes it down, the customer says yes, and nothing happens before."""

from datetime import timedelta

import pytest
from django.utils import translation
from django.utils.translation import gettext

from guildhall.bookings.commands import (
    NothingProposed,
    cancel_booking,
    confirm_proposal,
    confirm_time,
    decline_time,
    open_card_page,
    propose_booking,
    propose_time,
    send_link_again,
)
from guildhall.bookings.commands.paying import NotConfirmedYet
from guildhall.bookings.commands.proposing import JustSent
from guildhall.bookings.commands.requesting import BadTime
from guildhall.bookings.queries import access_booking, proposal_of
from guildhall.bookings.types import BookingRequest
from guildhall.eventlog.queries import timeline
from guildhall.kernel.moves import MoveRefused
from guildhall.kernel.refusals import NotAllowed, NotFound
from guildhall.payments.models import Intent
from guildhall.payments.queries import get_payment
from guildhall.timers.queries import clock_now
from tests import given_bookings as given
from tests import given_people as people
from tests.given_matching import later

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga():
    people.catalogue()
    return people.operator()


def proposed(ana, olga, *, mode="scheduled", hours_ahead=72, by=None):
    now = clock_now()
    starts_at = given.local_start(now + timedelta(hours=hours_ahead)) if mode == "scheduled" else None
    request = BookingRequest(
        mode=mode,
        category="audio",
        address_id=ana.address_id,
        minutes_from=60,
        minutes_to=120,
        starts_at=starts_at,
    )
    return propose_booking(customer_id=ana.id, request=request, by=(by or olga).actor, at=now)


def stands(booking_id):
    row = given.booking(booking_id)
    return row.status, row.version, row.is_proposal, row.planned, row.proposed_until, given.facts(booking_id)


def test_nothing_happens_before_the_customers_yes(ana, priya, olga):
    booking_id = proposed(ana, olga)

    given.let_it_happen()

    assert given.facts(booking_id) == ["booking.proposed"]
    assert timeline(f"booking:{booking_id}")[0].actor == f"operator:{olga.id}"
    assert given.offers(booking_id) == {}
    assert not Intent.objects.exists()
    assert given.booking(booking_id).deadline_at == clock_now() + timedelta(hours=24)
    with pytest.raises(NotConfirmedYet):
        open_card_page(booking_id=booking_id, by=ana.actor, at=clock_now())


def test_a_yes_makes_it_a_request_of_the_customers_own(ana, priya, olga):
    booking_id = proposed(ana, olga)
    later(minutes=600)

    confirm_proposal(booking_id=booking_id, by=ana.actor, at=clock_now())
    given.let_it_happen()

    assert given.facts(booking_id, "booking.")[:3] == [
        "booking.proposed",
        "booking.requested",
        "booking.matching_started",
    ]
    assert priya.id in given.offers(booking_id)
    assert timeline(f"booking:{booking_id}")[1].actor == f"customer:{ana.id}"


def test_without_a_card_on_file_the_time_for_it_begins_with_the_yes(priya, olga):
    bea = people.customer("Bea")
    booking_id = proposed(bea, olga)
    later(minutes=600)

    confirm_proposal(booking_id=booking_id, by=bea.actor, at=clock_now())

    assert given.booking(booking_id).deadline_at == clock_now() + timedelta(minutes=35)
    assert get_payment(f"booking:{booking_id}").payment_state == "none"
    assert Intent.objects.get().kind == "customer"
    later(minutes=36)
    given.let_it_happen()
    assert given.booking(booking_id).status == "closed"
    (cancelled,) = [fact for fact in timeline(f"booking:{booking_id}") if fact.name == "booking.cancelled"]
    assert cancelled.payload["cause"] == "no_card"


def test_without_a_yes_it_ends_by_itself_and_costs_nothing(ana, olga):
    booking_id = proposed(ana, olga)
    later(minutes=24 * 60 + 1)

    with pytest.raises(NothingProposed):
        confirm_proposal(booking_id=booking_id, by=ana.actor, at=clock_now())
    assert given.facts(booking_id) == ["booking.proposed"]
    given.let_it_happen()

    row = given.booking(booking_id)
    assert (row.status, row.cancellation_fee_minor) == ("closed", 0)
    cancelled = next(fact for fact in timeline(f"booking:{booking_id}") if fact.name == "booking.cancelled")
    assert cancelled.payload["cause"] == "not_confirmed"


@pytest.mark.parametrize(
    ("mode", "hours_ahead", "minutes"), [("asap", 0, 35), ("scheduled", 4, 60), ("scheduled", 3.2, 35)]
)
def test_a_near_start_leaves_less_time_to_answer(ana, olga, mode, hours_ahead, minutes):
    booking_id = proposed(ana, olga, mode=mode, hours_ahead=hours_ahead)

    left = given.booking(booking_id).deadline_at - clock_now()

    assert timedelta(minutes=minutes - 1) <= left <= timedelta(minutes=minutes)


def test_only_an_operator_proposes_and_only_its_customer_says_yes(ana, priya, olga):
    with pytest.raises(NotAllowed):
        proposed(ana, olga, by=ana)
    booking_id = proposed(ana, olga)
    before = stands(booking_id)

    for who, refusal in ((people.customer("Eve"), NotFound), (priya, NotAllowed), (olga, NotAllowed)):
        with pytest.raises(refusal):
            confirm_proposal(booking_id=booking_id, by=who.actor, at=clock_now())

    assert stands(booking_id) == before


def test_a_second_yes_and_a_yes_to_what_was_cancelled_change_nothing(ana, priya, olga):
    agreed, dropped = proposed(ana, olga), proposed(ana, olga)
    confirm_proposal(booking_id=agreed, by=ana.actor, at=clock_now())
    assert cancel_booking(booking_id=dropped, reason="", by=ana.actor, at=clock_now()) == 0
    given.let_it_happen()
    before = stands(agreed), stands(dropped)

    for booking_id in (agreed, dropped):
        with pytest.raises(NothingProposed):
            confirm_proposal(booking_id=booking_id, by=ana.actor, at=clock_now())

    assert (stands(agreed), stands(dropped)) == before
    assert given.booking(dropped).status == "closed"


def test_another_time_is_moved_to_when_the_customer_says_yes(ana, priya, olga):
    booking_id = given.taken(ana, priya)
    old = given.booking(booking_id).starts_at
    wall = given.local_start(old + timedelta(days=1))
    until = propose_time(booking_id=booking_id, starts_at=wall, fold=None, by=olga.actor, at=clock_now())

    assert (given.booking(booking_id).starts_at, given.booking(booking_id).status) == (old, "confirmed")
    assert until == clock_now() + timedelta(hours=24)

    confirm_time(booking_id=booking_id, by=ana.actor, at=clock_now())

    row = given.booking(booking_id)
    assert (row.starts_at, row.provider_id, row.proposed_until) == (old + timedelta(days=1), None, None)
    assert given.facts(booking_id, "booking.")[-2:] == ["booking.time_proposed", "booking.rescheduled"]
    with pytest.raises(NothingProposed):
        confirm_time(booking_id=booking_id, by=ana.actor, at=clock_now())


def test_a_time_that_is_kept_or_not_answered_stays(ana, priya, olga):
    booking_id = given.taken(ana, priya)
    old = given.booking(booking_id).starts_at
    own = {"booking_id": booking_id, "by": ana.actor}
    wall = given.local_start(old + timedelta(days=1))
    propose_time(booking_id=booking_id, starts_at=wall, fold=None, by=olga.actor, at=clock_now())
    decline_time(**own, at=clock_now())
    propose_time(booking_id=booking_id, starts_at=wall, fold=None, by=olga.actor, at=clock_now())
    later(minutes=24 * 60 + 1)
    before = stands(booking_id)

    for answer in (confirm_time, decline_time):
        with pytest.raises(NothingProposed):
            answer(**own, at=clock_now())

    assert stands(booking_id) == before
    assert given.booking(booking_id).starts_at == old
    assert given.facts(booking_id, "booking.time")[:2] == ["booking.time_proposed", "booking.time_declined"]


def test_the_link_is_sent_again_while_there_is_something_to_answer_and_at_most_once_a_minute(ana, priya, olga):
    new, old = proposed(ana, olga), given.taken(ana, priya, hours_ahead=96)
    wall = given.local_start(given.booking(old).starts_at + timedelta(days=1))
    propose_time(booking_id=old, starts_at=wall, fold=None, by=olga.actor, at=clock_now())
    for booking_id, answer in ((new, confirm_proposal), (old, decline_time)):
        own = {"booking_id": booking_id, "by": olga.actor}
        until = given.booking(booking_id).deadline_at, given.booking(booking_id).proposed_until
        later(minutes=2)

        send_link_again(**own, at=clock_now())

        with pytest.raises(JustSent):
            send_link_again(**own, at=clock_now())

        first, again = [fact for fact in timeline(f"booking:{booking_id}") if fact.name.endswith("proposed")]
        assert {**first.payload, "is_again": True} == again.payload
        assert (given.booking(booking_id).deadline_at, given.booking(booking_id).proposed_until) == until
        with pytest.raises(NotAllowed):
            send_link_again(booking_id=booking_id, by=ana.actor, at=clock_now())
        answer(booking_id=booking_id, by=ana.actor, at=clock_now())
        later(minutes=2)
        with pytest.raises(NothingProposed):
            send_link_again(**own, at=clock_now())


def test_a_time_proposed_for_what_was_cancelled_waits_for_nobody(ana, priya, olga):
    booking_id = given.taken(ana, priya)
    wall = given.local_start(given.booking(booking_id).starts_at + timedelta(days=1))
    propose_time(booking_id=booking_id, starts_at=wall, fold=None, by=olga.actor, at=clock_now())
    cancel_booking(booking_id=booking_id, reason="", by=ana.actor, at=clock_now())
    later(minutes=2)
    before = stands(booking_id)

    for answer, by in ((send_link_again, olga), (confirm_time, ana), (decline_time, ana)):
        with pytest.raises(NothingProposed):
            answer(booking_id=booking_id, by=by.actor, at=clock_now())
        card = access_booking(booking_id=booking_id, by=by.actor)
        assert (proposal_of(card, at=clock_now()), card.proposed_until) == (None, None)

    assert stands(booking_id) == before


def test_what_cannot_be_is_not_proposed(ana, priya, olga):
    booking_id = given.taken(ana, priya)
    wall = given.local_start(clock_now() + timedelta(days=1))
    own = {"booking_id": booking_id, "fold": None, "at": clock_now()}
    before = stands(booking_id)

    with pytest.raises(NotAllowed):
        propose_time(**own, starts_at=wall, by=ana.actor)
    with pytest.raises(BadTime):
        propose_time(**own, starts_at=wall - timedelta(days=2), by=olga.actor)
    assert stands(booking_id) == before

    cancel_booking(booking_id=booking_id, reason="", by=ana.actor, at=clock_now())
    before = stands(booking_id)
    with pytest.raises(MoveRefused) as refused:
        propose_time(**own, starts_at=wall, by=olga.actor)
    assert stands(booking_id) == before
    assert refused.value.said(gettext) == refused.value.detail == "Cannot reschedule while cancelled."
    with translation.override("es"):
        assert refused.value.said(gettext) == "Esto no se puede hacer ahora."
