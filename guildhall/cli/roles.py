"""Which processes make up a running system, and what each of them is."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Mapping
from functools import partial
from importlib import import_module
from pathlib import Path

import setproctitle

from guildhall.cli import proxy
from guildhall.cli.environment import Ports, for_sandbox
from guildhall.cli.processes import Program, Takeover, Work
from guildhall.cli.supervisor import Role

PYTHON = (sys.executable, "-P", "-m")
_WEB_WORKERS = 2
_WEB_THREADS = 8
_KILL_SECONDS = 5
# Where each forked role's loop is; its process has the role's name.
_LOOPS = {
    "sequencer": "guildhall.eventlog.roles:run_sequencer",
    "subscriber": "guildhall.eventlog.roles:run_subscriber",
    "dispatcher": "guildhall.timers.roles:run_dispatcher",
    "worker": "guildhall.cli.worker:run_worker",
}
# Who ends first: nobody asks any more, then nobody works any more, then nobody has to answer any more.
_PROXY_STOPS, _WEB_STOPS, _WORK_STOPS, _SEQUENCER_STOPS, _SANDBOX_STOPS = range(5)


def sandbox(environment: Mapping[str, str], ports: Ports, folder: Path) -> Role:
    """Give the process of the vendor emulators."""
    options = ["--port", str(ports.sandbox), "--smtp-port", str(ports.smtp), "--state", str(folder)]
    options += ["--guildhall-url", f"http://127.0.0.1:{ports.web}"]
    program = Program([*PYTHON, "sandbox", *options], for_sandbox(environment))
    return Role("sandbox", program, _SANDBOX_STOPS)


def web(ports: Ports) -> Role:
    """Give the process of the pages and the API: a server whose workers share the code loaded so far."""
    return Role("web", Takeover(partial(_serve, ports.server)), _WEB_STOPS)


def in_front(ports: Ports, folder: Path) -> Role:
    """Give the process to which everybody comes."""
    return Role("proxy", proxy.program(ports, folder), _PROXY_STOPS)


def realtime(ports: Ports) -> Role:
    """Give the process of the live pages."""
    return Role("realtime", partial(_run_realtime, ports.realtime), _WEB_STOPS)


def progress(ports: Ports, file: Path) -> Role:
    """Give the process that answers on the pages' port while the city's past is lived; `file` says how far it is."""
    return Role("progress", partial(_show_progress, ports.web, file), _WEB_STOPS)


def residents(environment: Mapping[str, str], ports: Ports, folder: Path) -> Role:
    """Give the process that plays the people of the city, over HTTP like anybody else."""
    options = ["--guildhall-url", f"http://127.0.0.1:{ports.web}", "--sandbox-url", f"http://127.0.0.1:{ports.sandbox}"]
    program = Program([*PYTHON, "sandbox.residents", *options, "--people", str(folder)], for_sandbox(environment))
    return Role("residents", program, _WEB_STOPS)


def forked() -> list[Role]:
    """Give the roles that are forked from a process which has loaded Django."""
    return [
        Role(name, partial(_run, name), _SEQUENCER_STOPS if name == "sequencer" else _WORK_STOPS) for name in _LOOPS
    ]


def single(ports: Ports) -> Role:
    """Give the one process that is `web` and all forked roles at once."""
    return Role("all", partial(_run_single, ports), _WEB_STOPS)


def loop_of(name: str) -> Work:
    """Return the loop of a forked role."""
    module, _, function = _LOOPS[name].partition(":")
    work: Work = getattr(import_module(module), function)
    return work


def _run(name: str, stop: threading.Event) -> None:
    _call_me(name)
    loop_of(name)(stop)


def _serve(port: int) -> None:
    from granian import Granian  # noqa: PLC0415 - only this role needs the server
    from granian.constants import Interfaces  # noqa: PLC0415
    from granian.log import LogLevels  # noqa: PLC0415

    _call_me("web")
    Granian(
        "guildhall.cli.web:application",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        workers=_WEB_WORKERS,
        blocking_threads=_WEB_THREADS,
        websockets=False,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        workers_kill_timeout=_KILL_SECONDS,
    ).serve()


def _run_realtime(port: int, stop: threading.Event) -> None:
    from guildhall.web.realtime.serving import run_realtime  # noqa: PLC0415 - only this role needs the server

    _call_me("realtime")
    run_realtime(stop, port=port)


def _show_progress(port: int, file: Path, stop: threading.Event) -> None:
    from guildhall.cli.progress import show  # noqa: PLC0415 - only this role needs a server of its own

    _call_me("progress")
    show(stop, port=port, file=file)


def _run_single(ports: Ports, stop: threading.Event) -> int:
    from guildhall.cli.single import run_all  # noqa: PLC0415 - only this role needs a server of its own
    from guildhall.web.realtime.serving import run_realtime  # noqa: PLC0415 - likewise

    _call_me("all")
    works = {name: loop_of(name) for name in _LOOPS}
    return run_all(stop, port=ports.web, works={**works, "realtime": partial(run_realtime, port=ports.realtime)})


def _call_me(name: str) -> None:
    """Show the role in the process list and in the database's list of sessions."""
    from django.db import connections  # noqa: PLC0415 - Django is loaded by now

    os.environ["GUILDHALL_ROLE"] = name
    setproctitle.setproctitle(f"guildhall: {name}")
    connections.settings["default"]["OPTIONS"]["application_name"] = name
