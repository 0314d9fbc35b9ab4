"""`./guild bench NAME`: one of the measurements in bench/ (the modules with a `main`), on a cluster and a database of its own."""

from __future__ import annotations

import argparse
import importlib
import os
import subprocess
import sys
from pathlib import Path

from guildhall.cli import postgres
from guildhall.cli.cluster import ClusterError
from guildhall.cli.database import Database, migration
from guildhall.cli.manage import environment_of
from guildhall.cli.state import CHECKOUT, State, default_folder

_DATABASE = "guildhall_bench"


def main(arguments: list[str]) -> int:
    """Make an empty migrated database, run `bench.NAME.main(arguments)` on it and return its status."""
    names = sorted(file.stem for file in (CHECKOUT / "bench").glob("*.py") if "\ndef main(" in file.read_text())
    parser = argparse.ArgumentParser(prog="guild bench", description=__doc__, allow_abbrev=False)
    parser.add_argument("name", choices=names, help="which measurement")
    parser.add_argument("--state", type=Path, default=default_folder() / "bench", help="the state folder")
    options, rest = parser.parse_known_args(arguments[1:])
    state = State(options.state.absolute())
    state.folder.mkdir(parents=True, exist_ok=True)
    try:
        cluster = postgres.ensure_cluster(state.cluster_folder)
    except ClusterError as error:
        print(f"guild bench: {error}", file=sys.stderr)
        return 2
    try:
        return _measure(options.name, rest, state, cluster)
    finally:
        cluster.stop()


def _measure(name: str, arguments: list[str], state: State, cluster: postgres.Cluster) -> int:
    postgres.drop_database(cluster, _DATABASE)
    postgres.create_database(cluster, _DATABASE)
    database = Database(
        cluster.url(postgres.APP, _DATABASE), cluster.url(postgres.OWNER, _DATABASE), is_new=True, cluster=cluster
    )
    os.environ.update({**environment_of(state, database), "DIRECT_DATABASE_URL": database.app_url})
    program = migration(os.environ, quiet=True)
    subprocess.run(program.arguments, env=program.environment, check=True)
    import django  # noqa: PLC0415 - after the environment is known

    django.setup()
    from django.db import connections  # noqa: PLC0415 - Django is loaded by now

    try:
        return int(importlib.import_module(f"bench.{name}").main(arguments) or 0)
    finally:
        connections.close_all()
