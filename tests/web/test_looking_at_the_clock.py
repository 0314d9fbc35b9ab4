"""Whoever asks the sandbox's clock whether all is done sees one moment of it."""

import psycopg
import pytest
from django.test import Client
from procrastinate.contrib.django import app as jobs

from guildhall.eventlog import queries as eventlog

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
