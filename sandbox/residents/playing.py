"""What each resident does next: decided once for each offer and each status of a booking, done when its time has come."""

from __future__ import annotations

import heapq
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

from sandbox.residents.client import Busy, Refused, Residence
from sandbox.residents.driving import Drive
from sandbox.residents.people import Cast, answer, dice

log = logging.getLogger("residents")
_ANSWERS_SECONDS = (5.0, 40.0)
_LAST_MOMENT = timedelta(seconds=6)
_AGENDA_MAX = 2_000
_ACTS_A_LOOK = 12
_TRIES = 4
Act = Callable[[], object]


@dataclass(order=True)
class _Due:
    at: datetime
    turn: int
    what: str = field(compare=False)
    act: Act = field(compare=False)
    tries: int = field(compare=False, default=0)


class Play:
    """The agenda of all residents. Their times are the clock's, so that whoever travels in time meets them on the way."""

    def __init__(self, residence: Residence, cast: Cast) -> None:
        self._api, self._cast = residence, cast
        self._agenda: list[_Due] = []
        self._turns = count()
        self._decided: dict[str, datetime] = {}
        self.done: dict[str, int] = {}
        self.last = ""

    def notice(self, seen: dict[str, Any], *, speed: float) -> None:
        """
        Decide about everything that was not there the last time. `speed` shortens drives, work and thinking afterwards.

        What has lasted for a while when it is noticed (somebody travelled in time meanwhile) is not begun anew.
        """
        now = datetime.fromisoformat(seen["now"])
        there = {offer["id"] for offer in seen["offers"]}
        self._notice_offers([one for one in seen["offers"] if one["id"] not in self._decided], now)
        for booking in seen["bookings"]:
            key = f"{booking['id']} {booking['status']}"
            there.add(key)
            if key not in self._decided and len(self._agenda) < _AGENDA_MAX:
                self._decided[key] = now
                since = datetime.fromisoformat(booking["since"]) if booking.get("since") else now
                for about in self._plans(booking, since, speed):
                    self._put(*about)
        self._decided = {key: at for key, at in self._decided.items() if key in there}

    def act(self, now: datetime) -> int:
        """Do what is due, a few at a time; says how much. What the API has no time for is tried again a little later."""
        acted = 0
        while self._agenda and self._agenda[0].at <= now and acted < _ACTS_A_LOOK:
            due = heapq.heappop(self._agenda)
            acted += 1
            try:
                due.act()
            except Refused as refused:
                log.info("%s: %s", due.what, refused)
            except Busy as busy:
                if due.tries < _TRIES:
                    later = now + timedelta(seconds=busy.seconds)
                    heapq.heappush(self._agenda, _Due(later, next(self._turns), due.what, due.act, due.tries + 1))
                raise
            else:
                self.last = due.what
                kind = due.what.partition(":")[0]
                self.done[kind] = self.done.get(kind, 0) + 1
        return acted

    @property
    def waiting(self) -> int:
        """How many things residents mean to do."""
        return len(self._agenda)

    def _put(self, at: datetime, what: str, act: Act) -> None:
        heapq.heappush(self._agenda, _Due(at, next(self._turns), what, act))

    def _notice_offers(self, offers: list[dict[str, Any]], now: datetime) -> None:
        waves: dict[str, list[dict[str, Any]]] = {}
        for offer in offers:
            self._decided[offer["id"]] = now
            if self._cast.plays(offer["provider"]):
                waves.setdefault(offer["booking"], []).append(offer)
        for wave in waves.values():
            self._answer_wave(wave, now)

    def _answer_wave(self, wave: list[dict[str, Any]], now: datetime) -> None:
        """
        Answer as each would; only the two quickest of those who want the job log in for it. Somebody always wants one that
        is needed at once, so that a visitor's first booking is answered within a minute.
        """
        answers = {one["id"]: answer(one["id"], int(one["tier"])) for one in wave}
        if wave[0]["mode"] == "asap" and "accept" not in answers.values():
            answers[wave[0]["id"]] = "accept"
        takers: list[tuple[datetime, dict[str, Any]]] = []
        for one in wave:
            until = datetime.fromisoformat(one["expires_at"]) - _LAST_MOMENT
            at = min(until, now + timedelta(seconds=dice(f"when {one['id']}").uniform(*_ANSWERS_SECONDS)))
            if answers[one["id"]] == "accept":
                takers.append((at, one))
            elif answers[one["id"]] == "decline":
                body = {"reason": "Too far for me today."}
                self._put(
                    at,
                    f"declined: {one['booking']}",
                    self._asking(one["provider"], "POST", f"offers/{one['id']}/decline", body),
                )
        for at, one in sorted(takers, key=lambda taker: taker[0])[:2]:
            path = f"offers/{one['id']}/acceptance"
            self._put(at, f"accepted: {one['booking']}", self._asking(one["provider"], "POST", path))

    def _plans(self, booking: dict[str, Any], now: datetime, speed: float) -> Iterator[tuple[datetime, str, Act]]:
        plan = _PLANS.get(booking["status"])
        if plan is not None:
            yield from plan(self, booking, now, speed)

    def _asking(self, who: str, method: str, path: str, body: dict[str, Any] | None = None) -> Act:
        return lambda: self._api.ask(who, method, path, body)

    def _moving(self, booking: dict[str, Any], status: str, **more: Any) -> Act:
        path = f"bookings/{booking['id']}/status"
        return self._asking(booking["provider"], "PUT", path, {"status": status, **more})

    def _confirmed(self, booking: dict[str, Any], now: datetime, speed: float) -> Iterator[tuple[datetime, str, Act]]:
        if not self._cast.plays(booking["provider"]):
            return
        about = dice(f"confirmed {booking['id']}")
        roll = about.random()
        starts_at = datetime.fromisoformat(booking["starts_at"])
        # Who asks now is not kept waiting for as long as the appointment says.
        leaves_at = now + timedelta(minutes=about.uniform(4, 10)) / speed
        if booking["mode"] == "scheduled":
            leaves_at = max(leaves_at, starts_at - timedelta(minutes=about.uniform(15, 35)))
        is_visitors = not self._cast.plays(booking["customer"])
        if roll < 0.03 and not is_visitors:  # noqa: PLR2004 - one in thirty-three
            return  # Does not come, and says nothing.
        if roll < 0.07 and not is_visitors:  # noqa: PLR2004
            path = f"bookings/{booking['id']}/withdrawal"
            body = {"reason": "My van broke down."}
            yield leaves_at, f"cancelled: {booking['id']}", self._asking(booking["provider"], "POST", path, body)
            return
        for turn in range(3):  # Again, should the money not be held yet.
            at = leaves_at + turn * timedelta(minutes=3)
            yield at, f"left: {booking['id']}", self._moving(booking, "en_route")

    def _en_route(self, booking: dict[str, Any], now: datetime, speed: float) -> Iterator[tuple[datetime, str, Act]]:
        if not self._cast.plays(booking["provider"]):
            return
        minutes = dice(f"drive {booking['id']}").uniform(12, 30)
        lasting = timedelta(minutes=minutes) / speed
        drive = Drive(self._api, booking["provider"], booking["id"], minutes)
        for share in drive.shares(lasting):
            yield now + lasting * share, f"drove: {booking['id']}", partial(drive.tell, share)
        yield now + lasting, f"arrived: {booking['id']}", self._moving(booking, "arrived")

    def _arrived(self, booking: dict[str, Any], now: datetime, speed: float) -> Iterator[tuple[datetime, str, Act]]:
        if self._cast.plays(booking["provider"]):
            at = now + timedelta(minutes=dice(f"door {booking['id']}").uniform(2, 5)) / speed
            yield at, f"started: {booking['id']}", lambda: self._start(booking)

    def _start(self, booking: dict[str, Any]) -> None:
        """
        Start by the code that a resident customer says; at a visitor's, by standing where the job is.

        Where nobody has set a pin, a visitor says the code at the door, as far as residents can hear it.
        """
        path = f"bookings/{booking['id']}"
        proof: dict[str, Any]
        if self._cast.plays(booking["customer"]):
            proof = {"start_code": self._api.ask(booking["customer"], "GET", path)["start_code"]}
        elif booking.get("said_at_the_door"):
            proof = {"start_code": booking["said_at_the_door"]}
        else:
            place = self._api.ask(booking["provider"], "GET", path)["place"]
            proof = {"position": {"latitude": place["latitude"], "longitude": place["longitude"]}}
        self._api.ask(booking["provider"], "PUT", f"{path}/status", {"status": "in_progress", **proof})

    def _in_progress(self, booking: dict[str, Any], now: datetime, speed: float) -> Iterator[tuple[datetime, str, Act]]:
        if self._cast.plays(booking["provider"]):
            minutes = booking["minutes"] * dice(f"work {booking['id']}").uniform(0.8, 1.4)
            at = now + max(timedelta(seconds=65), timedelta(minutes=minutes) / speed)
            yield at, f"finished: {booking['id']}", self._moving(booking, "completed", notes="Done and tested.")

    def _completed(self, booking: dict[str, Any], now: datetime, speed: float) -> Iterator[tuple[datetime, str, Act]]:
        about = dice(f"after {booking['id']}")
        path = f"bookings/{booking['id']}"
        soon = now + timedelta(minutes=about.uniform(5, 40)) / speed
        is_visitors = not self._cast.plays(booking["customer"])
        # A visitor is always reviewed, others four times in five.
        if self._cast.plays(booking["provider"]) and (about.random() < 0.8 or is_visitors):  # noqa: PLR2004
            said = {"booking_id": booking["id"], "rating": about.choice((4, 5, 5)), "comment": "Everything was ready."}
            yield soon, f"reviewed: {booking['id']}", self._asking(booking["provider"], "POST", "reviews", said)
        if is_visitors:
            return
        later = soon + timedelta(minutes=about.uniform(5, 60)) / speed
        if about.random() < 0.05:  # noqa: PLR2004 - one in twenty
            body = {"minutes": 1, "reason": "It took less time than that."}
            yield (
                later,
                f"contested: {booking['id']}",
                self._asking(booking["customer"], "POST", f"{path}/contest", body),
            )
            return
        yield later, f"confirmed: {booking['id']}", self._asking(booking["customer"], "POST", f"{path}/confirmation")
        if about.random() < 0.7:  # noqa: PLR2004
            said = {
                "booking_id": booking["id"],
                "rating": about.choice((3, 4, 5, 5, 5)),
                "comment": "Quick and friendly.",
            }
            yield later, f"reviewed: {booking['id']}", self._asking(booking["customer"], "POST", "reviews", said)
        if about.random() < 0.35:  # noqa: PLR2004
            tip = {"amount_minor": about.choice((500, 1000, 1500))}
            at = later + timedelta(minutes=10) / speed
            yield at, f"tipped: {booking['id']}", self._asking(booking["customer"], "POST", f"{path}/tip", tip)


_Plan = Callable[[Play, dict[str, Any], datetime, float], Iterator[tuple[datetime, str, Act]]]
_PLANS: dict[str, _Plan] = {
    "confirmed": Play._confirmed,  # noqa: SLF001 - its own
    "en_route": Play._en_route,  # noqa: SLF001
    "arrived": Play._arrived,  # noqa: SLF001
    "in_progress": Play._in_progress,  # noqa: SLF001
    "completed": Play._completed,  # noqa: SLF001
}
