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


def main(arguments: list[str]) -> int:
    """Run pytest with the given arguments and return its exit status."""
    return run(arguments[1:])


def run(arguments: Sequence[str]) -> int:
    """Run pytest, in three processes unless the arguments say otherwise. A cluster that it had to start is stopped afterwards."""
    ensure_built(print)
    spread = [] if any(argument.startswith(("-n", "--numprocesses")) for argument in arguments) else ["-n", _PROCESSES]
    command = [sys.executable, "-m", "pytest", *spread, *arguments]
    cluster = Cluster(place_for(_state() / "pg"))
    was_running = cluster.pid is not None
    try:
        return subprocess.run(command, cwd=CHECKOUT, env=_environment(), check=False).returncode
    finally:
        if not was_running and cluster.pid is not None and not postgres.is_in_use(cluster):
            cluster.stop()


def _state() -> Path:
    return Path(os.environ.get("GUILDHALL_TEST_STATE", f"/tmp/guildhall-tests-{os.getuid()}"))  # noqa: S108 - kept from run to run


def _environment() -> dict[str, str]:
    """Tests have a database and secrets of their own; what the caller's shell names for a real system is left out."""
    own = ("DATABASE_URL", "GUILDHALL_", "STRIPE_", "TWILIO_", "SMTP_", "DJANGO_")
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(own) and "DATABASE_URL" not in name
    }
    return {**kept, "GUILDHALL_TEST_STATE": str(_state())}
