"""
`./guild bench NAME`: one of the measurements in bench/.

A module with `main` gets an empty database on a cluster of its own; one with `main_in_city` a running system with a full city.
"""

from __future__ import annotations

import argparse
import importlib
import os
import subprocess
import sys
from pathlib import Path

from guildhall.cli import city, postgres
from guildhall.cli.cluster import ClusterError
from guildhall.cli.database import Database, migration
from guildhall.cli.manage import environment_of
from guildhall.cli.state import CHECKOUT, State, default_folder

_DATABASE = "guildhall_bench"
_ON_NOTHING, _IN_CITY = "\ndef main(", "\ndef main_in_city("


def main(arguments: list[str]) -> int:
    """Make what the measurement is taken on, run it and return its status."""
    parser = argparse.ArgumentParser(prog="guild bench", description=__doc__, allow_abbrev=False)
    parser.add_argument("name", choices=sorted([*_names(_ON_NOTHING), *_names(_IN_CITY)]), help="which measurement")
    parser.add_argument("--state", type=Path, default=default_folder() / "bench", help="the state folder")
    parser.add_argument(
        "--city", type=Path, help="the state folder of a city (default: STATE/city); made if it is not there"
    )
    options, rest = parser.parse_known_args(arguments[1:])
    state = State(options.state.absolute())
    try:
        if options.name in _names(_IN_CITY):
            return _measure_in_city(options.name, rest, options.city or state.folder / "city")
        return _measure(options.name, rest, state)
    except (ClusterError, city.NotUp) as error:
        print(f"guild bench: {error}", file=sys.stderr)
        return 2


def _names(entry: str) -> set[str]:
    return {file.stem for file in (CHECKOUT / "bench").glob("*.py") if entry in file.read_text()}


def _measure_in_city(name: str, arguments: list[str], folder: Path) -> int:
    # Nobody acts while pages are measured, so that the figures of two runs can be compared.
    with city.running(folder, ["--no-residents"]) as run:
        os.environ.update(city.variables(folder, run))
        import django  # noqa: PLC0415 - after the environment is known

        django.setup()
        from django.db import connections  # noqa: PLC0415 - Django is loaded by now

        try:
            return int(importlib.import_module(f"bench.{name}").main_in_city(run, arguments) or 0)
        finally:
            connections.close_all()


def _measure(name: str, arguments: list[str], state: State) -> int:
    state.folder.mkdir(parents=True, exist_ok=True)
    cluster = postgres.ensure_cluster(state.cluster_folder)
    try:
        return _measure_on(cluster, name, arguments, state)
    finally:
        cluster.stop()


def _measure_on(cluster: postgres.Cluster, name: str, arguments: list[str], state: State) -> int:
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
