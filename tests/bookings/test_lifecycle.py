"""The database lets a status move only along the arrows of `lifecycle.py`."""

from itertools import product

import pytest
from django.db import DatabaseError, connection, transaction

from guildhall.bookings.lifecycle import MACHINES, MOVES
from guildhall.bookings.types import BookingStatus
from guildhall.kernel.moves import pairs
from guildhall.timers.queries import clock_now
from tests import given_bookings as given
from tests import given_people as people

pytestmark = pytest.mark.django_db


def test_every_status_is_reached_and_every_open_one_is_left():
    arrows = pairs(MOVES)

    reached = {new for _, new in arrows} | {"awaiting_card"}
    left = {old for old, _ in arrows}
    assert reached == set(BookingStatus)
    assert left == set(BookingStatus) - {"closed"}


def test_every_other_pair_of_statuses_is_refused_by_the_database():
    given.given_providers(1)
    booking_id = given.scheduled(people.customer(card=True))
    provider_id = given.given_providers(1)[0].id
    allowed = pairs(MACHINES["bookings_booking"])
    refused = set()
    for old, new in product(BookingStatus, BookingStatus):
        with transaction.atomic(), connection.cursor() as cursor:
            _put(cursor, booking_id, provider_id, old, new, refused)
            transaction.set_rollback(True)

    everything = {(old.value, new.value) for old, new in product(BookingStatus, BookingStatus) if old != new}
    assert refused == everything - allowed


def _put(cursor, booking_id, provider_id, old, new, refused):
    """Walk to the old status along allowed arrows, then try the new one."""
    cursor.execute(
        "update bookings_booking set provider_id = %s, settled_minutes = 1, total_minor = 1, deadline_at = %s where id = %s",
        [provider_id, clock_now(), booking_id],
    )
    for step in _road(given.booking(booking_id).status, old):
        cursor.execute("update bookings_booking set status = %s where id = %s", [step, booking_id])
    try:
        with transaction.atomic():
            cursor.execute("update bookings_booking set status = %s where id = %s", [new, booking_id])
    except DatabaseError as error:
        assert error.__cause__.sqlstate == "GH409"
        refused.add((old.value, new.value))


def _road(start: str, goal: str) -> list[str]:
    """Find a way along the arrows, shortest first."""
    roads, seen = [[start]], {start}
    while roads:
        road = roads.pop(0)
        if road[-1] == goal:
            return road[1:]
        for old, new in sorted(pairs(MOVES)):
            if old == road[-1] and new not in seen:
                seen.add(new)
                roads.append([*road, new])
    raise LookupError(goal)
