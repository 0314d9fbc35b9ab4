"""Twelve times `kill -9`, and how long the system needs to be itself again."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import httpx
import psycopg

from tests.clients import NO_TLS
from tests.stack import Stack

ROLES = ("web", "dispatcher", "sequencer", "subscriber", "worker", "postgres")
_BACK_WITHIN_SECONDS = 90.0
_LOOK_EVERY_SECONDS = 0.05


@dataclass(frozen=True)
class Kill:
    """One kill: which role (`web worker` is one of the server's own processes), and the seconds until it worked again."""

    role: str
    recovery_seconds: float | None


@dataclass
class Killer:
    """Kills every role so many times in a seeded order, a seeded pause after each. `kills` fills as roles come back."""

    stack: Stack
    seed: int
    each: int
    pause_seconds: tuple[float, float]
    roles: tuple[str, ...] = ROLES
    kills: list[Kill] = field(default_factory=list)
    _recoveries: list[threading.Thread] = field(default_factory=list)

    def run(self) -> None:
        """Kill them all, then wait until all are back."""
        rng = Random(f"kills:{self.seed}")
        order = [(role, number) for role in self.roles for number in range(self.each)]
        rng.shuffle(order)
        for role, number in order:
            time.sleep(rng.uniform(*self.pause_seconds))
            self._kill(role, is_child=role == "web" and number % 2 == 1, rng=rng)
        for recovery in self._recoveries:
            recovery.join()

    def _kill(self, role: str, *, is_child: bool, rng: Random) -> None:
        pid = self._pid_of(role)
        is_back = self._sign_of(role, pid)
        name = role
        if is_child and (children := sorted(_children_of(pid))):
            name, pid = "web worker", rng.choice(children)
            is_back = _web_with(self.stack, self._pid_of(role), len(children), without=pid)
        killed_at = time.monotonic()
        # It may have ended by itself meanwhile (a kill of another role took it along); then this one is as dead.
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        recovery = threading.Thread(target=self._time, args=(name, killed_at, is_back))
        recovery.start()
        self._recoveries.append(recovery)

    def _pid_of(self, role: str) -> int:
        give_up_at = time.monotonic() + _BACK_WITHIN_SECONDS
        while role not in (pids := self.stack.pids):
            assert time.monotonic() < give_up_at, f"{role} is not there to be killed"
            time.sleep(_LOOK_EVERY_SECONDS)
        return pids[role]

    def _sign_of(self, role: str, pid: int) -> Callable[[], bool]:
        """Give what tells that a role works again after its process `pid` was killed."""
        since = datetime.now(UTC)
        if role == "web":
            return lambda: self.stack.pids.get(role) not in {None, pid} and _is_ready(self.stack)
        if role == "postgres":
            return lambda: self.stack.pids.get(role) not in {None, pid} and _is_ready(self.stack)
        return lambda: self.stack.pids.get(role) not in {None, pid} and _has_session(self.stack, role, since)

    def _time(self, role: str, killed_at: float, is_back: Callable[[], bool]) -> None:
        while time.monotonic() - killed_at < _BACK_WITHIN_SECONDS:
            if is_back():
                self.kills.append(Kill(role, round(time.monotonic() - killed_at, 2)))
                return
            time.sleep(_LOOK_EVERY_SECONDS)
        self.kills.append(Kill(role, None))


def _is_ready(stack: Stack) -> bool:
    try:
        return httpx.get(f"{stack.web_url}/ready", timeout=2, trust_env=False, verify=NO_TLS).is_success
    except httpx.HTTPError:
        return False


def _has_session(stack: Stack, role: str, since: datetime) -> bool:
    """Whether a process of the role has logged in to the database since."""
    try:
        with psycopg.connect(stack.database_url, autocommit=True, connect_timeout=2) as connection:
            row = connection.execute(
                "select count(*) from pg_stat_activity where application_name = %s and backend_start > %s",
                [role, since],
            ).fetchone()
    except psycopg.Error:
        return False
    return row is not None and bool(row[0])


def _web_with(stack: Stack, parent: int, count: int, *, without: int) -> Callable[[], bool]:
    """A server that has as many worker processes again, or was itself replaced meanwhile."""

    def is_back() -> bool:
        if stack.pids.get("web") not in {None, parent}:
            return _is_ready(stack)
        children = set(_children_of(parent))
        return without not in children and len(children) >= count and _is_ready(stack)

    return is_back


def _children_of(parent: int) -> Iterator[int]:
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with suppress(OSError):
                fields = Path(f"/proc/{entry.name}/stat").read_text().rpartition(")")[2].split()
                if int(fields[1]) == parent and fields[0] != "Z":
                    yield int(entry.name)
