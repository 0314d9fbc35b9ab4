"""The database of a state: the private cluster's, or the one that DATABASE_URL names."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass

import psycopg

from guildhall.cli import postgres
from guildhall.cli.environment import Unusable
from guildhall.cli.processes import Program
from guildhall.cli.state import State

NAME = "guildhall"


@dataclass(frozen=True)
class Database:
    """Where the tables are: as the role the system runs as, and as their owner."""

    app_url: str
    owner_url: str
    is_new: bool
    cluster: postgres.Cluster | None = None


def open_database(state: State) -> Database:
    """
    Return the database of a state, ready for migration; a private cluster is started if it is not running.

    :raises Unusable: when DATABASE_URL is given and something about that database is missing, which is named.
    :raises ClusterError: when the private cluster does not start.
    """
    if app_url := os.environ.get("DATABASE_URL"):
        return _given(app_url)
    cluster = postgres.ensure_cluster(state.cluster_folder)
    is_new = postgres.ensure_database(cluster, NAME)
    return Database(cluster.url(postgres.APP, NAME), cluster.url(postgres.OWNER, NAME), is_new, cluster)


def forget(state: State) -> None:
    """Remove the private database of a state, so that the next `open_database` makes a new one."""
    postgres.drop_database(postgres.ensure_cluster(state.cluster_folder), NAME)


def migration(variables: Mapping[str, str], *, quiet: bool) -> Program:
    """Give the program that brings the database of `variables` up to date as the owner of its tables."""
    code = f"import django; django.setup(); from guildhall.cli.schema import migrate; migrate({quiet=})"
    return Program([sys.executable, "-P", "-c", code], {**variables, "GUILDHALL_AS_OWNER": "1"})


def _given(app_url: str) -> Database:
    owner_url = os.environ.get("MIGRATION_DATABASE_URL")
    if not owner_url:
        message = (
            "DATABASE_URL is given, MIGRATION_DATABASE_URL is not: name the same database there as the role"
            f" {postgres.OWNER}, which owns the tables (the system itself runs as {postgres.APP})"
        )
        raise Unusable(message)
    try:
        with psycopg.connect(owner_url, connect_timeout=10) as connection:
            present = {row[0] for row in connection.execute("SELECT extname FROM pg_extension")}
            migrated = connection.execute("SELECT to_regclass('public.django_migrations') IS NOT NULL").fetchone()
        psycopg.connect(app_url, connect_timeout=10).close()
    except psycopg.OperationalError as error:
        message = f"the given database does not answer: {error}"
        raise Unusable(message) from error
    if missing := [name for name in postgres.EXTENSIONS if name not in present]:
        statements = " ".join(f"CREATE EXTENSION {name};" for name in missing)
        message = f"the given database lacks {', '.join(missing)}; its administrator has to run: {statements}"
        raise Unusable(message)
    return Database(app_url, owner_url, is_new=not (migrated and migrated[0]))
