"""Whoever asks the sandbox's clock whether all is done sees one moment of it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Timer
from time import monotonic
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import Client
from procrastinate.contrib.django import app as jobs

from guildhall.eventlog.delivery import drain
from guildhall.matching import sweeps
from guildhall.timers.firing import sweep
from guildhall.web import internal
from tests import given_matching as given
from tests.clients import eventually

pytestmark = pytest.mark.committed


def test_what_passes_from_hand_to_hand_while_somebody_looks_is_seen(committed_db, monkeypatch):
    """A job is done, and sets a deadline, between the look at deadlines and the look at jobs."""
    jobs.configure_task("payments.perform").defer(intent_id="1")
    asked = {name: internal._WAITING[name] for name in ("deadlines", "jobs", "facts", "rankings")}
    held_up = "select 0 from (select pg_advisory_xact_lock_shared(1)) held_up"
    monkeypatch.setattr(internal, "_WAITING", {"deadlines": asked.pop("deadlines"), "held_up": held_up, **asked})
    monkeypatch.setattr(internal, "_look_sql", internal._look_sql.__wrapped__)
    with psycopg.connect(committed_db) as worker, ThreadPoolExecutor(1) as looking:
        worker.execute("select pg_advisory_lock(1)")
        worker.commit()
        answer = looking.submit(_look_and_close)
        eventually(
            lambda: worker.execute("select 1 from pg_locks where locktype = 'advisory' and not granted").fetchone()
        )
        worker.execute("update procrastinate_jobs set status = 'succeeded'")
        worker.execute("select timers.set_timer('tests.never', 'x', timers.clock_now())")
        worker.commit()
        worker.execute("select pg_advisory_unlock(1)")

        assert answer.result()["waiting"] == {"deadlines": 0, "held_up": 0, "jobs": 1, "facts": 0, "rankings": 0}


def _look_and_close() -> dict[str, Any]:
    try:
        return dict(Client().get("/internal/clock").json())
    finally:
        connection.close()


def test_who_is_patient_is_answered_as_soon_as_all_is_done(committed_db):
    jobs.configure_task("payments.perform").defer(intent_id="1")

    def do_it() -> None:
        with psycopg.connect(committed_db) as worker:
            worker.execute("update procrastinate_jobs set status = 'succeeded'")

    begun = monotonic()
    impatient = Client().get("/internal/clock?patience=0").json()
    doing = Timer(0.2, do_it)
    doing.start()
    patient = Client().get("/internal/clock?patience=5").json()
    took = monotonic() - begun
    doing.join()

    assert (impatient["idle"], impatient["waiting"]["jobs"]) == (False, 1)
    assert patient["idle"]
    assert 0.2 <= took < 5


def test_patience_ends_and_the_answer_says_what_is_waited_for(committed_db):
    jobs.configure_task("payments.perform").defer(intent_id="1")

    begun = monotonic()
    state = Client().get("/internal/clock?patience=0.2").json()

    assert monotonic() - begun >= 0.2
    assert (state["idle"], state["waiting"]["jobs"]) == (False, 1)


@pytest.mark.parametrize("patience", ["-1", "6", "soon", "nan", "inf", ""])
def test_a_patience_that_is_none_is_refused(patience):
    answer = Client().get(f"/internal/clock?patience={patience}")

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_patience")


def test_a_wave_whose_candidates_are_being_ranked_is_at_work(monkeypatch):
    """Ranking holds a lease that ends seconds from now: nothing is overdue meanwhile, and yet offers are about to be made."""
    given.providers(1)
    given.cascade()
    rank, seen = sweeps.rank_next_waves, []

    def look() -> bool:
        drain()
        with connection.cursor() as worker:
            worker.execute("update procrastinate_jobs set status = 'succeeded'")
        return bool(Client().get("/internal/clock").json()["idle"])

    def look_and_rank(*order) -> None:
        seen.append(look())
        rank(*order)

    monkeypatch.setattr(sweeps, "rank_next_waves", look_and_rank)
    while sweep():
        pass

    assert not seen[0]  # of the first wave; ranking ahead of a wave that still runs keeps nobody waiting
    assert look()
