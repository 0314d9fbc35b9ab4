"""The dispatcher's loop."""

import logging
import threading
from collections.abc import Mapping

from django.db import DatabaseError, connection

from guildhall.timers.firing import sweep
from guildhall.timers.queries import seconds_left

log = logging.getLogger("guildhall.timers")
_PAUSE_SECONDS_MIN = 0.005
_PAUSE_SECONDS_MAX = 0.5
_RECONNECT_SECONDS = 0.5


def run_dispatcher(stop: threading.Event) -> None:
    """Take deadlines as they come until `stop` is set. Several dispatchers share the work (SKIP LOCKED)."""
    while not stop.is_set():
        try:
            left = seconds_left()
            if not sweep({name for name, seconds in left.items() if seconds <= 0}):
                stop.wait(_pause_seconds(left))
        except DatabaseError:
            log.warning("dispatcher: the database is away, trying again", exc_info=True)
            connection.close()
            stop.wait(_RECONNECT_SECONDS)
    connection.close()


def _pause_seconds(left: Mapping[str, float]) -> float:
    """Sleep to the next deadline, at least 5 ms and at most half a second (a new deadline may be nearer)."""
    return max(_PAUSE_SECONDS_MIN, min(_PAUSE_SECONDS_MAX, min(left.values(), default=_PAUSE_SECONDS_MAX)))
