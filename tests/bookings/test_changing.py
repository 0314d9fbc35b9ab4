"""Cancelling, giving back, another time, asking more widely: before the work begins."""

from datetime import timedelta

import pytest

from guildhall.bookings.commands import (
    arrive,
    assign_by_hand,
    cancel_booking,
    leave,
    reschedule_booking,
    widen_booking,
    withdraw_provider,
)
from guildhall.bookings.commands.requesting import BadTime
from guildhall.credentialing.commands import revoke_work_right
from guildhall.kernel.actors import Actor
from guildhall.kernel.moves import MoveRefused
from guildhall.kernel.refusals import NotAllowed, NotFound, Refused
from guildhall.matching.models import Cascade, Offer
from guildhall.payments.models import Intent
from guildhall.payments.queries import get_payment
from guildhall.scheduling.models import Reservation
from guildhall.timers.queries import clock_now
from tests import given_bookings as given
from tests import given_people as people
from tests.given_matching import clock_at, later

pytestmark = pytest.mark.django_db


def cancelled(booking_id, by) -> int:
    return cancel_booking(booking_id=booking_id, reason="changed plans", by=by.actor, at=clock_now())


def test_cancelling_before_anybody_is_confirmed_is_free_and_closes(ana, priya):
    booking_id = given.scheduled(ana)
    given.let_it_happen()
    offer_id = given.offers(booking_id)[priya.id]

    assert cancelled(booking_id, ana) == 0
    given.let_it_happen()

    assert given.booking(booking_id).status == "closed"
    assert Offer.objects.get(id=offer_id).status == "withdrawn"
    assert not Cascade.objects.filter(reference=f"booking:{booking_id}", status="live").exists()


def test_cancelling_late_costs_the_frozen_share_and_frees_the_provider(ana, priya):
    booking_id = given.authorized(ana, priya)
    fee = given.booking(booking_id)

    cost = cancelled(booking_id, ana)

    assert cost == -(-fee.promised.prices[0].hourly_minor // 2)
    assert not Reservation.objects.filter(status="active").exists()
    assert given.booking(booking_id).cancellation_fee_minor == cost
    (capture,) = Intent.objects.filter(kind="capture")
    assert capture.params["amount"] == cost


def test_an_operator_cancels_without_a_fee(ana, priya):
    booking_id = given.authorized(ana, priya)

    assert cancelled(booking_id, people.operator()) == 0
    given.let_it_happen()

    assert given.booking(booking_id).status == "closed"
    assert get_payment(f"booking:{booking_id}").captured_minor == 0


def test_work_in_progress_cannot_be_cancelled(ana, priya):
    booking_id = given.started(ana, priya)
    before = given.facts(booking_id)

    with pytest.raises(MoveRefused):
        cancelled(booking_id, ana)

    assert given.booking(booking_id).status == "in_progress"
    assert given.facts(booking_id) == before


def test_a_booking_is_cancelled_once(ana, priya):
    booking_id = given.scheduled(ana)
    cancelled(booking_id, ana)

    with pytest.raises(MoveRefused):
        cancelled(booking_id, ana)

    assert given.facts(booking_id).count("booking.cancelled") == 1


@pytest.mark.parametrize("who", ["another customer", "provider"])
def test_nobody_else_cancels(ana, priya, who):
    booking_id = given.taken(ana, priya)
    asker = people.customer("Eva") if who == "another customer" else priya

    with pytest.raises(NotFound if who == "another customer" else NotAllowed):
        cancelled(booking_id, asker)

    assert given.booking(booking_id).status == "confirmed"


def test_a_provider_who_gives_the_job_back_is_not_asked_again(ana, priya):
    (diego,) = given.given_providers(2)
    booking_id = given.taken(ana, priya)

    withdraw_provider(booking_id=booking_id, reason="ill", by=priya.actor, at=clock_now())
    given.let_it_happen()

    back = given.booking(booking_id)
    assert (back.status, back.provider_id, back.excluded) == ("matching", None, [priya.id])
    assert not Reservation.objects.filter(status="active").exists()
    assert set(given.offers(booking_id)) == {diego.id}


@pytest.mark.parametrize("step", ["confirmed", "en_route", "arrived"])
def test_a_job_can_be_given_back_until_work_begins(ana, priya, step):
    booking_id = given.authorized(ana, priya)
    own = {"booking_id": booking_id, "by": priya.actor}
    if step != "confirmed":
        leave(**own, at=clock_now())
    if step == "arrived":
        arrive(**own, at=clock_now())

    withdraw_provider(**own, reason="", at=clock_now())

    assert given.booking(booking_id).status == "matching"


def test_losing_the_right_to_work_opens_the_job_to_others(ana, priya):
    booking_id = given.taken(ana, priya)

    revoke_work_right(provider_id=priya.id, reason="licence", by=Actor.system("test"), at=clock_now())
    given.let_it_happen()

    back = given.booking(booking_id)
    assert (back.provider_id, back.excluded) == (None, [priya.id])


def test_another_time_frees_the_provider_and_asks_anew(ana, priya):
    booking_id = given.taken(ana, priya)
    old = given.booking(booking_id)
    starts_at = given.local_start(old.starts_at + timedelta(days=1))

    reschedule_booking(booking_id=booking_id, starts_at=starts_at, fold=None, by=ana.actor, at=clock_now())
    given.let_it_happen()

    moved = given.booking(booking_id)
    assert (moved.status, moved.provider_id) == ("matching", None)
    assert moved.starts_at == old.starts_at + timedelta(days=1)
    assert moved.ends_at - moved.starts_at == old.ends_at - old.starts_at
    assert not Reservation.objects.filter(status="active").exists()
    assert set(given.offers(booking_id)) == {priya.id}
    assert moved.terms == old.terms


def test_a_far_time_waits_for_matching_again(ana, priya):
    booking_id = given.taken(ana, priya)
    starts_at = given.local_start(clock_now() + timedelta(days=30))

    reschedule_booking(booking_id=booking_id, starts_at=starts_at, fold=None, by=ana.actor, at=clock_now())

    moved = given.booking(booking_id)
    assert moved.status == "waiting"
    assert moved.deadline_at == moved.starts_at - timedelta(days=7)
    clock_at(moved.deadline_at + timedelta(seconds=1))
    given.let_it_happen()
    assert given.booking(booking_id).status == "matching"


@pytest.mark.parametrize("days", [-1, 0, 400])
def test_the_other_time_must_make_sense(ana, priya, days):
    booking_id = given.taken(ana, priya)
    before = given.booking(booking_id).planned

    with pytest.raises(BadTime):
        reschedule_booking(
            booking_id=booking_id,
            starts_at=given.local_start(clock_now() + timedelta(days=days)),
            fold=None,
            by=ana.actor,
            at=clock_now(),
        )

    assert given.booking(booking_id).planned == before


def unfilled(ana, **wishes):
    booking_id = given.scheduled(ana, **wishes)
    for _ in range(8):
        given.let_it_happen()
        if given.booking(booking_id).status == "unfilled":
            return booking_id
        later(hours=4, minutes=1)
    raise AssertionError(given.booking(booking_id).status)


def test_nobody_there_leaves_choices_and_then_ends_free(ana):
    people.catalogue()
    booking_id = unfilled(ana)
    waiting = given.booking(booking_id)
    assert waiting.deadline_at == waiting.starts_at - timedelta(hours=2)

    clock_at(waiting.deadline_at + timedelta(seconds=1))
    given.let_it_happen()

    ended = given.booking(booking_id)
    assert (ended.status, ended.cancelled_by, ended.cancellation_fee_minor) == ("closed", "system", 0)


def test_widening_asks_everybody_again(ana, priya):
    booking_id = unfilled(ana)

    widen_booking(booking_id=booking_id, by=ana.actor, at=clock_now())
    given.let_it_happen()

    assert set(given.offers(booking_id)) == {priya.id}


def test_an_asap_booking_goes_out_when_its_money_is_held_and_releases_it_when_nobody_comes(ana):
    people.catalogue()
    booking_id = given.asap(ana)
    assert given.booking(booking_id).status == "awaiting_card"

    given.let_it_happen()

    assert given.booking(booking_id).status == "unfilled"
    assert Intent.objects.filter(kind="cancel").count() == 1
    assert get_payment(f"booking:{booking_id}").authorized_minor == 0


def test_a_card_that_never_comes_ends_the_request(priya):
    eva = people.customer("Eva")
    booking_id = given.asap(eva)
    given.let_it_happen()

    later(minutes=35, seconds=1)
    given.let_it_happen()

    assert given.booking(booking_id).status == "closed"
    assert given.facts(booking_id, "booking.")[-2:] == ["booking.cancelled", "booking.closed"]


def test_an_operator_gives_the_job_to_somebody_by_hand(ana, priya):
    booking_id = unfilled(ana)
    olga = people.operator()

    assign_by_hand(booking_id=booking_id, provider_id=priya.id, by=olga.actor, at=clock_now())

    given_to = given.booking(booking_id)
    assert (given_to.status, given_to.provider_id) == ("confirmed", priya.id)
    assert Reservation.objects.filter(provider_id=priya.id, status="active").count() == 1


def test_the_gate_is_not_the_operators_to_open(ana, priya):
    booking_id = unfilled(ana)
    stranger = people.provider("Mei", right_days=0)

    with pytest.raises(Refused):
        assign_by_hand(booking_id=booking_id, provider_id=stranger.id, by=people.operator().actor, at=clock_now())
    with pytest.raises(NotAllowed):
        assign_by_hand(booking_id=booking_id, provider_id=priya.id, by=ana.actor, at=clock_now())

    assert given.booking(booking_id).status == "unfilled"
    assert not Reservation.objects.exists()
