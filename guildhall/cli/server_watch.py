"""Watching the private database server: it is nobody's child for sure, so its end is seen through a descriptor."""

from __future__ import annotations

import os
import selectors
import time
from collections.abc import Callable
from dataclasses import dataclass

from guildhall.cli.cluster import Cluster, ClusterError
from guildhall.cli.logs import Log

_SOON_SECONDS = 0.2
_LATER_SECONDS = 5.0


@dataclass
class ServerWatch:
    """Starts the server of a cluster again whenever it dies while `is_wanted`."""

    cluster: Cluster
    selector: selectors.BaseSelector
    log: Log
    changed: Callable[[], None]
    is_wanted: bool = True
    pid: int | None = None
    _fd: int | None = None
    _retry_at: float | None = None

    def begin(self) -> None:
        """Watch the server that runs now; a server that does not run is started at the next `look`."""
        self.pid = self.cluster.pid
        try:
            self._fd = None if self.pid is None else os.pidfd_open(self.pid)
        except ProcessLookupError:
            self._fd = self.pid = None
        if self._fd is None:
            self._retry_at = time.monotonic() + _SOON_SECONDS
        else:
            self.selector.register(self._fd, selectors.EVENT_READ, self._on_exit)
        self.changed()

    def look(self, now: float) -> None:
        """Start the server if its time has come."""
        if self._retry_at is not None and now >= self._retry_at:
            self._restart()

    def stop(self) -> None:
        """Stop the server and watch no longer."""
        self.is_wanted = False
        self.cluster.stop()
        self._forget()

    def _on_exit(self) -> None:
        self._forget()
        if self.is_wanted:
            self.log.say("the database server is gone; starting it again")
            self._restart()

    def _forget(self) -> None:
        if self._fd is not None:
            self.selector.unregister(self._fd)
            os.close(self._fd)
        self._fd = self.pid = None

    def _restart(self) -> None:
        self._retry_at = None
        try:
            self.cluster.start()
        except ClusterError as error:
            self.log.say(str(error))
            self._retry_at = time.monotonic() + _LATER_SECONDS
            return
        self.begin()
        self.log.say(f"postgres restarted (process {self.pid})")
