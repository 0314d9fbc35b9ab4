"""The sequencer's and the subscribers' loops."""

import logging
import threading
import time
from collections.abc import Callable

import psycopg
from django.conf import settings
from django.db import DatabaseError, connection

from guildhall.eventlog import delivery
from guildhall.eventlog.commands import ensure_subscriptions, subscriptions

log = logging.getLogger("guildhall.eventlog")
_LEADER_KEY = 4_701_001
# The sequencer pauses for an eighth of the time that has gone by without a fact: under load it looks all the time, at night seldom.
_PAUSE_SHARE = 8
_PAUSE_SECONDS_MIN = 0.001
_PAUSE_SECONDS_MAX = 0.04
_RETRY_EVERY_SECONDS = 1.0
_RECONNECT_SECONDS = 0.5


def run_sequencer(stop: threading.Event) -> None:
    """Number committed facts until `stop` is set. One sequencer works, others wait for its advisory lock."""
    _survive(stop, "sequencer", _sequence_until)


def _sequence_until(stop: threading.Event) -> None:
    with psycopg.connect(settings.DIRECT_DATABASE_URL, autocommit=True, application_name="sequencer") as direct:
        while not stop.is_set():
            row = direct.execute("select pg_try_advisory_lock(%s)", [_LEADER_KEY]).fetchone()
            if row is not None and row[0]:
                break
            stop.wait(_RECONNECT_SECONDS)
        heard_at = time.monotonic()
        while not stop.is_set():
            row = direct.execute("select eventlog.sequence_batch(5000)").fetchone()
            if row is not None and row[0]:
                heard_at = time.monotonic()
            quiet_share = (time.monotonic() - heard_at) / _PAUSE_SHARE
            stop.wait(min(_PAUSE_SECONDS_MAX, max(_PAUSE_SECONDS_MIN, quiet_share)))


def run_subscriber(stop: threading.Event) -> None:
    """Deliver to every subscription of the program until `stop` is set: a thread each, woken by the sequencer."""
    ensure_subscriptions()
    wake = {name: threading.Event() for name in subscriptions()}
    threads = [
        threading.Thread(target=_survive, args=(stop, name, _delivering(name, wake[name])), name=name, daemon=True)
        for name in wake
    ]
    threads.append(threading.Thread(target=_survive, args=(stop, "listener", _listening(wake)), daemon=True))
    connection.close()
    for thread in threads:
        thread.start()
    stop.wait()
    for event in wake.values():
        event.set()
    for thread in threads:
        thread.join(timeout=10)


def _delivering(name: str, wake: threading.Event) -> Callable[[threading.Event], None]:
    def until(stop: threading.Event) -> None:
        retry_at = 0.0
        while not stop.is_set():
            wake.clear()
            moved = delivery.deliver(name)
            if time.monotonic() >= retry_at:
                delivery.retry(name)
                retry_at = time.monotonic() + _RETRY_EVERY_SECONDS
            if moved < delivery.BATCH:
                wake.wait(_RETRY_EVERY_SECONDS)

    return until


def _listening(wake: dict[str, threading.Event]) -> Callable[[threading.Event], None]:
    def until(stop: threading.Event) -> None:
        with psycopg.connect(settings.DIRECT_DATABASE_URL, autocommit=True, application_name="listener") as direct:
            direct.execute("listen eventlog")
            for event in wake.values():
                event.set()
            while not stop.is_set():
                for _ in direct.notifies(timeout=_RECONNECT_SECONDS):
                    for event in wake.values():
                        event.set()

    return until


def _survive(stop: threading.Event, name: str, work: Callable[[threading.Event], None]) -> None:
    """Run a loop again after the database went away."""
    while not stop.is_set():
        try:
            work(stop)
        except (DatabaseError, psycopg.Error):
            log.warning("%s: the database is away, trying again", name, exc_info=True)
            connection.close()
            stop.wait(_RECONNECT_SECONDS)
    connection.close()
