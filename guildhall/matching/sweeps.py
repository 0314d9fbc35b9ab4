"""The sweeps that move cascades on, run by the dispatcher: rank what comes next, then end what is over."""

import logging
from contextlib import nullcontext

from django.db import DatabaseError, connection, transaction

from guildhall.matching import statements
from guildhall.matching.ranking import rank_next_waves
from guildhall.matching.statements import Unranked
from guildhall.timers.commands import sweeper
from guildhall.timers.queries import clock_now

log = logging.getLogger("guildhall.matching")
LOOK_AHEAD_BATCH = 200
WAVE_END_BATCH = 500
_LEASE_SECONDS = 10
_GATE_CLOSED = "GH001"


@sweeper(
    "matching.look_ahead",
    next_due="select matching.next_to_rank()",
)
def look_ahead() -> int:
    """Rank the next wave of up to a batch of cascades; says how many. What cannot be ranked is tried again when its lease is over."""
    cascades = statements.lease_unranked(most=LOOK_AHEAD_BATCH, lease_seconds=_LEASE_SECONDS)
    if not cascades:
        return 0
    try:
        rank_next_waves(cascades, clock_now())
    except Exception:
        log.exception("a batch of cascades could not be ranked, going one by one")
        return sum(_rank_alone(cascade) for cascade in cascades)
    return len(cascades)


def _rank_alone(cascade: Unranked) -> bool:
    try:
        rank_next_waves([cascade], clock_now())
    except Exception:
        log.exception("cascade %s could not be ranked", cascade.id)
        return False
    return True


@sweeper(
    "matching.wave_ends",
    next_due="select matching.next_to_end()",
)
def end_due_waves() -> int:
    """End up to a batch of waves whose window is over and open the next ones; says how many."""
    try:
        # One statement is a transaction by itself; within another one, what it did must be undone before the second look.
        with transaction.atomic() if connection.in_atomic_block else nullcontext():
            return statements.end_waves(WAVE_END_BATCH)
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", None) != _GATE_CLOSED:
            raise
        # Somebody among the candidates has lost the right to work since they were ranked: look at each before asking.
        return statements.end_waves(WAVE_END_BATCH, careful=True)
