"""One parent of all roles: starts them, restarts what dies, writes their log, stops them in order, reaps them all."""

from __future__ import annotations

import os
import selectors
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType

from guildhall.cli.cluster import Cluster
from guildhall.cli.environment import claims
from guildhall.cli.logs import Log
from guildhall.cli.processes import Child, Target, adopt_orphans, spawn
from guildhall.cli.server_watch import ServerWatch
from guildhall.cli.state import State

_FIRST_PAUSE_SECONDS = 0.2
_LONGEST_PAUSE_SECONDS = 5.0
_STEADY_AFTER_SECONDS = 10.0
_GRACE_SECONDS = 12.0
_SIGN_OF_LIFE_SECONDS = 2.0
_CHUNK = 65536


class Interrupted(Exception):
    """Somebody asked for the end (Ctrl-C, SIGTERM) while something was being waited for."""


@dataclass(frozen=True)
class Role:
    """A process that has to be there. Roles with a lower `stops` end earlier; equal ones end together."""

    name: str
    target: Target
    stops: int


@dataclass
class _Running:
    role: Role
    child: Child | None = None
    started_at: float = 0.0
    restart_at: float | None = None
    pause: float = _FIRST_PAUSE_SECONDS
    is_wanted: bool = True


@dataclass
class _Once:
    name: str
    child: Child
    status: int | None = None
    has_spoken: bool = False


@dataclass
class Supervisor:
    """Keeps the roles of one state alive until `stop`; everything happens in the calling thread."""

    state: State
    log: Log
    held: int | None = None
    _server: ServerWatch | None = None
    _roles: dict[str, _Running] = field(default_factory=dict)
    _once: _Once | None = None
    _exits: dict[int, int] = field(default_factory=dict)
    _asked_to_stop: int = 0
    _stopping: bool = False

    def __post_init__(self) -> None:
        """Take over the signals."""
        adopt_orphans()
        self._selector = selectors.DefaultSelector()
        self._wake, self._waker = socket.socketpair()
        self._wake.settimeout(0)
        self._waker.settimeout(0)
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        self._selector.register(self._wake, selectors.EVENT_READ, self._on_wake)
        self._record()

    def keep_database(self, cluster: Cluster) -> None:
        """Restart the running server of this cluster when it dies, and stop it after all roles."""
        self._server = ServerWatch(cluster, self._selector, self.log, changed=self._record)
        self._server.begin()

    def start(self, role: Role) -> None:
        """Start a role and keep it running."""
        self._roles[role.name] = _Running(role)
        self._launch(self._roles[role.name])

    def end(self, name: str) -> None:
        """End a role that is needed no longer, and wait until it is gone; one that does not go in time is killed."""
        running = self._roles[name]
        running.is_wanted = False
        _signal(running.child, signal.SIGTERM)
        deadline = time.monotonic() + _GRACE_SECONDS
        while running.child is not None:
            if time.monotonic() > deadline:
                _signal(running.child, signal.SIGKILL)
            self._tick()
        del self._roles[name]

    def run_once(self, name: str, target: Target, *, capture: bool = True) -> int:
        """
        Run something to its end while the roles go on, and return its exit status.

        :raises Interrupted: when a signal came first; the child is ended.
        """
        child = spawn(target, close=self._descriptors(), capture=capture)
        self._once = once = _Once(name, child)
        self._register(name, child)
        began = time.monotonic()
        try:
            while not self.run(lambda: once.status is not None, seconds=_SIGN_OF_LIFE_SECONDS):
                if not once.has_spoken:
                    self.log.say(f"{name}: {time.monotonic() - began:.0f} s")
                once.has_spoken = False
        finally:
            self._once = None
            if once.status is None:
                _signal(child, signal.SIGKILL)
                self._forget(name, child)
        assert once.status is not None
        return once.status

    def run(self, until: Callable[[], bool] = lambda: False, *, seconds: float | None = None) -> bool:
        """
        Look after the roles until `until` holds (asked at least every 0.1 s) and return True; False after `seconds`.

        :raises Interrupted: when a signal asks for the end.
        """
        deadline = None if seconds is None else time.monotonic() + seconds
        while not until():
            if self._asked_to_stop and not self._stopping:
                raise Interrupted
            if deadline is not None and time.monotonic() > deadline:
                return False
            self._tick()
        return True

    def stop(self) -> None:
        """End every role in order and the database last; who does not go in time is killed. A second signal hurries."""
        self._stopping = True
        if self._server is not None:
            self._server.is_wanted = False
        asked = self._asked_to_stop
        for stage in sorted({running.role.stops for running in self._roles.values()}):
            group = [running for running in self._roles.values() if running.role.stops == stage]
            for running in group:
                _signal(running.child, signal.SIGTERM)
            deadline = time.monotonic() + _GRACE_SECONDS
            while any(running.child for running in group):
                if time.monotonic() > deadline or self._asked_to_stop > asked + 1:
                    for running in group:
                        _signal(running.child, signal.SIGKILL)
                self._tick()
        if self._server is not None:
            self._server.stop()
        self._reap()
        self._roles.clear()
        self._record()
        signal.set_wakeup_fd(-1)
        self.log.say("stopped")

    @property
    def pids(self) -> dict[str, int]:
        """Role to process number of everything that runs now."""
        found = {name: running.child.pid for name, running in self._roles.items() if running.child}
        server = {"postgres": self._server.pid} if self._server and self._server.pid else {}
        return {"supervisor": os.getpid(), **server, **found}

    def _launch(self, running: _Running) -> None:
        running.child = spawn(running.role.target, close=self._descriptors())
        running.started_at = time.monotonic()
        running.restart_at = None
        self._register(running.role.name, running.child)
        self._record()

    def _register(self, name: str, child: Child) -> None:
        self._selector.register(child.exit_fd, selectors.EVENT_READ, lambda: self._on_exit(name, child))
        if child.output_fd is not None:
            os.set_blocking(child.output_fd, False)
            self._selector.register(child.output_fd, selectors.EVENT_READ, lambda: self._read(name, child))

    def _descriptors(self) -> list[int]:
        """Everything a forked child would otherwise hold open: the watching, the pipes of others, the lock, the ports."""
        watched = [key.fd for key in self._selector.get_map().values()]
        selector = self._selector.fileno() if hasattr(self._selector, "fileno") else None
        kept = (*watched, selector, self._waker.fileno(), self.held, *claims())
        return [fd for fd in kept if fd is not None]

    def _tick(self) -> None:
        for key, _events in self._selector.select(timeout=0.1):
            if key.fd in self._selector.get_map():
                key.data()
        self._reap()
        now = time.monotonic()
        if self._stopping:
            return
        if self._server is not None:
            self._server.look(now)
        for running in self._roles.values():
            if running.restart_at is not None and now >= running.restart_at:
                self._launch(running)
                self.log.say(f"{running.role.name} restarted (process {running.child.pid if running.child else '?'})")

    def _read(self, name: str, child: Child) -> bool:
        """Take what a child said; False when there is nothing more now."""
        assert child.output_fd is not None
        try:
            data = os.read(child.output_fd, _CHUNK)
        except BlockingIOError:
            return False
        if data:
            if self._once is not None and self._once.child is child:
                self._once.has_spoken = True
            self.log.feed(name, data)
            return True
        self._selector.unregister(child.output_fd)
        return False

    def _on_exit(self, name: str, child: Child) -> None:
        self._reap()
        status = self._exits.pop(child.pid, 0)
        if child.output_fd is not None:
            while child.output_fd in self._selector.get_map() and self._read(name, child):
                pass
        self._forget(name, child)
        if self._once is not None and self._once.child is child:
            self._once.status = status
            return
        running = self._roles[name]
        running.child = None
        self._record()
        if self._stopping or not running.is_wanted:
            return
        if time.monotonic() - running.started_at > _STEADY_AFTER_SECONDS:
            running.pause = _FIRST_PAUSE_SECONDS
        running.restart_at = time.monotonic() + running.pause
        how = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
        self.log.say(f"{name} (process {child.pid}) {how}; it starts again in {running.pause:.1f} s")
        running.pause = min(_LONGEST_PAUSE_SECONDS, running.pause * 2)

    def _forget(self, name: str, child: Child) -> None:
        # What the role itself started belongs to its process group and must not outlive it.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        for descriptor in (child.exit_fd, child.output_fd):
            if descriptor is not None:
                if descriptor in self._selector.get_map():
                    self._selector.unregister(descriptor)
                os.close(descriptor)
        self.log.finish(name)

    def _reap(self) -> None:
        with suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    return
                self._exits[pid] = os.waitstatus_to_exitcode(status)
                self._drop_strays()

    def _drop_strays(self) -> None:
        """Grandchildren that were adopted interest nobody after their end."""
        ours = {running.child.pid for running in self._roles.values() if running.child}
        if self._once is not None:
            ours.add(self._once.child.pid)
        self._exits = {pid: status for pid, status in self._exits.items() if pid in ours}

    def _record(self) -> None:
        self.state.record_processes(self.pids)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._asked_to_stop += 1

    def _on_wake(self) -> None:
        with suppress(BlockingIOError):
            self._wake.recv(_CHUNK)


def _signal(child: Child | None, number: signal.Signals) -> None:
    if child is not None:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(child.exit_fd, number)
