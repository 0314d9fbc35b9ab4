"""Facts are written with their change and read back in order."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar
from uuid import UUID

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from guildhall.eventlog import delivery
from guildhall.eventlog.commands import publish
from guildhall.eventlog.queries import timeline
from guildhall.eventlog.types import Event
from guildhall.kernel.actors import Actor
from guildhall.kernel.ids import new_id

MONDAY = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@dataclass(frozen=True, kw_only=True)
class LampLit(Event):
    name: ClassVar[str] = "test.lamp_lit"
    aggregate_type: ClassVar[str] = "lamp"
    watts: int
    lit_by: UUID


def lit(lamp: UUID, version: int, **values: object) -> LampLit:
    return LampLit(aggregate_id=lamp, version=version, reference=f"room:{lamp}", watts=40, lit_by=lamp, **values)


def test_a_fact_comes_back_from_the_timeline_as_it_was_published():
    lamp = new_id()

    publish(lit(lamp, 1), by=Actor.customer(lamp), at=MONDAY)

    (fact,) = timeline(f"room:{lamp}")
    assert (fact.name, fact.version, fact.actor, fact.occurred_at) == ("test.lamp_lit", 1, f"customer:{lamp}", MONDAY)
    assert fact.payload == {"watts": 40, "lit_by": str(lamp)}
    read = LampLit.read(aggregate=fact.aggregate, version=1, reference=fact.reference, payload=fact.payload)
    assert read == lit(lamp, 1)


def test_two_facts_cannot_share_a_version():
    lamp = new_id()
    publish(lit(lamp, 1), by=Actor.system("test"), at=MONDAY)

    with pytest.raises(IntegrityError), transaction.atomic():
        publish(lit(lamp, 1), by=Actor.system("test"), at=MONDAY)

    assert len(timeline(f"room:{lamp}")) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "update eventlog_event set actor = 'nobody'",
        "delete from eventlog_event",
        "truncate eventlog_event",
        "delete from eventlog_position",
        "update eventlog_seal set digest = ''",
    ],
)
def test_the_running_system_cannot_rewrite_the_log(statement: str):
    lamp = new_id()
    publish(lit(lamp, 1), by=Actor.system("test"), at=MONDAY)

    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert len(timeline(f"room:{lamp}")) == 1


def test_sequencing_numbers_facts_densely_and_seals_them():
    lamp = new_id()
    for version in (1, 2, 3):
        publish(lit(lamp, version), by=Actor.system("test"), at=MONDAY)

    assert delivery.sequence() == 3

    with connection.cursor() as cursor:
        cursor.execute("select position from eventlog_position order by position")
        positions = [row[0] for row in cursor.fetchall()]
        cursor.execute("select * from eventlog.broken_seals()")
        assert cursor.fetchall() == []
    assert positions == list(range(positions[0], positions[0] + 3))
