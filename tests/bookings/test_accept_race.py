"""64 different providers, each with an open offer of one booking, each with a connection of its own, released together."""

import re
from collections import Counter
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from django.db import connection

from guildhall.bookings.commands import accept_offer
from guildhall.eventlog.models import EventRow
from guildhall.kernel.actors import Actor
from guildhall.matching.commands import AlreadyTaken
from guildhall.matching.models import Offer
from guildhall.policy.commands import set_policy
from guildhall.policy.queries import get
from guildhall.policy.types import MatchingPolicy
from guildhall.scheduling.commands import SlotTaken
from guildhall.scheduling.models import Reservation
from guildhall.timers.queries import clock_now
from tests import given_bookings as given
from tests import given_people as people
from tests.given_people import Person
from tests.racing import as_owner, deadlocks, together

PROVIDERS = 64
ROUNDS = 10
ROUNDS_LONG = 50
GUARDS = [
    "drop index matching_one_accepted",
    "drop index scheduling_one_active_per_reference",
    "drop trigger guard_status on matching_offer",
]
pytestmark = [pytest.mark.committed, pytest.mark.timeout(400)]


def many_providers(count: int = PROVIDERS) -> list[Person]:
    """Experts who are all asked in one wave."""
    matching = get(MatchingPolicy)
    scheduled = matching.scheduled.model_copy(update={"wave_size": count})
    set_policy(
        matching.model_copy(update={"scheduled": scheduled}), by=Actor.system("test"), at=clock_now(), reason="a race"
    )
    return given.given_providers(*[1] * count)


def offered(ana: Person, round_number: int) -> tuple[UUID, dict[UUID, UUID]]:
    """A booking of its own hour, ten of them a day, that everybody is asked for."""
    day, place = divmod(round_number, 10)
    starts_at = given.local_start(clock_now() + timedelta(days=2 + day)).replace(hour=7 + place, minute=0)
    booking_id = given.scheduled(ana, starts_at=starts_at, minutes_from=30, minutes_to=30)
    given.let_it_happen()
    offers = given.offers(booking_id)
    return booking_id, offers


def race(offers: dict[UUID, UUID]) -> list[UUID | Exception]:
    at = clock_now()
    return together(
        [
            lambda provider=provider, offer=offer: accept_offer(offer_id=offer, by=Actor.provider(provider), at=at)
            for provider, offer in offers.items()
        ]
    )


def test_one_of_64_gets_the_job(request: pytest.FixtureRequest, server_log: Path):
    rounds = ROUNDS_LONG if request.config.getoption("--long") else ROUNDS
    providers = {person.id: person for person in many_providers()}
    ana = people.customer(card=True)
    for number in range(rounds):
        booking_id, offers = offered(ana, number)

        assert len(offers) == PROVIDERS

        results = race(offers)

        winners = [provider for provider, result in zip(offers, results, strict=True) if result == booking_id]
        assert len(winners) == 1, Counter(repr(result) for result in results)
        assert Counter(type(result) for result in results) == {UUID: 1, AlreadyTaken: PROVIDERS - 1}
        assert EventRow.objects.filter(reference=f"booking:{booking_id}", name="booking.confirmed").count() == 1
        assert EventRow.objects.filter(reference=f"booking:{booking_id}", name="offer.accepted").count() == 1
        assert Reservation.objects.filter(reference=f"booking:{booking_id}", status="active").count() == 1
        statuses = Offer.objects.filter(cascade__reference=f"booking:{booking_id}").values_list("status", flat=True)
        assert Counter(statuses) == {"accepted": 1, "withdrawn": PROVIDERS - 1}
        again = accept_offer(offer_id=offers[winners[0]], by=providers[winners[0]].actor, at=clock_now())
        assert again == booking_id
    assert deadlocks(server_log) == 0


def test_a_provider_gets_one_of_overlapping_jobs(server_log: Path):
    """One provider, eight customers, the same hour: accepted all at once."""
    (priya,) = given.given_providers(1)
    starts_at = given.local_start(clock_now() + timedelta(days=3)).replace(hour=10, minute=0)
    bookings = [given.scheduled(people.customer(card=True), starts_at=starts_at) for _ in range(8)]
    given.let_it_happen()
    offers = [given.offers(booking_id)[priya.id] for booking_id in bookings]

    results = together(
        [lambda offer=offer: accept_offer(offer_id=offer, by=priya.actor, at=clock_now()) for offer in offers]
    )

    assert Counter(type(result) for result in results) == {UUID: 1, SlotTaken: 7}
    assert Reservation.objects.filter(provider_id=priya.id, status="active").count() == 1
    assert Counter(given.booking(booking_id).status for booking_id in bookings) == {"confirmed": 1, "matching": 7}
    assert deadlocks(server_log) == 0


def test_without_locks_and_indexes_several_get_the_job(owner_url: str):
    """Negative control: the race above is one that only the guards decide."""
    ana = people.customer(card=True)
    many_providers(16)
    for guard in GUARDS:
        as_owner(owner_url, guard)
    _unlock(owner_url, "bookings.accept_offer")
    _unlock(owner_url, "matching.take_offer")
    connection.close()

    winners = 0
    for number in range(5):
        booking_id, offers = offered(ana, number)
        winners = max(winners, sum(result == booking_id for result in race(offers)))

    assert winners > 1


def _unlock(owner_url: str, function: str) -> None:
    """Take the row locks out of a function."""
    with psycopg.connect(owner_url, autocommit=True) as owner:
        row = owner.execute("select pg_get_functiondef(%s::regproc)", [function]).fetchone()
        assert row is not None
        unlocked = re.sub(r"\s+for update\b", "", row[0])
        assert unlocked != row[0]
        # Everybody looks before anybody writes: what the locks prevent, however fast the machine is.
        unlocked = unlocked.replace("if o.status = 'accepted'", "perform pg_sleep(0.1); if o.status = 'accepted'", 1)
        owner.execute(unlocked)
