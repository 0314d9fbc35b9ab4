"""A provider's time is reserved once."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from guildhall.eventlog.models import EventRow
from guildhall.kernel.actors import Actor
from guildhall.kernel.refusals import NotFound
from guildhall.scheduling.commands import (
    SlotTaken,
    TimeOffIsEmpty,
    add_time_off,
    release,
    remove_time_off,
    reserve,
)
from guildhall.scheduling.models import Reservation
from guildhall.scheduling.queries import agenda, is_free
from guildhall.scheduling.types import AgendaEntry
from tests import given_people as people
from tests.given_people import MONDAY

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
BY = Actor.system("tests")


def provider(name="Priya"):
    return people.registered_provider(name).id


def keep(provider_id, start, hours=2, reference="booking:1"):
    reserve(provider_id=provider_id, planned=(start, start + hours * HOUR), reference=reference, by=BY, at=MONDAY)


def facts(provider_id):
    rows = EventRow.objects.filter(aggregate=f"calendar:{provider_id}").order_by("version")
    return [(row.version, row.payload["what"]) for row in rows]


def the_calendar(provider_id):
    return agenda(provider_id, MONDAY - 24 * HOUR, MONDAY + 48 * HOUR)


def test_reserved_time_is_taken_and_told():
    priya = provider()

    keep(priya, MONDAY)

    assert the_calendar(priya) == [AgendaEntry("reservation", MONDAY, MONDAY + 2 * HOUR, "booking:1")]
    assert not is_free(priya, MONDAY + HOUR, MONDAY + 3 * HOUR)
    assert facts(priya) == [(1, "reserved")]
    row = EventRow.objects.get(aggregate=f"calendar:{priya}")
    assert (row.actor, row.occurred_at, row.payload["starts_at"]) == (
        "system:tests",
        MONDAY,
        "2027-03-01T17:00:00+00:00",
    )


@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_overlapping_time_is_refused_and_nothing_changes(offset):
    priya = provider()
    keep(priya, MONDAY)
    before = the_calendar(priya)

    with pytest.raises(SlotTaken):
        keep(priya, MONDAY + offset * HOUR, reference="booking:2")

    assert the_calendar(priya) == before
    assert facts(priya) == [(1, "reserved")]


def test_one_job_may_begin_when_another_ends_and_others_are_not_concerned():
    priya, sam = provider(), provider("Sam")
    keep(priya, MONDAY)

    keep(priya, MONDAY + 2 * HOUR, reference="booking:2")
    keep(priya, MONDAY - 2 * HOUR, reference="booking:3")
    keep(sam, MONDAY, reference="booking:4")

    assert [entry.reference for entry in the_calendar(priya)] == ["booking:3", "booking:1", "booking:2"]
    assert facts(priya) == [(1, "reserved"), (2, "reserved"), (3, "reserved")]


def test_a_reference_holds_one_active_reservation():
    priya, sam = provider(), provider("Sam")
    keep(priya, MONDAY)

    with pytest.raises(SlotTaken):
        keep(sam, MONDAY)

    assert the_calendar(sam) == []


def test_released_time_can_be_reserved_again():
    priya = provider()
    keep(priya, MONDAY)

    release(reference="booking:1", by=BY, at=MONDAY + HOUR)
    keep(priya, MONDAY + HOUR, reference="booking:2")

    assert [entry.reference for entry in the_calendar(priya)] == ["booking:2"]
    assert facts(priya) == [(1, "reserved"), (2, "released"), (3, "reserved")]
    assert Reservation.objects.get(reference="booking:1").released_at == MONDAY + HOUR


def test_releasing_twice_or_nothing_does_no_harm():
    priya = provider()
    keep(priya, MONDAY)
    release(reference="booking:1", by=BY, at=MONDAY)

    release(reference="booking:1", by=BY, at=MONDAY + HOUR)
    release(reference="booking:unknown", by=BY, at=MONDAY)

    assert facts(priya) == [(1, "reserved"), (2, "released")]
    assert Reservation.objects.get().released_at == MONDAY


def test_a_released_reservation_never_becomes_active_again():
    priya = provider()
    keep(priya, MONDAY)
    release(reference="booking:1", by=BY, at=MONDAY)

    with pytest.raises(DatabaseError, match="cannot go from released to active"), transaction.atomic():
        Reservation.objects.update(status="active", released_at=None)

    assert Reservation.objects.get().status == "released"


def test_time_off_may_lie_over_a_reservation_and_refuses_new_ones():
    priya = provider()
    keep(priya, MONDAY)
    tuesday = MONDAY + 24 * HOUR

    add_time_off(provider_id=priya, starts_at=MONDAY, ends_at=tuesday, by=Actor.provider(priya), at=MONDAY)

    with pytest.raises(SlotTaken):
        keep(priya, MONDAY + 5 * HOUR, reference="booking:2")
    keep(priya, tuesday, reference="booking:3")
    assert [(entry.kind, entry.starts_at) for entry in the_calendar(priya)] == [
        ("reservation", MONDAY),
        ("time_off", MONDAY),
        ("reservation", tuesday),
    ]
    assert facts(priya) == [(1, "reserved"), (2, "time_off_added"), (3, "reserved")]


def test_removed_time_off_frees_the_time_and_belongs_to_its_provider_only():
    priya, sam = provider(), provider("Sam")
    holiday = add_time_off(provider_id=priya, starts_at=MONDAY, ends_at=MONDAY + HOUR, by=BY, at=MONDAY)

    with pytest.raises(NotFound):
        remove_time_off(provider_id=sam, time_off_id=holiday, by=Actor.provider(sam), at=MONDAY)
    assert not is_free(priya, MONDAY, MONDAY + HOUR)

    remove_time_off(provider_id=priya, time_off_id=holiday, by=Actor.provider(priya), at=MONDAY)
    assert is_free(priya, MONDAY, MONDAY + HOUR)
    assert facts(priya) == [(1, "time_off_added"), (2, "time_off_removed")]
    assert facts(sam) == []


@pytest.mark.parametrize("hours", [(1, 1), (2, 1), (-3, -1)])
def test_time_off_that_is_empty_or_over_is_refused(hours):
    priya = provider()
    starts_at, ends_at = (MONDAY + hour * HOUR for hour in hours)

    with pytest.raises(TimeOffIsEmpty):
        add_time_off(provider_id=priya, starts_at=starts_at, ends_at=ends_at, by=BY, at=MONDAY)

    assert the_calendar(priya) == []
    assert facts(priya) == []


@pytest.mark.parametrize(
    "planned", ["empty", "[2026-11-02,infinity)", "[2026-11-02,)", "(2026-11-02,2026-11-03]", "(,2026-11-02)"]
)
def test_only_bounded_half_open_time_can_be_reserved(planned):
    priya = provider()

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select scheduling.reserve(%s, %s::tstzrange, 'booking:1')", [priya, planned])

    assert the_calendar(priya) == []


def test_reserving_is_one_statement(django_assert_num_queries):
    priya = provider()

    with django_assert_num_queries(3):  # a savepoint, the call, its release: at the edge there is an outer transaction
        keep(priya, MONDAY)
