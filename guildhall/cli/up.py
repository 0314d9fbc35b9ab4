"""`./guild up`: the whole system, started in order, watched, and stopped in order."""

from __future__ import annotations

import argparse
import gc
import http.client
import importlib.util
import json
import os
import resource
import shutil
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from pathlib import Path

import setproctitle

from guildhall.cli import applied, environment, roles
from guildhall.cli.cluster import ClusterError
from guildhall.cli.database import Database, forget, migration, open_database
from guildhall.cli.environment import Ports, Unusable
from guildhall.cli.frontend import ensure_built
from guildhall.cli.logs import Log
from guildhall.cli.processes import Target
from guildhall.cli.state import AlreadyRunning, State, default_folder, fingerprint
from guildhall.cli.supervisor import Interrupted, Supervisor

_PORT = 8000
_CHECK_PORTS_FROM = 20000
_CHECK_PORTS = 8000
_READY_SECONDS = 90
_SIGN_OF_LIFE_SECONDS = 2
_LOG_IN_PROVIDERS = 3
_GARBAGE_THRESHOLDS = 50_000, 20, 50
_PROVIDERS_MAX, _BOOKINGS_MAX = 2_900, 5_000
_VERTICALS = ("av", "home", "cleaning")


@dataclass(frozen=True)
class _Options:
    vertical: str | None
    port: int | None
    demo: bool
    single: bool
    check: bool
    state: Path
    providers: int | None = None
    bookings: int | None = None
    residents: bool = True


def main(arguments: list[str]) -> int:
    """Run until a signal comes; with `--check`, until the check has ended. 0 after a clean stop."""
    options = _parse(arguments[1:])
    state = State(options.state)
    # Now, not later: the place of the title is found only while the environment is as the process got it.
    setproctitle.setproctitle("guildhall: supervisor")
    try:
        with state.held() as held:
            return _Up(options, state, held).run()
    except (AlreadyRunning, Unusable) as error:
        print(f"guild up: {error}", file=sys.stderr)
        return 2
    except ClusterError as error:
        print(f"guild up: {error}", file=sys.stderr)
        return 1


def _parse(arguments: list[str]) -> _Options:
    parser = argparse.ArgumentParser(prog="guild up", description=__doc__, allow_abbrev=False)
    parser.add_argument("--vertical", choices=_VERTICALS, help="which vertical pack (default: the last one, or av)")
    parser.add_argument("--port", type=int, help=f"the port of the pages (default: {_PORT}, or the next free one)")
    parser.add_argument("--no-demo", action="store_false", dest="demo", help="leave a new database without a city")
    parser.add_argument("--providers", type=int, help="how many providers a new city has (default: 2000)")
    parser.add_argument(
        "--bookings",
        type=int,
        help="how many bookings its past has (default: 600; each takes about a quarter of a second)",
    )
    parser.add_argument("--no-residents", action="store_false", dest="residents", help="nobody plays the city's people")
    parser.add_argument("--single", action="store_true", help="all roles in one process, a thread each")
    parser.add_argument("--check", action="store_true", help="walk the road on a state of its own, then stop")
    parser.add_argument("--state", type=Path, help="the state folder (default: one for this checkout)")
    found = parser.parse_args(arguments)
    if found.port is not None and not 1 <= found.port <= environment.LAST_PORT - 2:
        parser.error(f"argument --port: {found.port} is not a usable port")
    for name, most in (("providers", _PROVIDERS_MAX), ("bookings", _BOOKINGS_MAX)):
        wanted = getattr(found, name)
        if wanted is not None and not (_LOG_IN_PROVIDERS if name == "providers" else 0) <= wanted <= most:
            parser.error(
                f"argument --{name}: {wanted} is not {_LOG_IN_PROVIDERS if name == 'providers' else 0} to {most}"
            )
    folder = found.state or (default_folder() / "check" if found.check else default_folder())
    return _Options(
        vertical=found.vertical,
        port=found.port,
        demo=found.demo,
        single=found.single,
        check=found.check,
        state=folder.absolute(),
        providers=found.providers,
        bookings=found.bookings,
        residents=found.residents and not found.check,
    )


class _Up:
    """One run of the system on a state that nobody else holds."""

    def __init__(self, options: _Options, state: State, held: int) -> None:
        self._options = options
        self._state = state
        self._held = held
        self._log = Log(state.log_file, to_terminal=not options.check)
        self._settings = state.read("settings.json")
        stored = self._settings.get("vertical")
        self._vertical = options.vertical or (stored if stored in _VERTICALS else None) or "av"

    def run(self) -> int:
        """Start, stay, stop."""
        if orphans := self._state.end_orphans():
            self._say(f"ended what a killed run had left: {', '.join(orphans)}")
        ports = self._ports()
        _allow_many_files()
        self._say(f"state {self._state.folder}, log {self._log.file}")
        ensure_built(self._say)
        supervisor = Supervisor(self._state, self._log, self._held)
        try:
            database = self._open_database()
            if database.cluster is not None:
                supervisor.keep_database(database.cluster)
            return self._serve(supervisor, database, ports)
        except Interrupted:
            self._say("stopping ...")
            return 0
        finally:
            supervisor.stop()
            self._log.close()

    def _serve(self, supervisor: Supervisor, database: Database, ports: Ports) -> int:
        variables = environment.for_roles(
            self._state, app_url=database.app_url, owner_url=database.owner_url, ports=ports, vertical=self._vertical
        )
        self._record_run(variables, ports)
        if database.is_new:
            # Written down at once: a run that is killed before the city is complete is continued by the next.
            self._remember(migrated="", demo="wanted" if self._options.demo else "unwanted")
            # What vendors know of another database's people is of no use.
            shutil.rmtree(self._state.folder / "sandbox", ignore_errors=True)
        expected = fingerprint(vertical=self._vertical)
        is_current = self._settings.get("migrated") == expected
        has_sandbox = variables["GUILDHALL_ENV"] == "sandbox"
        if has_sandbox and importlib.util.find_spec("sandbox"):
            supervisor.start(roles.sandbox(variables, ports, self._state.folder / "sandbox"))
        if not is_current:
            self._migrate(supervisor, database, variables)
        _load_django(variables)
        if not is_current:
            self._must(supervisor, "pack", partial(_load_pack, self._vertical))
            self._remember(vertical=self._vertical, migrated=expected)
        if self._settings.get("demo") == "wanted" and has_sandbox:
            self._make_demo(supervisor, ports, variables["SANDBOX_URL"])
        for role in (
            [roles.single(ports)]
            if self._options.single
            else [
                roles.in_front(ports, self._state.folder / "proxy"),
                roles.web(ports),
                roles.realtime(ports),
                *roles.forked(),
            ]
        ):
            supervisor.start(role)
        self._wait_for_answers(supervisor, ports)
        if self._settings.get("demo") == "made" and has_sandbox and self._options.residents:
            supervisor.start(roles.residents(variables, ports, self._state.folder / "residents.json"))
        if self._options.check:
            return self._check(supervisor, ports)
        self._welcome(variables, ports)
        supervisor.run()
        return 0

    def _ports(self) -> Ports:
        if self._options.port is not None:
            return environment.choose_ports(self._options.port, exactly=True)
        start = _CHECK_PORTS_FROM + os.getpid() % _CHECK_PORTS if self._options.check else _PORT
        return environment.choose_ports(start, exactly=False)

    def _open_database(self) -> Database:
        self._say("starting the database")
        if self._options.check and not os.environ.get("DATABASE_URL"):
            # A check begins with an empty city, whatever an earlier one has left.
            shutil.rmtree(self._state.folder / "sandbox", ignore_errors=True)
            forget(self._state)
        database = open_database(self._state)
        if database.cluster is not None and not database.cluster.folder.is_relative_to(self._state.folder):
            self._say(f"the database is in {database.cluster.folder}: its user cannot reach the state folder")
        return database

    def _migrate(self, supervisor: Supervisor, database: Database, variables: Mapping[str, str]) -> None:
        way_out = f"Start with another one (--state FOLDER), or remove this one first ({self._state.folder})"
        applied.require_unchanged(database.owner_url, way_out=way_out)
        self._say("migrating the database (some seconds)")
        self._must(supervisor, "migrate", migration(variables, quiet=True))

    def _make_demo(self, supervisor: Supervisor, ports: Ports, sandbox_url: str) -> None:
        """Make the city and live its past before anybody else is there; meanwhile the port says how far it is."""
        options = self._options
        progress = self._state.folder / "progress.json"
        supervisor.start(roles.progress(ports, progress))
        make = partial(
            _found_city,
            self._vertical,
            sandbox_url,
            self._state,
            progress,
            small=options.check,
            providers=options.providers,
            bookings=options.bookings,
        )
        self._must(supervisor, "demo", make)
        supervisor.end("progress")
        progress.unlink(missing_ok=True)
        self._remember(demo="made")

    def _remember(self, **values: str) -> None:
        self._settings.update(values)
        self._state.write("settings.json", self._settings)

    def _must(self, supervisor: Supervisor, name: str, target: Target) -> None:
        status = supervisor.run_once(name, target)
        if status != 0:
            message = f"{name} failed with status {status}; the log says why: {self._log.file}"
            raise Unusable(message)

    def _wait_for_answers(self, supervisor: Supervisor, ports: Ports) -> None:
        for seconds in range(0, _READY_SECONDS, _SIGN_OF_LIFE_SECONDS):
            if supervisor.run(lambda: _answers(ports.web), seconds=_SIGN_OF_LIFE_SECONDS):
                return
            self._say(f"waiting for the first answer: {seconds + _SIGN_OF_LIFE_SECONDS} s")
        message = f"no answer on port {ports.web} within {_READY_SECONDS} s; the log says why: {self._log.file}"
        raise Unusable(message)

    def _check(self, supervisor: Supervisor, ports: Ports) -> int:
        self._say(f"checking http://127.0.0.1:{ports.web}, sandbox {ports.sandbox}, mail {ports.smtp}")
        return supervisor.run_once("check", partial(_run_check, ports, self._state.folder), capture=False)

    def _record_run(self, variables: Mapping[str, str], ports: Ports) -> None:
        self._state.write(
            "run.json",
            {
                "pid": os.getpid(),
                "url": f"http://localhost:{ports.web}",
                "sandbox_url": f"http://127.0.0.1:{ports.sandbox}",
                "ports": {
                    "web": ports.web,
                    "sandbox": ports.sandbox,
                    "smtp": ports.smtp,
                    "realtime": ports.realtime,
                    "server": ports.server,
                },
                "database_url": variables["DATABASE_URL"],
                "migration_database_url": variables["MIGRATION_DATABASE_URL"],
                "vertical": self._vertical,
                "environment": variables["GUILDHALL_ENV"],
            },
        )

    def _welcome(self, variables: Mapping[str, str], ports: Ports) -> None:
        self._say("")
        self._say(f"Guildhall ({self._vertical})   http://localhost:{ports.web}")
        self._say(f"API                http://localhost:{ports.web}/api/v1/openapi.json")
        if variables["GUILDHALL_ENV"] == "sandbox":
            self._say(f"Sandbox            {variables['SANDBOX_URL']}/sandbox   mail is caught on port {ports.smtp}")
            for log_in in self._state.read("demo.json").get("log_ins", []):
                self._say(f"Log in as {log_in['role']:<9}{log_in['email']}   password {log_in['password']}")
        self._say(
            f"ports {ports.web} (everything), {ports.sandbox} (sandbox), {ports.smtp} (mail); behind the first"
            f" {ports.server} (pages and API), {ports.realtime} (live pages); ./guild psql: the database"
        )
        self._say("Ctrl-C stops everything")

    def _say(self, line: str) -> None:
        self._log.say(line)
        if self._options.check and line:
            print(f"guild: {line}", file=sys.stderr, flush=True)


def _load_django(variables: Mapping[str, str]) -> None:
    """Once, here: every forked role starts with it."""
    os.environ.update(variables)
    import django  # noqa: PLC0415 - takes seconds, and only from here on

    django.setup()
    from django.urls import get_resolver  # noqa: PLC0415 - Django is loaded by now

    assert get_resolver().url_patterns is not None
    from guildhall.customers.gateway import geocode  # noqa: PLC0415 - Django is loaded by now

    geocode("92101")  # Reads the map of ZIP codes, which no request should have to wait for.
    gc.collect()
    gc.freeze()  # What is loaded stays shared between the processes.
    # The default looks for rubbish at every 700 new objects, a few times in each request: a tenth of the processor's time.
    gc.set_threshold(*_GARBAGE_THRESHOLDS)


def _load_pack(vertical: str, _stop: threading.Event) -> None:
    from guildhall.timers.queries import clock_now  # noqa: PLC0415 - needs Django
    from guildhall.verticals.loading import load_vertical  # noqa: PLC0415 - needs Django
    from guildhall.verticals.reading import read_pack  # noqa: PLC0415 - needs Django

    load_vertical(read_pack(vertical), at=clock_now())


def _found_city(
    vertical: str,
    sandbox_url: str,
    state: State,
    progress: Path,
    _stop: threading.Event,
    *,
    small: bool,
    providers: int | None,
    bookings: int | None,
) -> None:
    from guildhall.cli import demo  # noqa: PLC0415 - needs Django

    gc.disable()  # It would look through all that is loaded again and again; this process ends with the city.
    said = {"part": 0.0, "line": "starting"}

    def keep(**news: object) -> None:
        said.update(news)
        unfinished = progress.with_suffix(".new")
        unfinished.write_text(json.dumps(said))
        unfinished.replace(progress)

    def say(line: str) -> None:
        print(f"demo city: {line}", flush=True)
        keep(line=line)

    size = demo.size_of(small=small, providers=providers, bookings=bookings)
    demo.found(vertical=vertical, sandbox_url=sandbox_url, size=size, say=say, tell=lambda part: keep(part=part))
    state.write("demo.json", {"log_ins": demo.log_ins()})
    state.write("residents.json", demo.residents())


def _run_check(ports: Ports, folder: Path, _stop: threading.Event) -> int:
    from guildhall.cli import check  # noqa: PLC0415 - only for this command

    return check.run(
        guildhall_url=f"http://127.0.0.1:{ports.web}", sandbox_url=f"http://127.0.0.1:{ports.sandbox}", state=folder
    )


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/ready")
        return connection.getresponse().status < HTTPStatus.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _allow_many_files() -> None:
    """Each live page is a socket."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
