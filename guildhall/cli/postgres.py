"""Roles, databases and templates of the private cluster; the launcher and the test harness are its only users."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import psycopg
from psycopg import sql

from guildhall.cli.cluster import Cluster, ClusterError, place_for

OWNER = "guildhall_owner"
APP = "guildhall_app"
TEMPLATE = "guildhall_template"
EXTENSIONS = ("postgis", "btree_gist", "pg_trgm", "citext")

__all__ = [
    "APP",
    "EXTENSIONS",
    "OWNER",
    "TEMPLATE",
    "Cluster",
    "ClusterError",
    "create_database",
    "database_exists",
    "drop_database",
    "ensure_cluster",
    "ensure_database",
    "ensure_roles",
    "is_in_use",
    "make_template",
]


def ensure_cluster(folder: Path, settings: Mapping[str, str] | None = None) -> Cluster:
    """
    Return the cluster of `folder`, made if it is new, running, and with its roles.

    :param folder: where the cluster should live; `Cluster.folder` says where it does (the server's user must reach it).
    :param settings: server settings that differ from the development defaults, by name.
    :raises ClusterError: when it cannot be made or started.
    """
    cluster = Cluster(place_for(folder), settings or {})
    cluster.initialize()
    cluster.start()
    ensure_roles(cluster)
    return cluster


def ensure_roles(cluster: Cluster) -> None:
    """Make the role that owns and migrates the tables and the role the system and its tests run as."""
    with _superuser(cluster) as connection:
        existing = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        for role in (OWNER, APP):
            if role not in existing:
                try:
                    connection.execute(
                        sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE").format(sql.Identifier(role))
                    )
                except (psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
                    continue  # Another process of this cluster's user was first.


def ensure_database(cluster: Cluster, name: str) -> bool:
    """Make an empty database with its extensions and rights unless it exists; say whether it was made now."""
    is_new = not database_exists(cluster, name)
    if is_new:
        create_database(cluster, name)
    _prepare(cluster, name)
    return is_new


def database_exists(cluster: Cluster, name: str) -> bool:
    """Whether the cluster has a database of that name."""
    with _superuser(cluster) as connection:
        return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def is_in_use(cluster: Cluster) -> bool:
    """Whether anybody else has a session on the cluster."""
    others = "SELECT 1 FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
    with _superuser(cluster) as connection:
        return connection.execute(others).fetchone() is not None


def create_database(cluster: Cluster, name: str, template: str | None = None) -> str:
    """
    Make a database owned by the owner role, empty or as a copy of `template`, and return the app role's address.

    :raises psycopg.errors.DuplicateDatabase: when it exists.
    """
    # Copying the files takes a third of the work of writing each of their pages to the log.
    statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY FILE_COPY").format(
        sql.Identifier(name), sql.Identifier(OWNER), sql.Identifier(template or "template0")
    )
    with _superuser(cluster) as connection:
        connection.execute(statement)
    if template is None:
        _prepare(cluster, name)
    else:
        _grant(cluster, name)
    return cluster.url(APP, name)


def drop_database(cluster: Cluster, name: str) -> None:
    """Remove a database and end the sessions on it; nothing happens when it does not exist."""
    with _superuser(cluster) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def make_template(cluster: Cluster, fingerprint: str, build: Callable[[str], None], name: str = TEMPLATE) -> str:
    """
    Return the template database, built anew when `fingerprint` differs from that of the last build.

    `build` gets the name of a prepared database, migrates and fills it, and must close its connections; afterwards
    nobody can connect to it, so every copy is exactly what was built. Callers take turns themselves (one builder).
    """
    with _superuser(cluster) as connection:
        found = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s AND NOT datallowconn",
            [name],
        ).fetchone()
    if found and found[0] == fingerprint:
        return name
    drop_database(cluster, name)
    create_database(cluster, name)
    build(name)
    with _superuser(cluster) as connection:
        database = sql.Identifier(name)
        connection.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(database, sql.Literal(fingerprint)))
        connection.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(database))
    return name


def _prepare(cluster: Cluster, name: str) -> None:
    with psycopg.connect(cluster.url("postgres", name), autocommit=True) as connection:
        connection.execute("SET client_min_messages = warning")
        for extension in EXTENSIONS:
            connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
        connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    _grant(cluster, name)


def _grant(cluster: Cluster, name: str) -> None:
    """Rights on a database are not copied with it."""
    with _superuser(cluster) as connection:
        database = sql.Identifier(name)
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
        connection.execute(
            sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(database, sql.Identifier(APP))
        )


def _superuser(cluster: Cluster) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(cluster.superuser_url, autocommit=True)
