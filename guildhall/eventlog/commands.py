"""Publishing facts and hearing them."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from django.db import connection

from guildhall.eventlog.models import ParkedFact
from guildhall.eventlog.types import Event, Fact
from guildhall.kernel.actors import Actor

E = TypeVar("E", bound=Event)
Handler = Callable[[Any, Fact], None]
_handlers: dict[str, dict[str, list[Handler]]] = {}


def publish(event: Event, *, by: Actor, at: datetime) -> int:
    """Record a fact in the open transaction that made it true, and give its `seq`. Subscriptions find it after the commit."""
    if not connection.in_atomic_block:
        raise RuntimeError("A fact is written in the transaction of the change it describes.")
    with connection.cursor() as cursor:
        cursor.execute(
            "select eventlog.publish(%s, %s, %s, %s, %s, %s, %s::jsonb)",
            [event.name, event.aggregate, event.version, event.reference, str(by), at, json.dumps(event.payload())],
        )
        row = cursor.fetchone()
    return int(row[0])


def on(event: type[E]) -> Callable[[Callable[[E, Fact], None]], Callable[[E, Fact], None]]:
    """
    Subscribe a handler of `<context>/handlers.py` to a fact.

    The subscription is the context. The handler runs once per fact in the transaction that moves the subscription's cursor;
    after a failure it runs again. Its effects outside PostgreSQL are rows for the worker.
    """

    def register(handler: Callable[[E, Fact], None]) -> Callable[[E, Fact], None]:
        context = handler.__module__.rsplit(".", 1)[0].rsplit(".", 1)[-1]
        _handlers.setdefault(context, {}).setdefault(event.name, []).append(handler)
        return handler

    return register


def subscriptions() -> dict[str, dict[str, list[Handler]]]:
    """Handlers by subscription and event name, as this program declares them."""
    return _handlers


def ensure_subscriptions() -> None:
    """Give every declared subscription its cursor; a new one starts at the log's head, so that it hears nothing of the past."""
    with connection.cursor() as cursor:
        for name in _handlers:
            cursor.execute(
                "insert into eventlog_subscription (name, position) select %s, position from eventlog_sequencer_head on conflict do nothing",
                [name],
            )


def retry_parked(*, parked_id: int, at: datetime) -> None:
    """Let a parked fact be tried again now."""
    ParkedFact.objects.filter(id=parked_id).update(next_try_at=at)
