"""
Delivery of facts: how long from publishing to a handler, and how many a second, against one queue job for each subscriber.

Facts are published one to a transaction by two processes, numbered by the sequencer's own loop in a third, and heard by three
subscriptions of the subscribers' own loop in a fourth. A latency runs from just before the publishing statement to the handler.
"""

import argparse
import asyncio
import multiprocessing
import multiprocessing.synchronize
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, LiteralString

import procrastinate
import psycopg
from django.conf import settings
from django.db import connections

from bench.common import Target, as_app, as_owner, percentile, processor, report, say
from guildhall.eventlog import commands
from guildhall.eventlog.commands import ensure_subscriptions, on
from guildhall.eventlog.roles import run_sequencer, run_subscriber
from guildhall.eventlog.types import Event, Fact
from guildhall.kernel.ids import new_id

SUBSCRIPTIONS = ("north", "east", "south")
PRODUCERS = 2
STEADY_PER_SECOND = 1_000
STEADY_SECONDS = 10
BURST_SECONDS = 5
BASELINE_SECONDS = 10
BASELINE_CONCURRENCY = 20
_PUBLISH = """
select eventlog.publish('bench.ticked', 'clock:' || %s, %s, '', 'system:bench', clock_timestamp(),
                        jsonb_build_object('sent', extract(epoch from clock_timestamp())))
"""
_processes = multiprocessing.get_context("fork")
Heard = tuple[str, int, float]


@dataclass(frozen=True, kw_only=True)
class Ticked(Event):
    """What is published; `sent` is the second (Unix time) of its publishing."""

    name: ClassVar[str] = "bench.ticked"
    aggregate_type: ClassVar[str] = "clock"
    sent: float


def main(arguments: list[str]) -> int:
    """Measure steady load, full load and the baseline, and say whether the targets hold."""
    parser = argparse.ArgumentParser(prog="guild bench events", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    commands.subscriptions().clear()
    for name in SUBSCRIPTIONS:
        _subscribe(name)
    ensure_subscriptions()
    say(f"steady: {STEADY_PER_SECOND}/s from {PRODUCERS} producers to {len(SUBSCRIPTIONS)} subscriptions")
    steady = _measure(STEADY_SECONDS, STEADY_PER_SECOND)
    say("as fast as the producers can")
    burst = _measure(BURST_SECONDS, None)
    say("baseline: one procrastinate job for each subscriber of each event")
    baseline = asyncio.run(_jobs())
    return report(
        "events",
        baselines={"procrastinate": baseline},
        results={"steady": steady, "burst": burst},
        targets=[
            Target("latency p50 at 1,000/s, ms", steady["latency_p50_ms"], 5, "at_most"),
            Target(
                "times one job per subscriber",
                burst["deliveries_per_second"] / baseline["deliveries_per_second"],
                5,
                "at_least",
            ),
            Target("skipped", steady["skipped"] + burst["skipped"], 0, "at_most"),
            Target("delivered twice", steady["doubled"] + burst["doubled"], 0, "at_most"),
            Target("out of order within an aggregate", steady["overtaken"] + burst["overtaken"], 0, "at_most"),
        ],
        as_json=options.json,
    )


_heard: list[Heard] = []


def _subscribe(name: str) -> None:
    def listen(event: Ticked, fact: Fact) -> None:
        _heard.append((name, fact.seq, time.time() - event.sent))

    listen.__module__ = f"bench.{name}.handlers"
    on(Ticked)(listen)


def _measure(seconds: float, per_second: int | None) -> dict[str, Any]:
    """Publish for some seconds, wait until all is heard, and count; what it used of the processor has the producers' share in it."""
    connections.close_all()
    stop, answers = _processes.Event(), _processes.Queue()
    log = [
        _processes.Process(target=run_sequencer, args=(stop,)),
        _processes.Process(target=_listen, args=(stop, answers)),
    ]
    with as_app() as database:
        first = _one(database, "select coalesce(max(seq), 0) from eventlog_event")
    with processor() as spent:
        for process in log:
            process.start()
        time.sleep(1.5)
        began = time.time()
        _together(_produce, [(number, seconds, per_second) for number in range(PRODUCERS)])
        produced_for = time.time() - began
        _wait_until_heard()
        heard_for = time.time() - began
        stop.set()
        heard: list[Heard] = answers.get(timeout=60)
        for process in log:
            process.join(timeout=30)
    figures = _figures([item for item in heard if item[1] > first], first, produced_for, heard_for)
    return {**figures, "processor_seconds_per_1000_facts": spent.per(figures["facts"] / 1000)}


def _figures(heard: list[Heard], first: int, produced_for: float, heard_for: float) -> dict[str, Any]:
    with as_app() as database:
        facts: dict[int, str] = dict(
            database.execute(
                "select seq, (aggregate, version)::text from eventlog_event where seq > %s and name = 'bench.ticked'",
                [first],
            ).fetchall()
        )
    times = Counter((name, seq) for name, seq, _ in heard)
    late = [latency * 1000 for _, _, latency in heard]
    return {
        "facts": len(facts),
        "facts_per_second": round(len(facts) / produced_for),
        "deliveries_per_second": round(len(heard) / heard_for),
        "latency_p50_ms": round(percentile(late, 0.5), 2),
        "latency_p95_ms": round(percentile(late, 0.95), 2),
        "latency_p99_ms": round(percentile(late, 0.99), 2),
        "skipped": len(facts) * len(SUBSCRIPTIONS) - len(times),
        "doubled": sum(count - 1 for count in times.values()),
        "overtaken": _overtaken(heard, facts),
    }


def _overtaken(heard: list[Heard], facts: dict[int, str]) -> int:
    """How many facts came after a later one of the same aggregate, in the same subscription."""
    latest: dict[tuple[str, str], int] = {}
    found = 0
    for name, seq, _ in heard:
        aggregate, _, version = facts[seq].strip("()").rpartition(",")
        found += int(version) < latest.get((name, aggregate), 0)
        latest[name, aggregate] = int(version)
    return found


def _listen(stop: multiprocessing.synchronize.Event, answers: "multiprocessing.Queue[list[Heard]]") -> None:
    run_subscriber(stop)  # type: ignore[arg-type]  # a process's event waits like a thread's
    answers.put(_heard)


def _produce(number: int, seconds: float, per_second: int | None) -> None:
    """Publish one fact to a transaction: evenly, or as fast as it goes."""
    aggregates = [str(new_id()) for _ in range(10)]
    with as_app() as database:
        began = time.monotonic()
        turn = 0
        while (now := time.monotonic() - began) < seconds:
            if per_second is not None and (early := turn * PRODUCERS / per_second - now) > 0:
                time.sleep(early)
                continue
            database.execute(_PUBLISH, [aggregates[turn % 10], turn // 10 + 1])
            turn += 1


def _together(work: Callable[..., None], arguments: list[tuple[Any, ...]]) -> None:
    started = [_processes.Process(target=work, args=values) for values in arguments]
    for process in started:
        process.start()
    for process in started:
        process.join()


def _wait_until_heard() -> None:
    with as_app() as database:
        while _one(
            database,
            """select (select count(*) from eventlog_pending)
               + (select sum(h.position - s.position) from eventlog_sequencer_head h, eventlog_subscription s where s.name = any(%s))""",
            [list(SUBSCRIPTIONS)],
        ):
            time.sleep(0.02)


async def _jobs() -> dict[str, Any]:
    """Enqueue, with each fact, a job for each subscriber, and work them off at the same time, for some seconds."""
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=settings.DIRECT_DATABASE_URL))
    done = 0
    async with app.open_async():

        @app.task(name="bench.hear", queue="bench")
        async def hear(subscriber: str, sent: float) -> None:
            nonlocal done
            done += 1

        worker = asyncio.create_task(
            app.run_worker_async(
                queues=["bench"],
                concurrency=BASELINE_CONCURRENCY,
                install_signal_handlers=False,
                fetch_job_polling_interval=0.05,
            )
        )
        producers = [_processes.Process(target=_enqueue, args=(BASELINE_SECONDS,)) for _ in range(PRODUCERS)]
        began = time.monotonic()
        for producer in producers:
            producer.start()
        while time.monotonic() - began < BASELINE_SECONDS:
            await asyncio.sleep(0.1)
        figures = {
            "deliveries_per_second": round(done / (time.monotonic() - began), 1),
            "concurrency": BASELINE_CONCURRENCY,
        }
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
        for producer in producers:
            producer.join()
    with as_owner() as owner:
        owner.execute("delete from procrastinate_jobs where queue_name = 'bench'")
    return figures


def _enqueue(seconds: float) -> None:
    """Insert the jobs of one fact in one transaction, through procrastinate's own function."""
    with as_app() as database:
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            with database.transaction():
                for name in SUBSCRIPTIONS:
                    database.execute(
                        """insert into procrastinate_jobs (queue_name, task_name, args)
                           values ('bench', 'bench.hear', jsonb_build_object('subscriber', %s::text, 'sent', 0))""",
                        [name],
                    )


def _one(database: psycopg.Connection[Any], statement: LiteralString, values: list[Any] | None = None) -> int:
    row = database.execute(statement, values).fetchone()
    return int(row[0]) if row and row[0] is not None else 0
