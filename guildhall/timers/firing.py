"""Firing: due timers are claimed, acted on and deleted in one transaction, up to 500 at once."""

import logging
from collections import defaultdict
from collections.abc import Collection

from django.db import connection, transaction

from guildhall.timers.commands import kinds, sweepers
from guildhall.timers.queries import TIMERS, clock_now

log = logging.getLogger("guildhall.timers")
BATCH = 500
_ATTEMPTS_MAX = 8
_LOCKED_RETRY_SECONDS = 0.05

Claimed = dict[str, dict[int, str]]


def fire_due(most: int = BATCH) -> int:
    """Fire up to `most` due timers; says how many went. A kind that fails is tried timer by timer; unknown kinds are parked."""
    try:
        with transaction.atomic():
            return _fire(_claim(most))
    except Exception:
        log.exception("a batch of timers failed, going one by one")
    fired = 0
    for _ in range(most):
        done = _fire_alone()
        if done is None:
            break
        fired += done
    return fired


def _claim(most: int) -> Claimed:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select kind, id, reference from timers_timer
            where due_at <= timers.clock_now() and not is_parked
            order by due_at limit %s for update skip locked
            """,
            [most],
        )
        claimed: Claimed = defaultdict(dict)
        for kind, timer_id, reference in cursor.fetchall():
            claimed[kind][timer_id] = reference
    return claimed


def _fire(claimed: Claimed) -> int:
    fired = 0
    at = clock_now()
    for kind, timers in claimed.items():
        if kind not in kinds():
            _park(list(timers), f"nobody here knows timers of kind {kind}")
            continue
        locked = set(kinds()[kind](list(dict.fromkeys(timers.values())), at))
        done = [timer_id for timer_id, reference in timers.items() if reference not in locked]
        _postpone([timer_id for timer_id, reference in timers.items() if reference in locked])
        with connection.cursor() as cursor:
            cursor.execute("delete from timers_timer where id = any(%s)", [done])
        fired += len(done)
    return fired


def _fire_alone() -> int | None:
    """Fire one timer; None when nothing is due."""
    claimed: Claimed = {}
    try:
        with transaction.atomic():
            claimed = _claim(1)
            return _fire(claimed) if claimed else None
    except Exception as error:
        log.exception("a timer failed")
        _count_failure([timer_id for timers in claimed.values() for timer_id in timers], repr(error))
    return 0


def _park(timer_ids: list[int], error: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("update timers_timer set is_parked = true, error = %s where id = any(%s)", [error, timer_ids])


def _postpone(timer_ids: list[int]) -> None:
    if timer_ids:
        with connection.cursor() as cursor:
            cursor.execute(
                "update timers_timer set due_at = timers.clock_now() + make_interval(secs => %s) where id = any(%s)",
                [_LOCKED_RETRY_SECONDS, timer_ids],
            )


def _count_failure(timer_ids: list[int], error: str) -> None:
    """Back off 1, 2, 4 ... seconds; after eight failures the timer is parked for an operator."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            update timers_timer set attempts = attempts + 1, error = %s, is_parked = attempts + 1 >= %s,
              due_at = timers.clock_now() + make_interval(secs => power(2, attempts))
            where id = any(%s)
            """,
            [error, _ATTEMPTS_MAX, timer_ids],
        )


def sweep(only: Collection[str] | None = None) -> int:
    """Run every sweep and fire what is due, once round, or `only` those (`queries.TIMERS` among them); says how many deadlines were taken."""
    taken = sum(sweeper.work() for name, sweeper in sweepers().items() if only is None or name in only)
    return taken + (fire_due() if only is None or TIMERS in only else 0)
