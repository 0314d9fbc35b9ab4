"""Looks all the time whether somebody waits longer than was promised; pauses while the database is away."""

import threading
from typing import Any

import psycopg

_LIMIT_SECONDS = 60.0
_EVERY_SECONDS = 0.5
_READ_ONLY = "-c default_transaction_read_only=on"
_LATE = """
    select 'booking', id::text, status, extract(epoch from timers.clock_now() - deadline_at)::float
    from bookings_booking where deadline_at < timers.clock_now() and status <> 'closed'
    union all
    select 'cascade', reference, status, extract(epoch from timers.clock_now() - expires_at)::float
    from matching_cascade where expires_at < timers.clock_now() and status = 'live'
    """


class Watch:
    """Samples in a thread of its own, as the role the system runs as, unable to write."""

    def __init__(self, database_url: str) -> None:
        """Begin with `start`."""
        self._url = database_url
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch")
        self.samples = 0
        self.outages = 0
        self.latest_seconds = 0.0
        self.late: dict[tuple[str, str, str], float] = {}

    def __enter__(self) -> "Watch":
        """Start looking."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Look no longer."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with psycopg.connect(
                    self._url, autocommit=True, options=_READ_ONLY, connect_timeout=2, application_name="watch"
                ) as connection:
                    while not self._stop.wait(_EVERY_SECONDS):
                        self._note(connection.execute(_LATE).fetchall())
            except psycopg.Error:
                self.outages += 1
                self._stop.wait(_EVERY_SECONDS)

    def _note(self, rows: list[tuple[Any, ...]]) -> None:
        self.samples += 1
        for kind, name, status, seconds in rows:
            self.latest_seconds = max(self.latest_seconds, seconds)
            if seconds > _LIMIT_SECONDS:
                key = (kind, name, status)
                self.late[key] = max(seconds, self.late.get(key, 0.0))
