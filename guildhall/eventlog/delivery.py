"""Delivery: a subscription's batch and its cursor in one transaction; a fact that fails is parked, the others flow."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction

from guildhall.eventlog.commands import Handler, subscriptions
from guildhall.eventlog.models import ParkedFact, Subscription
from guildhall.eventlog.queries import fact_of
from guildhall.eventlog.types import Fact, event_class

log = logging.getLogger("guildhall.eventlog")
BATCH = 500
ATTEMPTS_BEFORE_ALARM = 3
_RETRY_SECONDS = (1, 5, 30, 120, 600, 3600)


@dataclass(frozen=True)
class Placed:
    """A fact and its position."""

    position: int
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
    """Hand over up to `most` facts and move the cursor, inside the caller's transaction."""
    cursor = _lock_cursor(name)
    if cursor is None:
        return 0
    placed, end = _next(name, cursor, most)
    blocked = _blocked(name, placed)
    for item in placed:
        if item.fact.aggregate in blocked:
            _park(name, item, "waits behind an earlier fact", attempts=0)
        else:
            _hand_over(subscriptions()[name], item.fact)
    Subscription.objects.filter(name=name).update(position=end)
    return end - cursor


def _lock_cursor(name: str) -> int | None:
    row = Subscription.objects.select_for_update(skip_locked=True).filter(name=name).first()
    return None if row is None else row.position


def _next(name: str, after: int, most: int) -> tuple[list[Placed], int]:
    """Read the facts a subscription hears in the next stretch of the log, and the stretch's end."""
    stretch = BATCH * 4
    with connection.cursor() as cursor:
        cursor.execute("select least(position, %s + %s) from eventlog_sequencer_head", [after, stretch])
        end = int(cursor.fetchone()[0])
        cursor.execute(
            """
            select p.position, e.seq, e.name, e.aggregate, e.version, e.reference, e.actor, e.occurred_at, timers.clock_now(), e.payload::text
            from eventlog_position p join eventlog_event e using (seq)
            where p.position > %s and p.position <= %s and e.name = any(%s)
            order by p.position limit %s
            """,
            [after, end, list(subscriptions()[name]), most],
        )
        placed = [Placed(row[0], fact_of(row[1:])) for row in cursor.fetchall()]
    if len(placed) == most:
        end = placed[-1].position
    return placed, end


def _blocked(name: str, placed: Sequence[Placed]) -> set[str]:
    aggregates = {item.fact.aggregate for item in placed}
    if not aggregates:
        return set()
    parked = ParkedFact.objects.filter(subscription_id=name, aggregate__in=aggregates)
    return set(parked.values_list("aggregate", flat=True))


def _hand_over(handlers: dict[str, list[Handler]], fact: Fact) -> None:
    event = event_class(fact.name).read(
        aggregate=fact.aggregate, version=fact.version, reference=fact.reference, payload=fact.payload
    )
    for handler in handlers[fact.name]:
        handler(event, fact)


def _park_next(name: str, error: str) -> int:
    cursor = _lock_cursor(name)
    if cursor is None:
        return 0
    placed, end = _next(name, cursor, 1)
    for item in placed:
        _park(name, item, error, attempts=1)
    Subscription.objects.filter(name=name).update(position=end)
    return end - cursor


def _park(name: str, item: Placed, error: str, *, attempts: int) -> None:
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
        moved = sequence()
        for name in subscriptions():
            moved += deliver(name) + retry(name)
        if not moved:
            return total
        total += moved
    raise RuntimeError("The log does not come to rest.")
