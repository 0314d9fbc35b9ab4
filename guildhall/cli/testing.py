"""`./guild test`: every test, on a private database that the harness makes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from guildhall.cli import postgres
from guildhall.cli.cluster import Cluster, place_for
from guildhall.cli.frontend import ensure_built
from guildhall.cli.state import CHECKOUT

_PROCESSES = "3"
# A whole run takes less than one of these at a time; the rest is for whoever else works in memory.
_ROOM_BYTES = 4 * 1024**3
_MEMORY = Path("/dev/shm")  # noqa: S108 - the name holds the user, and the cluster refuses a folder of others
_DISK = Path("/tmp")  # noqa: S108 - as above


def main(arguments: list[str]) -> int:
    """Run pytest with the given arguments and return its exit status."""
    return run(arguments[1:])


def run(arguments: Sequence[str]) -> int:
    """Run pytest, in three processes unless the arguments say otherwise. A cluster that it had to start is stopped afterwards."""
    ensure_built(print)
    spread = [] if any(argument.startswith(("-n", "--numprocesses")) for argument in arguments) else ["-n", _PROCESSES]
    command = [sys.executable, "-m", "pytest", *spread, *arguments]
    state = place()
    cluster = Cluster(place_for(state / "pg"))
    was_running = cluster.pid is not None
    try:
        return subprocess.run(command, cwd=CHECKOUT, env=_environment(state), check=False).returncode
    finally:
        if not was_running and cluster.pid is not None and not postgres.is_in_use(cluster):
            cluster.stop()


def place() -> Path:
    """
    Name the folder that tests keep their clusters in from run to run: the one of `GUILDHALL_TEST_STATE`, else one in memory, else on disk.

    Tests make and remove databases by the hundred. In memory that takes a quarter of the processor's time at best: a journalling
    file system looks through every file removed in the last minutes each time it makes one.
    """
    if named := os.environ.get("GUILDHALL_TEST_STATE"):
        return Path(named)
    return (_MEMORY if _has_room(_MEMORY) else _DISK) / f"guildhall-tests-{os.getuid()}"


def _has_room(folder: Path) -> bool:
    try:
        found = os.statvfs(folder)
    except OSError:
        return False
    is_for_programs = not found.f_flag & os.ST_NOEXEC
    return is_for_programs and found.f_bavail * found.f_frsize >= _ROOM_BYTES


def _environment(state: Path) -> dict[str, str]:
    """Tests have a database and secrets of their own; what the caller's shell names for a real system is left out."""
    own = ("DATABASE_URL", "GUILDHALL_", "STRIPE_", "TWILIO_", "SMTP_", "DJANGO_")
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(own) and "DATABASE_URL" not in name
    }
    passing = state / "tmp"
    passing.mkdir(parents=True, exist_ok=True)
    return {**kept, "GUILDHALL_TEST_STATE": str(state), "TMPDIR": str(passing)}
