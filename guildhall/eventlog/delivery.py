"""Delivery: a subscription's batch and its cursor in one transaction; a fact that fails is parked, the others flow."""

import logging
import threading
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psycopg
from django.db import connection, transaction
from psycopg.pq import TransactionStatus

from guildhall.eventlog.commands import Handler, subscriptions
from guildhall.eventlog.models import ParkedFact
from guildhall.eventlog.queries import fact_of
from guildhall.eventlog.types import Fact, event_class

log = logging.getLogger("guildhall.eventlog")
BATCH = 500
ATTEMPTS_BEFORE_ALARM = 3
_kept = threading.local()
_RETRY_SECONDS = (1, 5, 30, 120, 600, 3600)


@dataclass(frozen=True)
class Taken:
    """A fact, its position, and whether an earlier fact of its aggregate is parked."""

    position: int
    is_blocked: bool
    fact: Fact


def sequence(most: int = 5000) -> int:
    """Number and seal waiting facts; says how many."""
    with connection.cursor() as cursor:
        cursor.execute("select eventlog.sequence_batch(%s)", [most])
        row = cursor.fetchone()
    return int(row[0])


def deliver(name: str) -> int:
    """
    Deliver the next batch of one subscription; says how many positions were passed.

    A batch with a failing handler is rolled back and run again fact by fact; what fails then is parked.
    """
    try:
        with transaction.atomic():
            return _pass(name, BATCH)
    except Exception:
        log.exception("%s: a batch failed, going fact by fact", name)
    return _one_by_one(name)


def awaiting(*, but: Collection[str] = ()) -> list[str]:
    """
    Name the subscriptions that have something to hear; the cursors of the others move past what is nothing to them.

    :param but: these are left alone.
    """
    pairs = [(name, fact) for name, heard in subscriptions().items() if name not in but for fact in heard]
    with connection.cursor() as cursor:
        cursor.execute(
            "select eventlog.pass_unheard(%s, %s)", [[name for name, _ in pairs], [fact for _, fact in pairs]]
        )
        return [row[0] for row in cursor.fetchall()]


def _one_by_one(name: str) -> int:
    passed = 0
    for _ in range(BATCH):
        try:
            with transaction.atomic():
                moved = _pass(name, 1)
        except Exception as error:
            if not connection.is_usable():
                raise  # The database went away: that is no fault of the fact.
            log.exception("%s: parking a fact", name)
            with transaction.atomic():
                moved = _park_next(name, repr(error))
        if not moved:
            break
        passed += moved
    return passed


def _pass(name: str, most: int) -> int:
    """Take up to `most` facts, the cursor moving past them, and hand them over, inside the caller's transaction."""
    taken, passed = _take(name, most)
    for item in taken:
        if item.is_blocked:
            _park(name, item, "waits behind an earlier fact", attempts=0)
        else:
            _hand_over(subscriptions()[name], item.fact)
    return passed


def _take(name: str, most: int) -> tuple[list[Taken], int]:
    _begin()
    statement = "select * from eventlog.take(%s, %s, %s::integer)"
    rows = _cursor().execute(statement, [name, list(subscriptions()[name]), most], binary=True).fetchall()
    if not rows:
        return [], 0
    *taken, (passed, *_) = rows
    return [Taken(position, is_blocked, Fact(*fact)) for position, is_blocked, *fact in taken], int(passed)


def _begin() -> None:
    """
    Begin the transaction in which a batch is taken.

    psycopg would do so by itself before the first statement, waiting for the answer in five times as long. Should this fail it still does,
    and says why.
    """
    wire = connection.connection.pgconn
    if wire.transaction_status == TransactionStatus.IDLE:
        wire.exec_(b"begin")


def _cursor() -> psycopg.Cursor[tuple[Any, ...]]:
    """
    Give this thread's cursor on the open connection.

    It is psycopg's own: Django's reads instants and JSON in Python, five times as long as the rest. And it is kept: a new one finds out
    anew how each type is read, which takes half as long as the statement.
    """
    kept: psycopg.Cursor[tuple[Any, ...]] | None = getattr(_kept, "cursor", None)
    if kept is None or kept.connection is not connection.connection:
        kept = _kept.cursor = psycopg.Cursor(connection.connection)
    return kept


def _hand_over(handlers: dict[str, list[Handler]], fact: Fact) -> None:
    event = event_class(fact.name).read(
        aggregate=fact.aggregate, version=fact.version, reference=fact.reference, payload=fact.payload
    )
    for handler in handlers[fact.name]:
        handler(event, fact)


def _park_next(name: str, error: str) -> int:
    taken, passed = _take(name, 1)
    for item in taken:
        _park(name, item, error, attempts=1)
    return passed


def _park(name: str, item: Taken, error: str, *, attempts: int) -> None:
    ParkedFact.objects.get_or_create(
        subscription_id=name,
        position=item.position,
        defaults={
            "seq": item.fact.seq,
            "aggregate": item.fact.aggregate,
            "attempts": attempts,
            "next_try_at": item.fact.at + timedelta(seconds=_RETRY_SECONDS[0]),
            "error": error,
        },
    )


def retry(name: str) -> int:
    """Try parked facts again, the first of each aggregate; says how many came through."""
    done = 0
    for parked_id in list(_due_parked(name)):
        try:
            with transaction.atomic():
                done += _try_again(name, parked_id)
        except Exception as error:
            log.exception("%s: a parked fact failed again", name)
            _postpone(parked_id, repr(error))
    return done


def _due_parked(name: str) -> Iterator[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select id from (select distinct on (aggregate) id, next_try_at from eventlog_parked
                            where subscription_id = %s order by aggregate, position) first_of
            where next_try_at <= timers.clock_now() limit 100
            """,
            [name],
        )
        yield from [row[0] for row in cursor.fetchall()]


def _try_again(name: str, parked_id: int) -> int:
    parked = ParkedFact.objects.select_for_update(skip_locked=True).filter(id=parked_id).first()
    if parked is None:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select e.seq, e.name, e.aggregate, e.version, e.reference, e.actor, e.occurred_at, timers.clock_now(), e.payload::text
            from eventlog_event e where e.seq = %s
            """,
            [parked.seq],
        )
        fact = fact_of(cursor.fetchone())
    _hand_over(subscriptions()[name], fact)
    parked.delete()
    return 1


def _postpone(parked_id: int, error: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            update eventlog_parked set attempts = attempts + 1, error = %s,
              next_try_at = timers.clock_now() + make_interval(secs => (%s::int[])[least(attempts + 1, %s)])
            where id = %s
            """,
            [error, list(_RETRY_SECONDS), len(_RETRY_SECONDS), parked_id],
        )


def drain() -> int:
    """Sequence and deliver until nothing moves: for tests and for building a past; says how many positions were passed."""
    total = 0
    for _ in range(10_000):
        moved = sequence() + sum(deliver(name) for name in awaiting())
        moved += sum(retry(name) for name in subscriptions())
        if not moved:
            return total
        total += moved
    raise RuntimeError("The log does not come to rest.")
