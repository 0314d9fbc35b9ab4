"""Time travel: the whole system's clock goes forward deadline by deadline, and waits at each until all is quiet."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol

import httpx
from pydantic import BaseModel, TypeAdapter, ValidationError

from sandbox.clock import VirtualClock
from sandbox.store import Store
from sandbox.web import Unreadable, stamp

log = logging.getLogger("sandbox.travel")

OVERSHOOT: Final = timedelta(milliseconds=1)  # a deadline is due once the clock has passed it
NOW: Final = timedelta(seconds=1)  # an instant said a moment ago is not yet the past
_PARTS: Final = re.compile(r"(?:(\d+(?:\.\d+)?)\s*(weeks?|days?|hours?|minutes?|seconds?|min|[wdhms])[\s,]*)+")
_PART: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([wdhms])")
_SECONDS: Final = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_FARTHEST: Final = timedelta(days=3660)


class Emulator(Protocol):
    """Something with deadlines of its own, in virtual time."""

    def next_deadline(self) -> datetime | None:
        """The earliest, or None."""

    def advance(self) -> None:
        """Apply what is due."""


class GuildhallClock(BaseModel):
    """The answer of guildhall's internal clock."""

    now: datetime
    offset_seconds: float
    next_deadline: datetime | None
    idle: bool
    waiting: dict[str, Any] = {}


class GuildhallSilent(Exception):
    """Guildhall's clock gave no usable answer."""


class TravelRefused(Exception):
    """The journey did not begin or did not end; the clock stays where it is."""

    def __init__(self, status: int, code: str, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.more = status, code, detail, more


@dataclass
class Journey:
    """How far a journey has come."""

    target: str
    started_from: str
    steps: int = 0
    waiting_for: dict[str, Any] = field(default_factory=dict)


class Traveller:
    """Moves guildhall's clock and the sandbox's together. One journey at a time."""

    def __init__(
        self,
        store: Store,
        clock: VirtualClock,
        guildhall_url: str,
        *,
        emulators: Sequence[Emulator],
        busy: Mapping[str, Callable[[], int]],
        step_limit_seconds: float = 60.0,
        first_answer_seconds: float = 5.0,
        gap_seconds: float = 0.05,
        patience_seconds: float = 1.0,
    ) -> None:
        """
        :param busy: counters of the sandbox's own unfinished work, by name.
        :param step_limit_seconds: the real time each step may take to become quiet.
        :param first_answer_seconds: how long guildhall may be silent before a journey begins.
        :param gap_seconds: the real time between two looks; all must be quiet in two looks running.
        :param patience_seconds: how long guildhall may wait with its answer until it is quiet.
        """
        self._store, self._clock, self._emulators, self._busy = store, clock, emulators, busy
        self._url = f"{guildhall_url.rstrip('/')}/internal/clock"
        self._step_limit, self._first_limit, self._gap = step_limit_seconds, first_answer_seconds, gap_seconds
        self._patience = patience_seconds
        self._client = httpx.AsyncClient(timeout=10.0, trust_env=False)
        self.journey: Journey | None = None

    def as_json(self) -> dict[str, Any]:
        """What GET /sandbox/clock shows."""
        journey = None if self.journey is None else asdict(self.journey)
        return {"now": stamp(self._clock.now()), "offset_seconds": self._clock.offset_seconds, "travelling": journey}

    async def close(self) -> None:
        """Close the connection to guildhall."""
        await self._client.aclose()

    async def follow_guildhall(self) -> None:
        """
        Until guildhall answers for the first time, ask it how far ahead it is; then catch up with it. It does not answer yet while a past
        is being lived, and is not asked.
        """
        while True:
            if self._clock.offset_seconds < 0:
                await asyncio.sleep(1.0)
                continue
            try:
                state = await self._look()
            except GuildhallSilent:
                await asyncio.sleep(1.0)
                continue
            self._set_offset(max(state.offset_seconds, self._clock.offset_seconds))
            return

    async def travel(self, target: datetime) -> dict[str, Any]:
        """
        Go forward to the target, stopping at every deadline on the way.

        :raises TravelRefused: 409 while another journey runs, 400 for the past, 502 when guildhall does not answer at
            first, 504 when a step does not become quiet in time (the clock stays at that step).
        """
        if self.journey is not None:
            raise TravelRefused(409, "already_travelling", "Another journey is under way.", **self.as_json())
        start = self._clock.now()
        if target < start - NOW:
            raise TravelRefused(400, "not_forward", f"It is {stamp(start)} already; time goes forward only.")
        if target - start > _FARTHEST:
            raise TravelRefused(400, "too_far", f"A journey is at most {_FARTHEST.days} days long.")
        self.journey = Journey(target=stamp(target), started_from=stamp(start))
        try:
            await self._go_all_the_way(target, self.journey)
            return {**self.as_json(), "travelling": None, "from": stamp(start), "steps": self.journey.steps}
        finally:
            self.journey = None

    async def _go_all_the_way(self, target: datetime, journey: Journey) -> None:
        state = await self._first_look()
        if state.offset_seconds >= self._clock.offset_seconds:
            self._set_offset(state.offset_seconds)
        else:
            await self._push_offset(self._clock.offset_seconds)
        state = await self._settle(journey)
        while (deadline := self._earliest(state)) is not None and deadline <= target:
            journey.steps += 1
            state = await self._go(deadline + OVERSHOOT, journey)
        await self._go(target, journey)
        log.info("travelled from %s to %s in %d steps", journey.started_from, journey.target, journey.steps)

    async def _first_look(self) -> GuildhallClock:
        give_up_at = time.monotonic() + self._first_limit
        while True:
            try:
                return await self._look()
            except GuildhallSilent as error:
                if time.monotonic() > give_up_at:
                    raise TravelRefused(502, "guildhall_unreachable", str(error)) from error
            await asyncio.sleep(self._gap)

    async def _go(self, instant: datetime, journey: Journey) -> GuildhallClock:
        """Set every clock to the instant, unless it is there already, and wait until all is quiet."""
        offset = (instant - datetime.now(UTC)).total_seconds()
        if offset > self._clock.offset_seconds:
            await self._push_offset(offset)
            self._set_offset(offset)
        return await self._settle(journey)

    async def _settle(self, journey: Journey) -> GuildhallClock:
        """
        Wait until nothing is due, at work or on its way, twice running.

        :raises TravelRefused: when that takes longer than the step's limit.
        """
        give_up_at = time.monotonic() + self._step_limit
        quiet_looks = 0
        while True:
            for emulator in self._emulators:
                emulator.advance()
            # What was waited for in the second look would be at work between the two.
            state, journey.waiting_for = await self._look_around(0.0 if quiet_looks else self._patience)
            quiet_looks = 0 if journey.waiting_for else quiet_looks + 1
            if state is not None and quiet_looks == 2:  # noqa: PLR2004 - twice running
                return state
            if time.monotonic() > give_up_at:
                raise TravelRefused(
                    504, "not_quiet", f"Not quiet within {self._step_limit:g} s at {stamp(self._clock.now())}.",
                    stopped_at=stamp(self._clock.now()), **asdict(journey),
                )  # fmt: skip
            await asyncio.sleep(self._gap)

    async def _look_around(self, patience: float) -> tuple[GuildhallClock | None, dict[str, Any]]:
        """Give Guildhall's state and what is not quiet; while something is under way from here, Guildhall is not asked."""
        if under_way := self._under_way():
            return None, under_way
        try:
            state = await self._look(patience)
        except GuildhallSilent as error:
            return None, {"guildhall": str(error)}
        waiting: dict[str, Any] = {}
        if not state.idle:
            waiting["guildhall"] = state.waiting or "not idle"
        # A deadline that has passed and was not dealt with contradicts idleness: going on would skip it.
        if (deadline := self._earliest(state)) is not None and deadline <= self._clock.now():
            waiting["overdue"] = stamp(deadline)
        return state, waiting | self._under_way()

    def _under_way(self) -> dict[str, Any]:
        return {name: count for name, counter in self._busy.items() if (count := counter())}

    def _earliest(self, state: GuildhallClock) -> datetime | None:
        deadlines = [state.next_deadline, *(emulator.next_deadline() for emulator in self._emulators)]
        return min((deadline for deadline in deadlines if deadline is not None), default=None)

    async def _look(self, patience: float = 0.0) -> GuildhallClock:
        try:
            answer = (await self._client.get(self._url, params={"patience": patience})).raise_for_status()
            return GuildhallClock.model_validate_json(answer.content)
        except (httpx.HTTPError, ValidationError) as error:
            raise GuildhallSilent(f"Guildhall's clock does not answer: {error!r}") from error

    async def _push_offset(self, offset: float) -> None:
        """Tell guildhall how far ahead it is, again and again until it has taken it."""
        give_up_at = time.monotonic() + self._step_limit
        while True:
            try:
                (await self._client.post(self._url, json={"offset_seconds": offset})).raise_for_status()
            except httpx.HTTPError as error:
                if time.monotonic() > give_up_at:
                    stopped_at = stamp(self._clock.now())
                    detail = f"Guildhall did not take the clock's offset: {error!r}"
                    raise TravelRefused(504, "guildhall_unreachable", detail, stopped_at=stopped_at) from error
                await asyncio.sleep(self._gap)
            else:
                return

    def _set_offset(self, offset: float) -> None:
        self._clock.set_offset(offset)
        self._store.put("clock", "offset", {"offset_seconds": offset})


async def first_clock(store: Store, guildhall_url: str) -> VirtualClock:
    """The clock at the start: guildhall's offset when it answers, else the one kept from the last time."""
    kept = store.get("clock", "offset") or {"offset_seconds": 0.0}
    try:
        async with httpx.AsyncClient(timeout=1.0, trust_env=False) as client:
            answer = (await client.get(f"{guildhall_url.rstrip('/')}/internal/clock")).raise_for_status()
        kept = {"offset_seconds": GuildhallClock.model_validate_json(answer.content).offset_seconds}
    except (httpx.HTTPError, ValidationError):
        log.info("guildhall does not answer yet; the clock is %s s ahead, as before", kept["offset_seconds"])
    store.put("clock", "offset", kept)
    return VirtualClock(kept["offset_seconds"])


def read_target(fields: Mapping[str, Any], now: datetime) -> datetime:
    """
    The instant meant by `{"to": iso}` or `{"by": "2h" | "PT2H" | seconds}`.

    :raises Unreadable: when it is neither, or both.
    """
    match dict(fields):
        case {"to": str(text), **rest} if not rest:
            return _instant(text)
        case {"by": length, **rest} if not rest:
            try:
                return now + _length(length)
            except OverflowError as error:
                raise Unreadable("That is too far.") from error
    raise Unreadable('Say either {"to": an instant with its zone} or {"by": "2h", "PT2H" or seconds}.')


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise Unreadable(f"Not an instant: {text[:40]}") from error
    if at.tzinfo is None:
        raise Unreadable("An instant needs its zone, such as 2026-11-20T09:00:00Z.")
    return at


def _length(value: Any) -> timedelta:
    text = str(value)[:60].strip().lower()
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise Unreadable("A length is seconds, 2h or PT2H.")
    if re.fullmatch(r"\d{1,12}(\.\d+)?", text):
        return timedelta(seconds=float(text))
    if _PARTS.fullmatch(text):
        return timedelta(seconds=sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(text)))
    if text.startswith("p"):
        try:
            length: timedelta = TypeAdapter(timedelta).validate_python(text.upper())
        except ValidationError as error:
            raise Unreadable(f"Not an ISO 8601 duration: {text}") from error
        if length >= timedelta(0):
            return length
    raise Unreadable(f"Not a length that leads forward: {text}")
