"""Reading the log."""

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Count

from guildhall.eventlog.models import EventRow, ParkedFact, Seal, SequencerHead, Subscription
from guildhall.eventlog.types import Fact, Lag, Parked, Sealed
from guildhall.kernel.refusals import NotFound

# How many deliveries are outstanding, for whoever asks several things at once.
WAITING = """
select (select count(*) from eventlog_pending)
     + (select coalesce(sum(h.position - s.position), 0) from eventlog_subscription s, eventlog_sequencer_head h)
"""


def timeline(reference: str, *, limit: int = 500) -> list[Fact]:
    """Every fact that belongs to a reference (a booking's whole story), oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select seq, name, aggregate, version, reference, actor, occurred_at, occurred_at, payload::text
            from eventlog_event where reference = %s and reference <> '' order by seq limit %s
            """,
            [reference, limit],
        )
        return [fact_of(row) for row in cursor.fetchall()]


def lag() -> list[Lag]:
    """How far each subscription is behind."""
    head = SequencerHead.objects.get().position
    parked = dict(ParkedFact.objects.values_list("subscription").annotate(Count("id")))
    return [
        Lag(subscription=row.name, position=row.position, behind=head - row.position, parked=parked.get(row.name, 0))
        for row in Subscription.objects.order_by("name")
    ]


def waiting() -> int:
    """How many deliveries are outstanding: facts not numbered yet, and positions not heard yet (parked ones are not counted)."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return int(cursor.fetchone()[0])


def count_parked(*, most: int = 100) -> int:
    """How many facts are parked, counted up to `most`."""
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from (select from eventlog_parked limit %s) found", [most])
        return int(cursor.fetchone()[0])


def list_parked(*, after: int = 0, limit: int = 50) -> list[Parked]:
    """Give the facts that are parked, the longest parked first; `after` is the id of the last one seen."""
    rows = list(ParkedFact.objects.filter(id__gt=after).order_by("id")[:limit])
    facts = EventRow.objects.in_bulk([row.seq for row in rows])
    return [_parked(row, facts[row.seq]) for row in rows]


def get_parked(parked_id: int) -> Parked:
    """
    Give a fact that is parked.

    :raises NotFound: when it came through meanwhile, or never was.
    """
    row = ParkedFact.objects.filter(id=parked_id).first()
    if row is None:
        raise NotFound
    return _parked(row, EventRow.objects.get(seq=row.seq))


def _parked(row: ParkedFact, fact: EventRow) -> Parked:
    return Parked(
        id=row.id,
        subscription=row.subscription_id,
        position=row.position,
        name=fact.name,
        aggregate=row.aggregate,
        reference=fact.reference,
        occurred_at=fact.occurred_at,
        attempts=row.attempts,
        next_try_at=row.next_try_at,
        error=row.error,
    )


def last_seal() -> Sealed | None:
    """Give the newest seal of the log, or None before the first."""
    row = Seal.objects.order_by("-last_position").first()
    return Sealed(position=row.last_position, digest=bytes(row.digest).hex(), sealed_at=row.sealed_at) if row else None


def fact_of(row: Sequence[Any]) -> Fact:
    """Make a fact from (seq, name, aggregate, version, reference, actor, occurred_at, at, payload as text)."""
    values = [*row[:-1], json.loads(row[-1])]
    return Fact(*values)
