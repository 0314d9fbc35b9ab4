"""`./guild migrate|shell|psql`: the database of a state, of a running one or started for the occasion."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from guildhall.cli import applied
from guildhall.cli.cluster import ClusterError, find_binaries
from guildhall.cli.database import Database, migration, open_database
from guildhall.cli.environment import Unusable
from guildhall.cli.state import CHECKOUT, State, default_folder


def main(arguments: list[str]) -> int:
    """Run the program of one of the three commands and return its exit status."""
    command = arguments[0]
    parser = argparse.ArgumentParser(prog=f"guild {command}", description=__doc__, allow_abbrev=False)
    parser.add_argument("--state", type=Path, default=default_folder(), help="the state folder")
    if command == "psql":
        parser.add_argument("--owner", action="store_true", help="as the owner of the tables")
        parser.add_argument("rest", nargs="*", help="arguments for psql, after --")
    options = parser.parse_args(arguments[1:])
    state = State(options.state.absolute())
    try:
        with database_of(state) as database:
            return _run(command, state, database, options)
    except (Unusable, ClusterError) as error:
        print(f"guild {command}: {error}", file=sys.stderr)
        return 2


@contextmanager
def database_of(state: State) -> Iterator[Database]:
    """
    Give the database of a state; a private cluster that nobody runs is started and stopped again.

    :raises Unusable: when the database cannot be used as it is.
    """
    is_running = state.is_held()
    state.folder.mkdir(parents=True, exist_ok=True)
    database = open_database(state)
    try:
        yield database
    finally:
        if database.cluster is not None and not is_running:
            database.cluster.stop()


def environment_of(state: State, database: Database) -> dict[str, str]:
    """Return the variables under which Django opens this database as the role the system runs as."""
    return {
        "GUILDHALL_ENV": "sandbox",
        **state.secrets(),
        **os.environ,
        "DATABASE_URL": database.app_url,
        "MIGRATION_DATABASE_URL": database.owner_url,
        "GUILDHALL_STATE": str(state.folder),
        "DJANGO_SETTINGS_MODULE": "guildhall.settings",
        "PYTHONPATH": str(CHECKOUT),
    }


def _run(command: str, state: State, database: Database, options: argparse.Namespace) -> int:
    variables = environment_of(state, database)
    if command == "migrate":
        applied.require_unchanged(
            database.owner_url, way_out="Run a build whose migrations go on from those it has had."
        )
        program = migration(variables, quiet=False)
        return subprocess.run(program.arguments, env=program.environment, check=False).returncode
    if command == "shell":
        return subprocess.run([sys.executable, "-P", "-m", "django", "shell"], env=variables, check=False).returncode
    psql = shutil.which("psql") or str(find_binaries() / "psql")
    url = database.owner_url if options.owner else database.app_url
    return subprocess.run([psql, url, *options.rest], check=False).returncode
