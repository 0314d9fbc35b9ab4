"""`./guild test` leaves no server behind that it had to start, and touches none that was there."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from guildhall.cli import postgres, testing
from guildhall.cli.cluster import Cluster


@pytest.fixture
def tests_that(folder: Path, monkeypatch) -> Callable[[Callable[[], object]], Cluster]:
    """Let `./guild test` run something in place of pytest, with its clusters below `folder`; gives the cluster."""
    monkeypatch.setenv("GUILDHALL_TEST_STATE", str(folder))
    monkeypatch.setattr(testing, "ensure_built", lambda _: None)

    def run(what: Callable[[], object]) -> Cluster:
        really = subprocess.run

        def pytest_in_its_place(command, *args, **options):
            if "pytest" not in command:
                return really(command, *args, **options)
            env = options["env"]
            assert env["GUILDHALL_TEST_STATE"] == str(folder)
            what()
            return subprocess.CompletedProcess(command, 5)

        with monkeypatch.context() as patched:
            patched.setattr(testing.subprocess, "run", pytest_in_its_place)
            assert testing.run([]) == 5
        return Cluster(folder / "pg")

    return run


def test_a_cluster_that_the_tests_started_is_stopped(folder, tests_that):
    cluster = tests_that(lambda: postgres.ensure_cluster(folder / "pg"))

    assert cluster.data.is_dir()
    assert cluster.pid is None


def test_a_cluster_that_was_running_goes_on(folder, tests_that):
    before = postgres.ensure_cluster(folder / "pg").pid

    assert tests_that(lambda: None).pid == before


def test_a_cluster_that_others_use_by_now_goes_on(folder, tests_that):
    sessions = []

    cluster = tests_that(lambda: sessions.append(psycopg.connect(postgres.ensure_cluster(folder / "pg").superuser_url)))

    assert cluster.pid is not None
    sessions[0].close()


class TestPlace:
    """Where the clusters of tests are kept."""

    @pytest.fixture(autouse=True)
    def _unnamed(self, monkeypatch, tmp_path: Path) -> None:
        monkeypatch.delenv("GUILDHALL_TEST_STATE")
        monkeypatch.setattr(testing, "_MEMORY", tmp_path / "memory")
        monkeypatch.setattr(testing, "_DISK", tmp_path / "disk")

    def test_in_memory_where_there_is_room(self, monkeypatch, tmp_path: Path):
        (tmp_path / "memory").mkdir()
        monkeypatch.setattr(testing, "_ROOM_BYTES", 1)

        assert testing.place().parent == tmp_path / "memory"

    def test_on_disk_where_memory_is_short(self, monkeypatch, tmp_path: Path):
        (tmp_path / "memory").mkdir()
        monkeypatch.setattr(testing, "_ROOM_BYTES", 1 << 62)

        assert testing.place().parent == tmp_path / "disk"

    def test_on_disk_where_no_memory_is_a_folder(self, tmp_path: Path):
        assert testing.place().parent == tmp_path / "disk"

    def test_where_the_caller_says(self, monkeypatch, tmp_path: Path):
        monkeypatch.setenv("GUILDHALL_TEST_STATE", str(tmp_path / "here"))

        assert testing.place() == tmp_path / "here"
