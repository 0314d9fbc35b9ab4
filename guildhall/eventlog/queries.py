"""Reading the log."""

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection

from guildhall.eventlog.models import ParkedFact, SequencerHead, Subscription
from guildhall.eventlog.types import Fact, Lag


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
    parked = {row.name: ParkedFact.objects.filter(subscription=row).count() for row in Subscription.objects.all()}
    return [
        Lag(subscription=row.name, position=row.position, behind=head - row.position, parked=parked.get(row.name, 0))
        for row in Subscription.objects.order_by("name")
    ]


def waiting() -> int:
    """How many deliveries are outstanding: facts not numbered yet, and positions not heard yet (parked ones are not counted)."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select (select count(*) from eventlog_pending)
                 + (select coalesce(sum(h.position - s.position), 0) from eventlog_subscription s, eventlog_sequencer_head h)
            """
        )
        row = cursor.fetchone()
    return int(row[0])


def fact_of(row: Sequence[Any]) -> Fact:
    """Make a fact from (seq, name, aggregate, version, reference, actor, occurred_at, at, payload as text)."""
    values = [*row[:-1], json.loads(row[-1])]
    return Fact(*values)
