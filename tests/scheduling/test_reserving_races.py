"""Sixty-four want the same hours of one provider: one gets them, and nobody is told of a deadlock."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import connection

from guildhall.kernel.actors import Actor
from guildhall.scheduling.commands import SlotTaken, add_time_off, release, reserve
from guildhall.scheduling.models import Reservation
from tests import given_people as people
from tests.given_people import MONDAY
from tests.racing import as_owner, deadlocks, together

pytestmark = pytest.mark.committed
CLIENTS = 64
BY = Actor.system("race")


def keep(provider_id, number):
    """Three hours that begin a quarter later for each of eight clients: all of them overlap."""
    starts_at = MONDAY + number % 8 * timedelta(minutes=15)
    reserve(
        provider_id=provider_id,
        planned=(starts_at, starts_at + timedelta(hours=3)),
        reference=f"booking:{number}",
        by=BY,
        at=MONDAY,
    )
    return number


def race(provider_id):
    return together([partial(keep, provider_id, number) for number in range(CLIENTS)])


def overlaps():
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select count(*) from scheduling_reservation a join scheduling_reservation b
              on a.provider_id = b.provider_id and a.id < b.id and a.planned && b.planned
            where a.status = 'active' and b.status = 'active'
            """
        )
        return cursor.fetchone()[0]


def test_one_of_many_wins_and_the_others_are_refused_in_order(server_log):
    priya = people.registered_provider()

    results = race(priya.id)

    winners = [result for result in results if isinstance(result, int)]
    assert len(winners) == 1
    assert sum(isinstance(result, SlotTaken) for result in results) == CLIENTS - 1
    assert list(Reservation.objects.values_list("reference", "status")) == [(f"booking:{winners[0]}", "active")]
    assert overlaps() == 0
    assert deadlocks(server_log) == 0


def test_time_that_is_released_in_the_middle_of_a_race_goes_to_one_other():
    priya = people.registered_provider()
    keep(priya.id, 1000)

    together(
        [partial(release, reference="booking:1000", by=BY, at=MONDAY)]
        + [partial(keep, priya.id, number) for number in range(16)]
    )

    assert Reservation.objects.filter(status="active").count() <= 1
    assert Reservation.objects.get(reference="booking:1000").status == "released"
    assert overlaps() == 0


def test_time_off_and_reservations_queue_behind_each_other():
    priya = people.registered_provider()
    holiday = partial(
        add_time_off,
        provider_id=priya.id,
        starts_at=MONDAY,
        ends_at=MONDAY + timedelta(days=1),
        by=priya.actor,
        at=MONDAY,
    )

    results = together([holiday, *[partial(keep, priya.id, number) for number in range(16)]])

    assert not isinstance(results[0], Exception)
    won = [result for result in results[1:] if isinstance(result, int)]
    assert len(won) <= 1
    assert all(isinstance(result, int | SlotTaken) for result in results[1:])


def test_negative_control_without_the_constraint_the_queue_alone_lets_overlaps_in(owner_url):
    priya = people.registered_provider()
    as_owner(owner_url, "alter table scheduling_reservation drop constraint scheduling_no_overlap")

    race(priya.id)

    assert overlaps() > 0


def test_negative_control_without_the_queue_the_constraint_alone_keeps_overlaps_out(owner_url):
    priya = people.registered_provider()
    as_owner(
        owner_url,
        "create or replace function scheduling.lock_provider(provider uuid) returns void language sql as $$ select $$",
    )

    results = race(priya.id)

    assert sum(isinstance(result, int) for result in results) == 1
    assert overlaps() == 0
