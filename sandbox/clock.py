"""The sandbox's clock: real time plus an offset that only grows, but for the past that a new city has lived."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta


class VirtualClock:
    """Real time moved into the future. One instance is handed to everything that has a date; it is thread safe."""

    def __init__(self, offset_seconds: float = 0.0) -> None:
        self._lock = threading.Lock()
        self._offset = float(offset_seconds)

    @property
    def offset_seconds(self) -> float:
        """How far this clock is ahead of the machine's."""
        with self._lock:
            return self._offset

    def now(self) -> datetime:
        """The virtual instant, in UTC."""
        return self.at(datetime.now(UTC))

    def at(self, really: datetime) -> datetime:
        """What the virtual clock shows at a real instant."""
        return really + timedelta(seconds=self.offset_seconds)

    def set_offset(self, seconds: float) -> None:
        """
        Move the clock forward to this offset.

        :raises ValueError: when that would turn the clock back; nothing changes then.
        """
        with self._lock:
            if seconds < self._offset:
                raise ValueError(f"The clock is {self._offset} s ahead and cannot go back to {seconds} s.")
            self._offset = float(seconds)

    def set_past(self, seconds: float) -> None:
        """
        Set an offset of at most zero: while a past is being lived, the clock may go either way.

        :raises ValueError: when the clock has left the past, or would leave it for the future; nothing changes then.
        """
        with self._lock:
            if seconds > 0 or self._offset > 0:
                raise ValueError(f"The clock is {self._offset} s ahead: {seconds} s is no past of it.")
            self._offset = float(seconds)
