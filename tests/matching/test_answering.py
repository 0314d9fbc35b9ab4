"""An offer is taken once, declined for free, and gone at its end."""

from datetime import timedelta

import pytest

from guildhall.eventlog import delivery
from guildhall.eventlog.commands import ensure_subscriptions
from guildhall.eventlog.queries import timeline
from guildhall.kernel.ids import new_id
from guildhall.kernel.money import Money
from guildhall.kernel.refusals import NotFound
from guildhall.kernel.texts import BadText
from guildhall.matching.commands import AlreadyAccepted, AlreadyTaken, OfferExpired, close_cascade, decline_offer
from guildhall.matching.queries import get_offer, list_offers
from guildhall.providers.models import Provider
from guildhall.timers.firing import sweep
from guildhall.timers.queries import clock_now
from tests import given_matching as given
from tests.given_people import DOWNTOWN

pytestmark = pytest.mark.django_db


def wave(*tiers: int, **wishes: object) -> tuple[str, list[given.people.Person]]:
    asked = given.providers(*tiers)
    reference = given.cascade(**wishes)
    sweep()
    return reference, asked


def state(reference: str) -> tuple[object, ...]:
    return (
        given.row(reference).version,
        given.row(reference).status,
        given.statuses(reference),
        len(timeline(reference)),
    )


def decline(reference: str, who: given.people.Person, reason: str = "") -> None:
    decline_offer(offer_id=given.offer_to(reference, who).id, reason=reason, by=who.actor, at=clock_now())


def test_the_first_to_accept_has_the_job_and_the_others_see_that_it_is_gone():
    reference, (first, second, third) = wave(1, 1, 1)
    given.later(seconds=20)
    offer = given.offer_to(reference, first)

    outcome, planned = given.take(offer.id, first.id)

    assert outcome == "taken"
    assert planned.lower == clock_now() + timedelta(minutes=45)
    assert planned.upper == clock_now() + timedelta(minutes=195)
    cascade = given.row(reference)
    assert (cascade.status, cascade.planned, cascade.ended_at) == ("filled", planned, clock_now())
    assert {p.id: given.offer_to(reference, p).status for p in (first, second, third)} == {
        first.id: "accepted",
        second.id: "withdrawn",
        third.id: "withdrawn",
    }
    *_, accepted, withdrawn = timeline(reference)
    assert (accepted.name, accepted.version, accepted.actor) == ("offer.accepted", 3, f"provider:{first.id}")
    assert (accepted.payload["net_minor"], accepted.payload["tier_rank"]) == (9_000, 1)
    assert (withdrawn.name, withdrawn.version) == ("offer.withdrawn", 4)
    assert set(withdrawn.payload["provider_ids"]) == {str(second.id), str(third.id)}
    assert given.take(given.offer_to(reference, second).id, second.id)[0] == "already_taken"
    with pytest.raises(AlreadyTaken):
        decline(reference, third)


def test_accepting_again_gives_the_same_answer_and_no_second_fact():
    reference, (provider,) = wave(1)
    offer = given.offer_to(reference, provider)
    first = given.take(offer.id, provider.id)
    before = state(reference)
    given.later(minutes=10)

    again = given.take(offer.id, provider.id)

    assert again == ("already_yours", first[1])
    assert state(reference) == before


def test_an_offer_cannot_be_taken_from_its_end_on_even_before_the_sweep():
    reference, (provider,) = wave(1)
    offer = given.offer_to(reference, provider)
    before = state(reference)
    given.clock_at(offer.expires_at)

    assert given.take(offer.id, provider.id) == ("expired", given.row(reference).planned)

    assert state(reference) == before
    assert list_offers(provider.id, at=clock_now()) == []


def test_an_offer_can_be_taken_just_before_its_end():
    reference, (provider,) = wave(1)
    offer = given.offer_to(reference, provider)
    given.clock_at(offer.expires_at - timedelta(microseconds=1))

    assert given.take(offer.id, provider.id)[0] == "taken"


def test_an_expired_offer_stays_expired_when_a_later_wave_is_filled():
    reference, (expert, pro) = wave(1, 2)
    given.later(seconds=60)
    given.until_quiet()
    given.take(given.offer_to(reference, pro).id, pro.id)

    assert given.take(given.offer_to(reference, expert).id, expert.id)[0] == "expired"


def test_nobody_takes_or_declines_the_offer_of_another():
    reference, (asked,) = wave(1)
    (other,) = given.providers(2)
    offer = given.offer_to(reference, asked)
    before = state(reference)

    assert given.take(offer.id, other.id)[0] == "not_yours"
    assert given.take(new_id(), other.id)[0] == "not_yours"
    with pytest.raises(NotFound):
        decline_offer(offer_id=offer.id, reason="", by=other.actor, at=clock_now())

    assert state(reference) == before


def test_declining_twice_is_one_refusal():
    reference, (first, _second) = wave(1, 1)
    decline(reference, first, "Too far")
    before = state(reference)

    decline(reference, first, "Changed my mind")

    assert state(reference) == before
    assert (given.offer_to(reference, first).status, given.offer_to(reference, first).reason) == ("declined", "Too far")
    assert given.take(given.offer_to(reference, first).id, first.id)[0] == "expired"


def test_declining_after_the_window_or_after_accepting_is_refused():
    reference, (first,) = wave(1)
    given.clock_at(given.row(reference).expires_at)
    with pytest.raises(OfferExpired):
        decline(reference, first)
    reference, (second, *_) = wave(1)
    given.take(given.offer_to(reference, second).id, second.id)
    before = state(reference)

    with pytest.raises(AlreadyAccepted):
        decline(reference, second)

    assert state(reference) == before


def test_a_reason_too_long_is_refused_and_the_offer_stays_open():
    reference, (provider,) = wave(1)

    with pytest.raises(BadText):
        decline(reference, provider, "x" * 501)

    assert given.statuses(reference) == ["open"]


def test_after_a_close_the_offer_is_over():
    reference, (provider,) = wave(1)
    assert close_cascade(reference=reference, why="cancelled", by=provider.actor, at=clock_now())
    before = state(reference)

    assert given.take(given.offer_to(reference, provider).id, provider.id)[0] == "expired"
    with pytest.raises(OfferExpired):
        decline(reference, provider)

    assert state(reference) == before


def test_an_offer_shows_pay_distance_area_and_earliest_end_but_not_the_place():
    reference, (provider,) = wave(1)

    (card,) = list_offers(provider.id, at=clock_now())

    assert card == get_offer(card.id)
    assert (card.reference, card.net, card.distance_metres) == (reference, Money(9_000, "USD"), 0)
    assert card.starts_at == clock_now() + timedelta(minutes=45)
    assert card.earliest_end_at == clock_now() + timedelta(minutes=105)
    assert card.ends_at == clock_now() + timedelta(minutes=195)
    assert card.area.radius_metres == 500
    assert (card.area.latitude, card.area.longitude) != DOWNTOWN


def test_offers_come_page_by_page_those_that_end_first_at_the_top():
    (provider,) = given.providers(1)
    starts = given.MONDAY + timedelta(days=5)
    references = [given.cascade(), given.cascade(starts_at=starts), given.cascade()]
    given.until_quiet()

    first = list_offers(provider.id, at=clock_now(), limit=2)
    rest = list_offers(provider.id, at=clock_now(), limit=2, after=(first[-1].expires_at, first[-1].id))

    assert {card.reference for card in first} == {references[0], references[2]}
    assert [card.reference for card in rest] == [references[1]]


def test_answers_are_counted_in_the_providers_record_with_the_time_they_took():
    ensure_subscriptions()
    reference, (first, second) = wave(1, 1)
    given.later(seconds=12)
    decline(reference, first)
    given.later(seconds=8)
    given.take(given.offer_to(reference, second).id, second.id)

    delivery.drain()

    record = "offers_accepted", "offers_declined", "response_seconds_sum"
    assert Provider.objects.values_list(*record).get(pk=first.id) == (0, 1, 12)
    assert Provider.objects.values_list(*record).get(pk=second.id) == (1, 0, 20)
