"""The private PostgreSQL cluster survives what happens to it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from guildhall.cli import postgres
from guildhall.cli.cluster import Cluster
from tests.cli.helpers import eventually, is_alive


def test_a_new_folder_becomes_a_cluster_that_listens_on_its_socket_only(folder):
    cluster = postgres.ensure_cluster(folder / "pg")

    with psycopg.connect(cluster.superuser_url) as connection:
        addresses = connection.execute("show listen_addresses").fetchone()
        roles = {row[0] for row in connection.execute("select rolname from pg_roles where rolname like 'guildhall%'")}
    assert addresses == ("",)
    assert roles == {"guildhall_owner", "guildhall_app"}
    assert cluster.folder == folder / "pg"
    assert is_alive(cluster.pid)
    (folder / "link").symlink_to("pg")
    assert cluster.pid in Cluster(folder / "link").processes()


def test_a_stopped_cluster_has_no_process_and_starts_with_its_data(folder):
    cluster = postgres.ensure_cluster(folder / "pg")
    postgres.create_database(cluster, "kept")
    server = cluster.pid

    cluster.stop()
    assert cluster.pid is None
    assert not is_alive(server)

    cluster.start()
    assert postgres.database_exists(cluster, "kept")


def test_a_killed_server_starts_again_at_once_with_what_was_committed(folder):
    cluster = postgres.ensure_cluster(folder / "pg")
    owner = cluster.url(postgres.OWNER, "guildhall")
    postgres.ensure_database(cluster, "guildhall")
    with psycopg.connect(owner) as connection:
        connection.execute("create table fact (n int)")
        connection.execute("insert into fact values (7)")
    server = cluster.pid

    os.kill(server, signal.SIGKILL)
    cluster.start()

    with psycopg.connect(owner) as connection:
        assert connection.execute("select n from fact").fetchall() == [(7,)]
    assert cluster.pid != server


def test_a_lock_file_that_names_another_living_process_does_not_prevent_the_start(folder):
    cluster = postgres.ensure_cluster(folder / "pg")
    lock = cluster.data / "postmaster.pid"
    left = lock.read_text().splitlines()
    cluster.stop()

    lock.write_text("\n".join([str(os.getpid()), *left[1:], ""]))
    cluster.start()

    assert cluster.is_ready()
    assert cluster.pid != os.getpid()


def test_two_processes_may_ask_for_the_same_new_cluster(folder):
    code = f"from pathlib import Path; from guildhall.cli import postgres; print(postgres.ensure_cluster(Path({str(folder / 'pg')!r})).pid)"
    both = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(2)]

    said = [process.communicate(timeout=60)[0].strip() for process in both]

    assert [process.returncode for process in both] == [0, 0]
    assert said[0] == said[1]


def test_a_folder_the_database_user_cannot_reach_gets_a_place_that_stays_the_same(unreachable):
    cluster = postgres.ensure_cluster(unreachable / "pg")

    assert not cluster.folder.is_relative_to(unreachable)
    assert postgres.ensure_cluster(unreachable / "pg").folder == cluster.folder


def test_a_socket_path_too_long_for_the_kernel_gets_a_shorter_place(folder):
    from guildhall.cli.cluster import LONGEST_SOCKET_PATH, SOCKET_NAME, place_for

    place = place_for(folder / ("x" * 100) / "pg")

    assert len(f"{place}/{SOCKET_NAME}") <= LONGEST_SOCKET_PATH
    assert not place.is_relative_to(folder)
    place.rmdir()
    place.parent.rmdir()


def test_the_app_role_can_connect_and_make_no_table(folder):
    cluster = postgres.ensure_cluster(folder / "pg")
    postgres.ensure_database(cluster, "guildhall")

    with psycopg.connect(cluster.url(postgres.APP, "guildhall")) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("create table public.mine (n int)")
        connection.rollback()
        extensions = {row[0] for row in connection.execute("select extname from pg_extension")}
        tables = connection.execute("select count(*) from pg_tables where tablename = 'mine'").fetchone()
    assert set(postgres.EXTENSIONS) <= extensions
    assert tables == (0,)


def test_a_copy_of_the_template_has_its_rows_and_nobody_can_connect_to_the_template(folder):
    cluster = postgres.ensure_cluster(folder / "pg")
    built = []

    def build(name: str) -> None:
        built.append(name)
        with psycopg.connect(cluster.url(postgres.OWNER, name)) as connection:
            connection.execute("create table fact (n int)")
            connection.execute("insert into fact values (1)")

    template = postgres.make_template(cluster, "first", build)
    postgres.make_template(cluster, "first", build)
    postgres.create_database(cluster, "copy", template=template)

    with psycopg.connect(cluster.url(postgres.OWNER, "copy")) as connection:
        assert connection.execute("select n from fact").fetchall() == [(1,)]
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(cluster.url(postgres.OWNER, template))
    assert built == [template]
    postgres.make_template(cluster, "second", build)
    assert built == [template, template]


def test_an_interrupted_initdb_leaves_nothing_that_counts(folder):
    half_made: Path = folder / "pg" / "data.new"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("15\n")

    cluster = postgres.ensure_cluster(folder / "pg")

    assert eventually(cluster.is_ready)
