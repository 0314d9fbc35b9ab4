"""Operators stop matching, sending or payouts by city or everywhere, and start them again."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from guildhall.eventlog.models import EventRow
from guildhall.kernel.actors import Actor
from guildhall.kernel.ids import new_id
from guildhall.kernel.refusals import NotAllowed
from guildhall.policy.commands import AlreadyPaused, NotPaused, pause, resume
from guildhall.policy.queries import is_paused, pauses

MONDAY = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
OLGA = Actor.operator(new_id())
pytestmark = pytest.mark.django_db


def stop(what="matching", city="san-diego", by=OLGA):
    return pause(what=what, city=city, reason="A wildfire.", by=by, at=MONDAY)


def facts():
    rows = EventRow.objects.filter(name__startswith="switch.").order_by("seq")
    return list(rows.values_list("name", "aggregate", "version", "payload"))


def test_a_pause_holds_in_its_city_and_for_its_thing_only():
    stop("matching", "san-diego")

    assert is_paused("matching", "san-diego")
    assert not is_paused("matching", "los-angeles")
    assert not is_paused("payouts", "san-diego")


def test_a_pause_everywhere_holds_in_every_city():
    stop("payouts", "*")

    assert is_paused("payouts", "san-diego")
    assert is_paused("payouts", "*")
    assert not is_paused("notifications", "san-diego")


def test_a_pause_says_why_by_whom_and_since_when():
    pause_id = stop()

    (card,) = pauses()
    assert (card.id, card.what, card.city, card.reason) == (pause_id, "matching", "san-diego", "A wildfire.")
    assert (card.paused_by, card.paused_at) == (str(OLGA), MONDAY)


def test_what_is_resumed_runs_and_can_be_paused_again():
    first = stop()

    resume(what="matching", city="san-diego", by=OLGA, at=MONDAY + timedelta(hours=1))

    assert not is_paused("matching", "san-diego")
    assert pauses() == []
    second = stop()
    place = {"what": "matching", "city": "san-diego"}
    assert facts() == [
        ("switch.paused", f"switch:{first}", 1, place),
        ("switch.resumed", f"switch:{first}", 2, place),
        ("switch.paused", f"switch:{second}", 1, place),
    ]


def test_resuming_one_city_leaves_the_pause_of_all():
    stop(city="*")
    stop(city="san-diego")

    resume(what="matching", city="san-diego", by=OLGA, at=MONDAY)

    assert is_paused("matching", "san-diego")


def test_what_is_paused_cannot_be_paused_twice():
    stop()

    with pytest.raises(AlreadyPaused):
        stop()

    assert len(pauses()) == 1
    assert len(facts()) == 1


def test_what_runs_cannot_be_resumed():
    with pytest.raises(NotPaused):
        resume(what="matching", city="san-diego", by=OLGA, at=MONDAY)

    assert facts() == []


def test_a_provider_throws_no_switch():
    with pytest.raises(NotAllowed):
        stop(by=Actor.provider(new_id()))
    stop()
    with pytest.raises(NotAllowed):
        resume(what="matching", city="san-diego", by=Actor.provider(new_id()), at=MONDAY)

    assert is_paused("matching", "san-diego")
    assert len(facts()) == 1


@pytest.mark.parametrize("statement", ["update policy_pause set reason = ''", "delete from policy_pause"])
def test_what_a_pause_said_cannot_be_edited(statement):
    stop()

    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert pauses()[0].reason == "A wildfire."
