"""The two clocks of a past: the system's and the emulators'. Real time goes on meanwhile; each step sets both anew."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from django.db import connection

from guildhall.timers.commands import live_in_past
from guildhall.timers.queries import clock_now

_ANSWER_SECONDS = 30.0
_DEADLINES = """
select least(
  (select min(due_at) + make_interval(secs => %s) from timers_timer where not is_parked),
  (select min(expires_at + case mode when 'asap' then interval '0' else make_interval(secs => %s) end) from matching_cascade where status = 'live')
)
"""
PRESENT = timedelta()


@dataclass(frozen=True)
class Delivery:
    """A webhook that the vendor would have sent: of which endpoint, its raw body and its signature."""

    id: str
    target: str
    type: str
    body: str
    signature: str


class SystemClock:
    """The system's clock while a past is lived."""

    def __init__(self) -> None:
        self.now, self._set_at = clock_now(), time.monotonic()

    def go(self, instant: datetime) -> None:
        """Go to an instant; what has gone by since the last step is not gone through again."""
        self.now = max(instant, self.now + timedelta(seconds=time.monotonic() - self._set_at))
        self._set(min(PRESENT, self.now - datetime.now(UTC)))

    def begin(self, length: timedelta) -> None:
        """Go back as far as the past is long. :raises ClockStaysReal: when the database is not new."""
        self._set(-length)
        self.now = clock_now()

    def arrive(self) -> None:
        """Come to the present."""
        self._set(PRESENT)
        self.now = clock_now()

    def next_deadline(self, *, timers_wait: timedelta, waves_wait: timedelta) -> datetime | None:
        """
        When a wave ends or a timer is due; those that are not pressing may wait so long for company.

        What is ready for the next wave is found out when this one ends.
        """
        with connection.cursor() as cursor:
            cursor.execute(_DEADLINES, [timers_wait.total_seconds(), waves_wait.total_seconds()])
            due: datetime | None = cursor.fetchone()[0]
        return due

    def _set(self, travelled: timedelta) -> None:
        live_in_past(travelled=travelled)
        self._set_at = time.monotonic()


class VendorClock:
    """The emulators' clock, moved over their HTTP; each step also fetches the webhooks that they would have sent."""

    def __init__(self, sandbox_url: str, *, news: Collection[str]) -> None:
        """:param news: the types of the vendor's (v1) events that are worth being told of."""
        self._http = httpx.Client(base_url=sandbox_url, timeout=_ANSWER_SECONDS, trust_env=False)
        self._taken: list[str] = []
        self._news = sorted(news)
        self.at: datetime | None = None
        self.next_deadline: datetime | None = None

    def go(self, instant: datetime) -> list[Delivery]:
        """Take the emulators to an instant and give what they tell there; what was given before counts as taken."""
        return self._step(min(PRESENT, instant - datetime.now(UTC)), instant)

    def arrive(self) -> list[Delivery]:
        """Bring the emulators to the present; from now on they send by themselves."""
        return self._step(PRESENT, datetime.now(UTC))

    def post_form(self, path: str, fields: dict[str, str]) -> httpx.Response:
        """Fill in a page as its visitor would."""
        return self._http.post(path, data=fields)

    def get(self, path: str) -> httpx.Response:
        """Look at a page."""
        return self._http.get(path)

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def _step(self, offset: timedelta, instant: datetime) -> list[Delivery]:
        body: dict[str, Any] = {"offset_seconds": offset.total_seconds(), "taken": self._taken, "news": self._news}
        answer = self._http.post("/sandbox/past", json=body).raise_for_status().json()
        self.at = instant
        deadline = answer["next_deadline"]
        self.next_deadline = None if deadline is None else datetime.fromisoformat(deadline)
        self._taken = [one["id"] for one in answer["deliveries"]]
        return [Delivery(**one) for one in answer["deliveries"]]
