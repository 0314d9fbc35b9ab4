"""The state folder of one running system: secrets, log, who runs, what was migrated."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import secrets
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guildhall.cli.processes import started_ticks

CHECKOUT = Path(__file__).parents[2]
_GONE_SECONDS = 5.0
_SECRETS = {
    "GUILDHALL_SECRET_KEY": "",
    "STRIPE_SECRET_KEY": "sk_test_",
    "STRIPE_WEBHOOK_SECRET": "whsec_",
    "STRIPE_CONNECT_WEBHOOK_SECRET": "whsec_",
    "STRIPE_THIN_WEBHOOK_SECRET": "whsec_",
    "TWILIO_AUTH_TOKEN": "",
}
_SECRET_BYTES = 32


class AlreadyRunning(Exception):
    """Another `up` holds this state folder."""


def default_folder() -> Path:
    """Name the state folder of this checkout, the same one that the `guild` script names."""
    if folder := os.environ.get("GUILDHALL_STATE"):
        return Path(folder).absolute()
    home = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    return home / "guildhall" / re.sub("[/ ]", "-", str(CHECKOUT).lstrip("/"))


@dataclass(frozen=True)
class State:
    """What one running system keeps in its folder, besides its database cluster in `cluster_folder`."""

    folder: Path

    @property
    def cluster_folder(self) -> Path:
        """Where the private cluster should live; the server's user decides whether it can."""
        return self.folder / "pg"

    @property
    def log_file(self) -> Path:
        """The log of all roles."""
        return self.folder / "log" / "guildhall.log"

    @property
    def processes_file(self) -> Path:
        """Role to process number of everything that runs now."""
        return self.folder / "processes.json"

    def read(self, name: str) -> dict[str, Any]:
        """Return a stored JSON object; an absent or damaged file counts as empty."""
        try:
            value = json.loads((self.folder / name).read_text())
        except (OSError, ValueError):
            return {}
        return value if isinstance(value, dict) else {}

    def write(self, name: str, value: Mapping[str, Any]) -> None:
        """Store a JSON object, readable by its owner alone, in one step."""
        fresh = self.folder / f"{name}.new"
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(value, file, indent=1)
        fresh.rename(self.folder / name)

    def secrets(self) -> dict[str, str]:
        """Return the secrets of this system, made on the first call."""
        stored = self.read("secrets.json")
        missing = {
            name: start + secrets.token_hex(_SECRET_BYTES) for name, start in _SECRETS.items() if name not in stored
        }
        if "TWILIO_ACCOUNT_SID" not in stored:
            missing["TWILIO_ACCOUNT_SID"] = "AC" + secrets.token_hex(_SECRET_BYTES // 2)
        if missing:
            stored.update(missing)
            self.write("secrets.json", stored)
        return {name: str(value) for name, value in stored.items()}

    @contextmanager
    def held(self) -> Iterator[int]:
        """
        Hold this state for one `up`; the lock ends with the process. Gives the descriptor, for children to close.

        :raises AlreadyRunning: when another process holds it; the message names it.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "up.lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                run = self.read("run.json")
                message = f"already running: process {run.get('pid')}, {run.get('url')} (state {self.folder})"
                raise AlreadyRunning(message) from error
            yield lock.fileno()

    def is_held(self) -> bool:
        """Whether an `up` runs on this state now."""
        if not (self.folder / "up.lock").exists():
            return False
        try:
            with self.held():
                return False
        except AlreadyRunning:
            return True

    def record_processes(self, pids: Mapping[str, int]) -> None:
        """Write down who runs, for whoever has to end them after a kill of the supervisor."""
        self.write("processes.json", pids)
        self.write("started.json", {role: [pid, started_ticks(pid)] for role, pid in pids.items()})

    def end_orphans(self) -> list[str]:
        """Kill what a killed supervisor left running, except the database; return the roles."""
        left = {
            role: pid
            for role, (pid, ticks) in self.read("started.json").items()
            if role != "postgres" and ticks is not None and started_ticks(pid) == ticks
        }
        for pid in left.values():
            os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + _GONE_SECONDS
        while any(started_ticks(pid) is not None for pid in left.values()) and time.monotonic() < deadline:
            time.sleep(0.05)
        return sorted(left)


def fingerprint(*, vertical: str) -> str:
    """Change whenever migrating or loading the vertical pack could have something to do."""
    digest = hashlib.sha256(vertical.encode())
    files = [CHECKOUT / "requirements" / "base.lock"]
    for pattern in ("*/migrations/*.py", "*/sql/*.sql", "*/lifecycle.py", "cli/schema.py", "verticals/**/*"):
        files.extend((CHECKOUT / "guildhall").glob(pattern))
    for file in sorted(files):
        if file.is_file() and "__pycache__" not in file.parts:
            digest.update(f"{file.relative_to(CHECKOUT)}\0".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()


def newest() -> State | None:
    """Return the running state of this checkout, else the one that ran last, or None when none ever did."""
    home = default_folder()
    states = [State(folder) for folder in (home, home / "check") if (folder / "run.json").exists()]
    running = [state for state in states if state.is_held()]
    return max(running or states, key=lambda state: (state.folder / "run.json").stat().st_mtime, default=None)
