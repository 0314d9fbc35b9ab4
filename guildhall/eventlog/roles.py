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
_BUSY_PAUSE_SECONDS = 0.002
_IDLE_PAUSE_SECONDS = 0.02
_QUIET_LOOPS_BEFORE_IDLE = 250
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
        quiet = 0
        while not stop.is_set():
            row = direct.execute("select eventlog.sequence_batch(5000)").fetchone()
            quiet = 0 if row is not None and row[0] else quiet + 1
            stop.wait(_BUSY_PAUSE_SECONDS if quiet < _QUIET_LOOPS_BEFORE_IDLE else _IDLE_PAUSE_SECONDS)


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
                for _ in direct.notifies(timeout=_RECONNECT_SECONDS, stop_after=1):
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
