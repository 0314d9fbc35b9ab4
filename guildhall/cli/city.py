"""A running system with a full city, for measuring and for pictures: one that is up already, or one that is started for it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from guildhall.cli.state import CHECKOUT, State

# A new city is lived first; each of its bookings takes a second, and more on a busy machine.
_READY_SECONDS = 1_800
_STOP_SECONDS = 60
_ANSWER_SECONDS = 2


class NotUp(Exception):
    """The system did not come up."""


@contextmanager
def running(folder: Path, options: Sequence[str] = ()) -> Iterator[dict[str, Any]]:
    """
    Give what `run.json` says of the system in a state folder; `./guild up` is started on it, and stopped, unless it runs.

    A city that is there is used as it is. `options` go to `up`; what it says goes to standard error.

    :raises NotUp: when it ends before it answers.
    """
    state = State(folder.absolute())
    if state.folder.exists() and state.is_held():
        yield state.read("run.json")
        return
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "guildhall.cli", "up", "--state", str(state.folder), *options],
        cwd=CHECKOUT,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    threading.Thread(target=_pass_on, args=(process,), daemon=True).start()
    try:
        _wait(state, process)
        yield state.read("run.json")
    finally:
        process.terminate()
        process.wait(_STOP_SECONDS)


def _pass_on(process: subprocess.Popen[str]) -> None:
    for line in process.stdout or ():
        sys.stderr.write(line)


def _wait(state: State, process: subprocess.Popen[str]) -> None:
    until = time.monotonic() + _READY_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            message = f"./guild up ended with status {process.returncode}; the log says why: {state.log_file}"
            raise NotUp(message)
        run = state.read("run.json")
        if run.get("pid") == process.pid and "web" in state.read("processes.json") and _answers(run["ports"]["web"]):
            return
        time.sleep(0.2)
    message = f"./guild up did not answer within {_READY_SECONDS} s"
    raise NotUp(message)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=_ANSWER_SECONDS) as answer:
            return bool(answer.status == 200)  # noqa: PLR2004 - OK
    except OSError:
        return False


def variables(folder: Path, run: dict[str, Any]) -> dict[str, str]:
    """Give the environment under which Django opens this system's database as the role the system runs as."""
    return {
        **State(folder.absolute()).secrets(),
        "GUILDHALL_ENV": run["environment"],
        "GUILDHALL_STATE": str(folder.absolute()),
        "GUILDHALL_PUBLIC_URL": run["url"],
        "GUILDHALL_VERTICAL": run["vertical"],
        "DATABASE_URL": run["database_url"],
        "DIRECT_DATABASE_URL": run["database_url"],
        "MIGRATION_DATABASE_URL": run["migration_database_url"],
        "SANDBOX_URL": run["sandbox_url"],
        "DJANGO_SETTINGS_MODULE": "guildhall.settings",
    }
