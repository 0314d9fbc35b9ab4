"""Subscriptions hear each fact once, in order; one that fails waits with its aggregate, and the others flow."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar
from uuid import UUID

import pytest
from django.db import connection, transaction

from guildhall.eventlog import commands, delivery
from guildhall.eventlog.commands import ensure_subscriptions, on, publish
from guildhall.eventlog.models import ParkedFact, Subscription
from guildhall.eventlog.types import Event, Fact
from guildhall.kernel.actors import Actor
from guildhall.kernel.ids import new_id

MONDAY = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@dataclass(frozen=True, kw_only=True)
class BellRung(Event):
    name: ClassVar[str] = "test.bell_rung"
    aggregate_type: ClassVar[str] = "bell"


@pytest.fixture
def heard() -> Iterator[list[tuple[UUID, int]]]:
    """A subscription of its own, whose handler fails for the bells in `broken`."""
    before = {name: dict(handlers) for name, handlers in commands.subscriptions().items()}
    commands.subscriptions().clear()
    heard: list[tuple[UUID, int]] = []

    def listen(event: BellRung, fact: Fact) -> None:
        if event.aggregate_id in broken:
            raise ValueError("this bell cannot be heard")
        heard.append((event.aggregate_id, event.version))

    listen.__module__ = "guildhall.tower.handlers"
    on(BellRung)(listen)
    ensure_subscriptions()
    yield heard
    broken.clear()
    commands.subscriptions().clear()
    commands.subscriptions().update(before)


broken: set[UUID] = set()


def ring(bell: UUID, *versions: int) -> None:
    with transaction.atomic():
        for version in versions:
            publish(BellRung(aggregate_id=bell, version=version), by=Actor.system("test"), at=MONDAY)


def test_facts_arrive_once_and_in_order(heard: list[tuple[UUID, int]]):
    bell = new_id()
    ring(bell, 1, 2, 3)

    delivery.drain()
    delivery.drain()

    assert heard == [(bell, 1), (bell, 2), (bell, 3)]


def test_a_failing_fact_holds_back_its_aggregate_only(heard: list[tuple[UUID, int]]):
    sound, cracked = new_id(), new_id()
    broken.add(cracked)
    ring(cracked, 1)
    ring(sound, 1)
    ring(cracked, 2)
    ring(sound, 2)

    delivery.sequence()
    while delivery.deliver("tower"):
        pass

    assert heard == [(sound, 1), (sound, 2)]
    assert list(ParkedFact.objects.order_by("position").values_list("aggregate", "attempts")) == [
        (f"bell:{cracked}", 1),
        (f"bell:{cracked}", 0),
    ]


def test_parked_facts_come_through_in_order_when_the_fault_is_mended(heard: list[tuple[UUID, int]]):
    cracked = new_id()
    broken.add(cracked)
    ring(cracked, 1, 2)
    delivery.sequence()
    while delivery.deliver("tower"):
        pass
    assert delivery.retry("tower") == 0

    broken.clear()
    ParkedFact.objects.update(next_try_at=MONDAY.replace(year=2020))
    ring(cracked, 3)
    delivery.drain()
    ParkedFact.objects.update(next_try_at=MONDAY.replace(year=2020))
    delivery.drain()

    assert heard == [(cracked, 1), (cracked, 2), (cracked, 3)]
    assert not ParkedFact.objects.exists()


def test_the_cursor_moves_with_the_handlers_work_or_not_at_all(heard: list[tuple[UUID, int]]):
    bell = new_id()
    ring(bell, 1)
    delivery.sequence()
    before = Subscription.objects.get(name="tower").position

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        delivery.deliver("tower")
        raise ZeroDivisionError

    assert Subscription.objects.get(name="tower").position == before


def position_of(name: str) -> int:
    return Subscription.objects.get(name=name).position


@pytest.mark.usefixtures("heard")
def test_whoever_has_nothing_to_hear_is_moved_on_without_being_asked():
    (name,) = commands.subscriptions()
    ring(new_id(), 1)
    delivery.drain()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select eventlog.publish('test.gong_struck', 'gong:1', 1, '', 'test', now(), '{}')")
    delivery.sequence()
    before = position_of(name)

    assert delivery.awaiting() == []
    assert position_of(name) == before + 1

    ring(new_id(), 1)
    delivery.sequence()

    assert delivery.awaiting() == [name]
    assert position_of(name) == before + 1, "what is to be heard is still before it"
