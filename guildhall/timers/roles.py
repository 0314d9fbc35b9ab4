"""The dispatcher's loop."""

import logging
import threading

from django.db import DatabaseError, connection

from guildhall.timers.firing import sweep
from guildhall.timers.queries import clock_now, next_deadline

log = logging.getLogger("guildhall.timers")
_PAUSE_SECONDS_MIN = 0.005
_PAUSE_SECONDS_MAX = 0.5
_RECONNECT_SECONDS = 0.5


def run_dispatcher(stop: threading.Event) -> None:
    """Take deadlines as they come until `stop` is set. Several dispatchers share the work (SKIP LOCKED)."""
    while not stop.is_set():
        try:
            if not sweep():
                stop.wait(_pause_seconds())
        except DatabaseError:
            log.warning("dispatcher: the database is away, trying again", exc_info=True)
            connection.close()
            stop.wait(_RECONNECT_SECONDS)
    connection.close()


def _pause_seconds() -> float:
    """Sleep to the next deadline, at least 5 ms and at most half a second (a new deadline may be nearer)."""
    due = next_deadline()
    if due is None:
        return _PAUSE_SECONDS_MAX
    return min(_PAUSE_SECONDS_MAX, max(_PAUSE_SECONDS_MIN, (due - clock_now()).total_seconds()))
