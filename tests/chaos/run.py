"""One run: people, a continuous load, the kills in the middle of it, time travel to the end, and what was found."""

import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import psycopg

from tests.chaos.acks import Acks
from tests.chaos.crowd import Size, gather
from tests.chaos.findings import Evidence, Finding
from tests.chaos.kills import ROLES, Kill, Killer
from tests.chaos.road import ENDINGS, Load, Road
from tests.chaos.watch import Watch
from tests.clients import Sandbox
from tests.stack import Stack

LAST_WINDOW = timedelta(
    hours=84
)  # the farthest start is 64 h ahead, and the longest chain of windows of a job at once is 56 h
_STRIDE = timedelta(seconds=40)
_QUIET_TRIES = 3
_UNDER_WAY_SECONDS = 40.0


@dataclass(frozen=True)
class Plan:
    """What a run does; equal plans draw equal roads and kills."""

    seed: int
    size: Size
    in_flight: int = 50
    kills_each: int = 2
    roles: tuple[str, ...] = ROLES
    pause_seconds: tuple[float, float] = (0.5, 3.5)
    think_seconds: tuple[float, float] = (1.0, 5.0)
    under_way: int = 12
    tail_seconds: float = 5.0
    haste: float = 0.05
    endings: dict[str, int] = field(default_factory=lambda: dict(ENDINGS))
    until_the_end: bool = True
    """Whether time travels past the last window, so that how the roads ended is looked at too."""


@dataclass
class Report:
    """What came of a run."""

    plan: Plan
    roads: int
    kills: list[Kill]
    acks: Acks
    watch: Watch
    findings: list[Finding]
    sent_twice: dict[str, int]
    statuses: dict[str, int]
    seconds: dict[str, float]
    strides: int
    late_in_load: float

    @property
    def kinds(self) -> set[str]:
        """The kinds of what is wrong."""
        return {finding.kind for finding in self.findings}

    def as_json(self) -> dict[str, Any]:
        """The scoreboard."""
        recoveries = sorted(kill.recovery_seconds for kill in self.kills if kill.recovery_seconds is not None)
        return {
            "seed": self.plan.seed,
            "in_flight": self.plan.in_flight,
            "roads": self.roads,
            "bookings": self.statuses,
            "kills": dict(Counter(kill.role for kill in self.kills)),
            "not_back": [kill.role for kill in self.kills if kill.recovery_seconds is None],
            "recovery_seconds": {"p50": round(median(recoveries), 2), "max": recoveries[-1]} if recoveries else None,
            "recovery_by_role": _slowest(self.kills),
            "acknowledged": len(self.acks.acks),
            "retried": self.acks.retried,
            "replayed": self.acks.replayed,
            "refusals": dict(self.acks.refusals),
            "late_seconds": {"load": round(self.late_in_load, 1), "travel": round(self.watch.latest_seconds, 1)},
            "samples": self.watch.samples,
            "sent_twice": self.sent_twice,
            "strides": self.strides,
            "seconds": {name: round(value, 1) for name, value in self.seconds.items()},
            "findings": dict(Counter(finding.kind for finding in self.findings)),
        }


def run(stack: Stack, plan: Plan, file: Path, *, before_load: Callable[[], None] = lambda: None) -> Report:
    """Carry a plan out on a system that was just started; `before_load` is called when everybody is there."""
    clock = _Laps()
    with closing(stack.sandbox()) as sandbox, closing(Acks(file)) as acks:
        crowd = gather(stack, sandbox, acks, plan.size, haste=plan.haste)
        with closing(crowd), Watch(stack.database_url) as watch:
            before_load()
            clock.lap("people")
            load = Load(crowd, sandbox, acks, plan.seed, plan.think_seconds, plan.endings)
            killer = Killer(stack, plan.seed, plan.kills_each, plan.pause_seconds, plan.roles)
            roads = _walk_while(load, plan, killer)
            clock.lap("load")
            evidence = Evidence(acks=acks, crowd=crowd, sandbox=sandbox, watch=watch, database_url=stack.database_url)
            _become_quiet(sandbox)
            clock.lap("quiet")
            findings = list(_promises(evidence))
            clock.lap("promises")
            late_in_load = watch.latest_seconds
            strides = 0
            if plan.until_the_end:
                strides = _travel(stack, sandbox)
                clock.lap("travel")
                findings += _ends(evidence)
                clock.lap("ends")
            return Report(
                plan=plan,
                roads=roads,
                kills=killer.kills,
                acks=acks,
                watch=watch,
                findings=findings,
                sent_twice=evidence.sent_twice(),
                statuses=_statuses(stack),
                seconds=clock.laps,
                strides=strides,
                late_in_load=late_in_load,
            )


def _walk_while(load: Load, plan: Plan, killer: Killer) -> int:
    """Keep so many roads in flight until the killer has finished and a little longer; gives how many were begun."""
    numbers = itertools.count(1)
    begun: list[int] = []

    def walk_on() -> None:
        # They do not all come through the door in the same instant.
        load.closing.wait(len(begun) % plan.in_flight * 0.05)
        while not load.closing.is_set():
            number = next(numbers)
            begun.append(number)
            Road(load, number).walk()

    with ThreadPoolExecutor(plan.in_flight, thread_name_prefix="road") as pool:
        walks = [pool.submit(walk_on) for _ in range(plan.in_flight)]
        try:
            _wait_until_under_way(load.acks, plan.under_way)
            killer.run()
            time.sleep(plan.tail_seconds)
        finally:
            load.closing.set()
        for walk in walks:
            walk.result()
    return len(begun)


def _wait_until_under_way(acks: Acks, wanted: int) -> None:
    """Let the first roads find their providers: kills that meet everybody at the door prove little. Bounded."""
    give_up_at = time.monotonic() + _UNDER_WAY_SECONDS
    while sum(ack.step == "accept" for ack in list(acks.acks)) < wanted and time.monotonic() < give_up_at:
        time.sleep(0.1)


def _become_quiet(sandbox: Sandbox) -> None:
    """Wait until everything that is due is done. What a killed worker held is taken up again within 20 s."""
    for _ in range(_QUIET_TRIES):
        try:
            sandbox.quiet()
        except AssertionError:
            continue
        return
    sandbox.quiet()


def _travel(stack: Stack, sandbox: Sandbox) -> int:
    """
    Go past the last window; gives the number of strides.

    Each stride ends a little after the next deadline, so that those of roads that were walked together are met together:
    many times faster than a stop at each, and nobody is made to wait for longer than two thirds of the minute that is promised.
    """
    with httpx.Client(base_url=stack.web_url, timeout=30, trust_env=False) as web:
        target = sandbox.now() + LAST_WINDOW
        for strides in itertools.count():
            _become_quiet(sandbox)
            clock = web.get("/internal/clock").raise_for_status().json()
            due = clock["next_deadline"] and datetime.fromisoformat(clock["next_deadline"])
            if due is None or due > target:
                sandbox.travel(to=target)
                return strides
            ahead = (max(due, datetime.fromisoformat(clock["now"])) + _STRIDE - datetime.now(UTC)).total_seconds()
            web.post("/internal/clock", json={"offset_seconds": ahead}).raise_for_status()
    raise AssertionError


def _promises(evidence: Evidence) -> Iterator[Finding]:
    yield from evidence.no_client_was_surprised()
    yield from evidence.one_booking_per_key()
    yield from evidence.nothing_promised_is_lost()
    yield from evidence.bookings_are_as_far_as_was_told()


def _ends(evidence: Evidence) -> Iterator[Finding]:
    yield from evidence.every_road_ended()
    yield from evidence.money_moved_once()
    yield from evidence.nobody_waited_too_long()
    yield from evidence.nothing_was_given_up()
    yield from evidence.everybody_was_told()


def _statuses(stack: Stack) -> dict[str, int]:
    with psycopg.connect(stack.database_url) as connection:
        return dict(
            connection.execute("select status, count(*) from bookings_booking group by 1 order by 1").fetchall()
        )


def _slowest(kills: list[Kill]) -> dict[str, float]:
    found: dict[str, float] = {}
    for kill in kills:
        if kill.recovery_seconds is not None:
            found[kill.role] = max(kill.recovery_seconds, found.get(kill.role, 0.0))
    return found


class _Laps:
    """Real seconds of each part."""

    def __init__(self) -> None:
        self._since = time.monotonic()
        self.laps: dict[str, float] = {}

    def lap(self, name: str) -> None:
        now = time.monotonic()
        self.laps[name] = now - self._since
        self._since = now
