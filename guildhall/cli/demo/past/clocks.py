"""The two clocks of a past: the system's and the emulators'. Real time goes on meanwhile; each step sets both anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from guildhall.timers.commands import live_in_past, sweepers
from guildhall.timers.queries import clock_now, earliest_of

_ANSWER_SECONDS = 30.0
_TIMERS = "select min(due_at) from timers_timer where not is_parked"
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
        self.now = clock_now()

    def go(self, instant: datetime) -> None:
        """Go to an instant; what has gone by since the last step is not gone through again."""
        self.now = max(instant, clock_now())
        live_in_past(travelled=min(PRESENT, self.now - datetime.now(UTC)))

    def begin(self, length: timedelta) -> None:
        """Go back as far as the past is long. :raises ClockStaysReal: when the database is not new."""
        live_in_past(travelled=-length)
        self.now = clock_now()

    def arrive(self) -> None:
        """Come to the present."""
        live_in_past(travelled=PRESENT)
        self.now = clock_now()

    def next_wave_end(self) -> datetime | None:
        """When a sweep has something to do."""
        return earliest_of([one.next_due for one in sweepers().values()])

    def next_timer(self) -> datetime | None:
        """When the earliest timer is due."""
        return earliest_of([_TIMERS])


class VendorClock:
    """The emulators' clock, moved over their HTTP; each step also fetches the webhooks that they would have sent."""

    def __init__(self, sandbox_url: str) -> None:
        self._http = httpx.Client(base_url=sandbox_url, timeout=_ANSWER_SECONDS, trust_env=False)
        self._taken: list[str] = []
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
        body: dict[str, Any] = {"offset_seconds": offset.total_seconds(), "taken": self._taken}
        answer = self._http.post("/sandbox/past", json=body).raise_for_status().json()
        self.at = instant
        deadline = answer["next_deadline"]
        self.next_deadline = None if deadline is None else datetime.fromisoformat(deadline)
        self._taken = [one["id"] for one in answer["deliveries"]]
        return [Delivery(**one) for one in answer["deliveries"]]
