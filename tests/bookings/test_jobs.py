"""A provider's jobs in the order of their time, and what they pay after the fee."""

from dataclasses import replace

import pytest

from guildhall.bookings import rules
from guildhall.bookings.commands import cancel_booking, confirm_hours
from guildhall.bookings.queries import access_booking, list_jobs, pay_of
from guildhall.kernel.refusals import NotFound
from guildhall.timers.queries import clock_now
from tests import given_bookings as given
from tests import given_people as people

pytestmark = pytest.mark.django_db


def test_jobs_come_in_the_order_of_their_time_and_to_nobody_else(ana, priya):
    late = given.taken(ana, priya, hours_ahead=120)
    early = given.taken(ana, priya, hours_ahead=72)

    found = list_jobs(by=priya.actor, provider_id=priya.id, statuses=["confirmed"])

    assert [card.id for card in found] == [early, late]
    assert [card.id for card in list_jobs(by=priya.actor, provider_id=priya.id, starts_from=found[1].starts_at)] == [
        late
    ]
    assert list_jobs(by=priya.actor, provider_id=priya.id, starts_before=found[0].starts_at) == []
    for other in (ana, people.provider("Diego")):
        with pytest.raises(NotFound):
            list_jobs(by=other.actor, provider_id=priya.id)


def test_pay_is_a_promise_first_and_a_sum_in_the_end(ana, priya):
    booking_id = given.completed(ana, priya, minutes=90)
    card = access_booking(booking_id=booking_id, by=priya.actor)
    least, logged, most = (rules.net_minor_by_tier(card.terms, minutes)[card.tier_rank] for minutes in (60, 90, 120))
    assert pay_of(replace(card, logged_minutes=None)) == (least, most)
    assert pay_of(card) == (logged, logged)
    assert pay_of(replace(card, contested_minutes=60)) == (least, logged)
    assert (
        pay_of(replace(card, logged_minutes=100_000))[1] == rules.split(card.terms, card.authorize_minor).provider_minor
    )

    confirm_hours(booking_id=booking_id, by=ana.actor, at=clock_now())

    card = access_booking(booking_id=booking_id, by=priya.actor)
    final = rules.split(card.terms, card.total_minor).provider_minor
    assert pay_of(card) == (final, final)
    assert least < final == logged < most


def test_a_late_cancellation_pays_what_its_fee_leaves(ana, priya):
    booking_id = given.authorized(ana, priya)
    fee = cancel_booking(booking_id=booking_id, reason="", by=ana.actor, at=clock_now())

    card = access_booking(booking_id=booking_id, by=priya.actor)

    left = rules.compensation(card.terms, fee).provider_minor
    assert pay_of(card) == (left, left)
    assert left > 0
