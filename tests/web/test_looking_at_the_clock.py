"""Whoever asks the sandbox's clock whether all is done sees one moment of it."""

import psycopg
import pytest
from django.db import connection
from django.test import Client
from procrastinate.contrib.django import app as jobs

from guildhall.eventlog import queries as eventlog
from guildhall.eventlog.delivery import drain
from guildhall.matching import sweeps
from guildhall.timers.firing import sweep
from tests import given_matching as given

pytestmark = pytest.mark.committed


def test_what_passes_from_hand_to_hand_while_somebody_looks_is_seen(committed_db, monkeypatch):
    """A job is done, and sets a deadline, between the look at deadlines and the look at jobs."""
    jobs.configure_task("payments.perform").defer(intent_id="1")
    count = eventlog.waiting

    def meanwhile() -> int:
        with psycopg.connect(committed_db) as worker:
            worker.execute("update procrastinate_jobs set status = 'succeeded'")
            worker.execute("select timers.set_timer('tests.never', 'x', timers.clock_now())")
        return count()

    monkeypatch.setattr(eventlog, "waiting", meanwhile)

    assert not Client().get("/internal/clock").json()["idle"]


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
