"""One readable log of all roles: on the terminal and in a file that does not grow for ever."""

from __future__ import annotations

import logging
import sys
import time
from logging.handlers import RotatingFileHandler
from pathlib import Path

_FILE_BYTES = 10 * 2**20
_FILES_KEPT = 3
_LINE_BYTES = 64 * 1024
_COLOURS = {"guild": 1, "web": 36, "sandbox": 35, "sequencer": 34, "subscriber": 32, "dispatcher": 33, "worker": 94}
_OTHER_COLOUR = 90


class Log:
    """Writes whole lines, each with the time and the role that said it."""

    def __init__(self, file: Path, *, to_terminal: bool) -> None:
        """Append to `file`; with `to_terminal` also to standard output, coloured when that is a terminal."""
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.file = file
        self._handler = RotatingFileHandler(file, maxBytes=_FILE_BYTES, backupCount=_FILES_KEPT)
        self._to_terminal = to_terminal
        self._colour = sys.stdout.isatty()
        self._unfinished: dict[str, bytes] = {}

    def say(self, line: str, role: str = "guild") -> None:
        """Write one line."""
        now = time.time()
        stamp = time.strftime("%H:%M:%S", time.localtime(now)) + f".{int(now % 1 * 1000):03d}"
        self._handler.emit(logging.makeLogRecord({"msg": f"{time.strftime('%Y-%m-%d')} {stamp} {role:<10} {line}"}))
        if not self._to_terminal:
            return
        start = (
            f"\033[{_COLOURS.get(role, _OTHER_COLOUR)}m{stamp} {role:<10}\033[0m"
            if self._colour
            else f"{stamp} {role:<10}"
        )
        try:
            print(f"{start} {line}", flush=True)
        except OSError:
            self._to_terminal = False  # The terminal is gone; the file remains.

    def feed(self, role: str, data: bytes) -> None:
        """Take what a role wrote; lines appear when they are complete."""
        *lines, rest = (self._unfinished.pop(role, b"") + data).split(b"\n")
        if len(rest) > _LINE_BYTES:
            lines, rest = [*lines, rest], b""
        for line in lines:
            if line.strip():
                self.say(line.decode(errors="replace").rstrip(), role)
        if rest:
            self._unfinished[role] = rest

    def finish(self, role: str) -> None:
        """Write what a role left without an end of line."""
        if rest := self._unfinished.pop(role, b""):
            self.feed(role, rest + b"\n")

    def close(self) -> None:
        """Close the file."""
        self._handler.close()
