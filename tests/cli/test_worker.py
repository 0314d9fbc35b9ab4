"""The worker does jobs once its database answers, and takes up what a dead worker left."""

import threading
from collections.abc import Iterator

import pytest
from django.db import connection
from procrastinate.contrib.django import app as jobs

from guildhall.cli.worker import run_worker
from tests.cli.helpers import eventually

DONE: list[str] = []


@jobs.task(name="tests.cli.note")
def note(text: str) -> None:
    """Ask the database something and remember the text."""
    with connection.cursor() as cursor:
        cursor.execute("select current_user")
        role = cursor.fetchone()[0]
    DONE.append(f"{text} as {role}")


@jobs.task(name="tests.cli.lose")
def lose(twin: bool = False) -> None:
    """Lose the database session in the middle of the first run, perhaps after a twin was queued."""
    DONE.append("begun")
    if len(DONE) == 1:
        if twin:
            lose.configure(queueing_lock="lose", schedule_in={"seconds": 2}).defer()
        with connection.cursor() as cursor:
            cursor.execute("select pg_terminate_backend(pg_backend_pid())")


@pytest.fixture
def working(committed_db: str) -> Iterator[None]:
    """A worker on the test's own database."""
    DONE.clear()
    stop = threading.Event()
    worker = threading.Thread(target=run_worker, args=(stop,))
    worker.start()
    yield
    stop.set()
    worker.join(timeout=20)
    assert not worker.is_alive()


def count_of_jobs(name: str = "tests.cli.note") -> int:
    """How many of the test's jobs are in the table."""
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from procrastinate_jobs where task_name = %s", [name])
        return cursor.fetchone()[0]


@pytest.mark.committed
def test_a_job_is_done_as_the_app_role_and_leaves_no_row(working):
    note.defer(text="first")

    eventually(lambda: DONE == ["first as guildhall_app"])
    eventually(lambda: count_of_jobs() == 0)


@pytest.mark.committed
def test_a_job_whose_worker_died_is_done_again(committed_db, request):
    job = note.defer(text="left")
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_workers (last_heartbeat) values (now() - interval '1 minute') returning id"
        )
        dead = cursor.fetchone()[0]
        cursor.execute("update procrastinate_jobs set status = 'doing', worker_id = %s where id = %s", [dead, job])

    request.getfixturevalue("working")

    eventually(lambda: DONE == ["left as guildhall_app"])


@pytest.mark.committed
def test_a_dead_workers_job_whose_twin_waits_already_leaves_the_work_to_the_twin(committed_db, request, caplog):
    left = note.configure(queueing_lock="note").defer(text="left")
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_workers (last_heartbeat) values (now() - interval '1 minute') returning id"
        )
        dead = cursor.fetchone()[0]
        cursor.execute("update procrastinate_jobs set status = 'doing', worker_id = %s where id = %s", [dead, left])
    note.configure(queueing_lock="note", schedule_in={"seconds": 8}).defer(text="twin")
    note.defer(text="other")

    request.getfixturevalue("working")

    eventually(lambda: len(DONE) == 2, seconds=15)
    assert DONE == ["other as guildhall_app", "twin as guildhall_app"]
    eventually(lambda: count_of_jobs() == 0)
    assert "the database is away" not in caplog.text


@pytest.mark.committed
def test_a_job_to_be_done_again_whose_twin_waits_already_leaves_the_work_to_the_twin(working):
    lose.configure(queueing_lock="lose").defer(twin=True)

    eventually(lambda: DONE == ["begun", "begun"], seconds=10)
    eventually(lambda: count_of_jobs("tests.cli.lose") == 0)


@pytest.mark.committed
def test_jobs_go_on_after_the_worker_lost_its_database_sessions(working):
    note.defer(text="before")
    eventually(lambda: len(DONE) == 1 and count_of_jobs() == 0)

    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
        ended = cursor.fetchall()
    note.defer(text="after")

    assert len(ended) >= 2
    eventually(lambda: DONE == ["before as guildhall_app", "after as guildhall_app"], seconds=20)


@pytest.mark.committed
def test_a_job_that_lost_its_database_session_is_done_again_at_once(working):
    lose.defer()

    eventually(lambda: DONE == ["begun", "begun"], seconds=5)
    eventually(lambda: count_of_jobs("tests.cli.lose") == 0)
