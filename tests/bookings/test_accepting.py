"""One provider gets the job; the others learn at once."""

from datetime import timedelta

import pytest

from guildhall.bookings.commands import accept_offer, cancel_booking
from guildhall.credentialing.commands import NoWorkRight, revoke_work_right
from guildhall.eventlog.models import EventRow
from guildhall.eventlog.types import event_class
from guildhall.kernel.actors import Actor
from guildhall.kernel.ids import new_id
from guildhall.kernel.refusals import NotAllowed, NotFound
from guildhall.matching.commands import AlreadyTaken, OfferExpired
from guildhall.matching.models import Offer
from guildhall.providers.commands import set_limits
from guildhall.scheduling.commands import DayIsFull, SlotTaken
from guildhall.scheduling.models import Reservation
from guildhall.timers.queries import clock_now
from tests import given_bookings as given
from tests import given_people as people
from tests.given_matching import later

pytestmark = pytest.mark.django_db


@pytest.fixture
def two_asked():
    """A booking that two Experts are asked for."""
    priya, diego = given.given_providers(1, 1)
    ana = people.customer(card=True)
    booking_id = given.scheduled(ana)
    given.let_it_happen()
    offers = given.offers(booking_id)
    assert set(offers) == {priya.id, diego.id}
    return ana, priya, diego, booking_id, offers


def accept(offer_id, provider):
    return accept_offer(offer_id=offer_id, by=provider.actor, at=clock_now())


def test_the_first_acceptance_confirms_and_reserves(two_asked):
    ana, priya, diego, booking_id, offers = two_asked

    assert accept(offers[priya.id], priya) == booking_id

    confirmed = given.booking(booking_id)
    assert (confirmed.status, confirmed.provider_id, confirmed.tier_rank) == ("confirmed", priya.id, 1)
    assert confirmed.deadline_at == confirmed.starts_at + timedelta(minutes=20)
    (reservation,) = Reservation.objects.filter(status="active")
    assert (reservation.provider_id, reservation.planned) == (priya.id, confirmed.planned)
    assert Offer.objects.get(id=offers[diego.id]).status == "withdrawn"
    assert given.facts(booking_id, "booking.") == ["booking.requested", "booking.matching_started", "booking.confirmed"]


def test_the_fact_written_in_sql_reads_as_its_class(two_asked):
    ana, priya, _, booking_id, offers = two_asked

    accept(offers[priya.id], priya)

    row = EventRow.objects.get(name="booking.confirmed")
    event = event_class("booking.confirmed").read(
        aggregate=row.aggregate, version=row.version, reference=row.reference, payload=row.payload
    )
    confirmed = given.booking(booking_id)
    assert set(row.payload) == set(event.payload())
    assert (event.customer_id, event.provider_id, event.mode, event.starts_at, event.tier_rank) == (
        ana.id,
        priya.id,
        "scheduled",
        confirmed.starts_at,
        1,
    )


def test_the_loser_is_told_that_it_is_taken_and_the_winner_the_same_again(two_asked):
    _, priya, diego, booking_id, offers = two_asked
    accept(offers[priya.id], priya)
    facts = given.facts(booking_id)

    with pytest.raises(AlreadyTaken):
        accept(offers[diego.id], diego)

    assert accept(offers[priya.id], priya) == booking_id
    assert given.facts(booking_id) == facts
    assert Reservation.objects.filter(status="active").count() == 1


def test_an_offer_that_ended_cannot_be_accepted(two_asked):
    _, priya, _, booking_id, offers = two_asked
    later(hours=5)

    with pytest.raises(OfferExpired):
        accept(offers[priya.id], priya)

    assert given.booking(booking_id).status == "matching"
    assert not Reservation.objects.exists()


def test_an_offer_of_a_cancelled_booking_is_over(two_asked):
    ana, priya, _, booking_id, offers = two_asked
    cancel_booking(booking_id=booking_id, reason="", by=ana.actor, at=clock_now())

    with pytest.raises(OfferExpired):
        accept(offers[priya.id], priya)

    assert given.booking(booking_id).provider_id is None


def test_nobody_accepts_for_somebody_else(two_asked):
    ana, priya, diego, booking_id, offers = two_asked

    with pytest.raises(NotFound):
        accept(offers[diego.id], priya)
    with pytest.raises(NotFound):
        accept_offer(offer_id=new_id(), by=priya.actor, at=clock_now())
    with pytest.raises(NotAllowed):
        accept_offer(offer_id=offers[priya.id], by=ana.actor, at=clock_now())

    assert given.booking(booking_id).status == "matching"


def test_a_provider_cannot_accept_two_overlapping_jobs(two_asked):
    _, priya, _, booking_id, offers = two_asked
    other_id = given.scheduled(people.customer(card=True))
    given.let_it_happen()
    clash = given.offers(other_id)[priya.id]
    accept(offers[priya.id], priya)
    facts = given.facts(other_id)

    with pytest.raises(SlotTaken):
        accept(clash, priya)

    assert given.booking(other_id).status == "matching"
    assert Offer.objects.get(id=clash).status == "open"
    assert given.facts(other_id) == facts


def test_without_the_right_to_work_nothing_is_accepted(two_asked):
    _, priya, _, booking_id, offers = two_asked
    revoke_work_right(provider_id=priya.id, reason="licence", by=Actor.system("test"), at=clock_now())

    with pytest.raises(NoWorkRight):
        accept(offers[priya.id], priya)

    assert given.booking(booking_id).status == "matching"
    assert not Reservation.objects.exists()


def test_a_full_day_takes_no_further_job(two_asked):
    _, priya, diego, booking_id, offers = two_asked
    afternoon = given.booking(booking_id).starts_at + timedelta(hours=5)
    other_id = given.scheduled(people.customer(card=True), starts_at=given.local_start(afternoon))
    given.let_it_happen()
    later_that_day = given.offers(other_id)
    set_limits(provider_id=priya.id, minimum_notice_minutes=0, jobs_a_day_max=1, by=priya.actor, at=clock_now())
    accept(offers[priya.id], priya)
    facts = given.facts(other_id)

    with pytest.raises(DayIsFull):
        accept(later_that_day[priya.id], priya)

    assert given.booking(other_id).status == "matching"
    assert Offer.objects.get(id=later_that_day[priya.id]).status == "open"
    assert given.facts(other_id) == facts
    assert accept(later_that_day[diego.id], diego) == other_id
