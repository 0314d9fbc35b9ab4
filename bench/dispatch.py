"""
Ends of waves: how many cascades a second move on, how late, against one queue job for each timer.

Every cascade has ten open offers and the candidates of its next wave ranked ahead; moving on expires ten offers, looks again
whether each candidate may work and is free, makes ten offers, moves the cascade and publishes a fact, with every key, constraint
and trigger in place. Ranking itself is not in the timed path.
"""

import argparse
import multiprocessing
import multiprocessing.synchronize
import time
from bisect import bisect_right
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import connection, connections

from bench.common import Spent, Target, as_app, percentile, processor, report, say
from bench.dispatch_data import fill, make_due
from bench.dispatch_jobs import one_job_per_timer
from guildhall.matching.invariants import INVARIANTS
from guildhall.timers.commands import Sweeper, sweepers
from guildhall.timers.roles import run_dispatcher

BURST = 20_000
STEADY_PER_SECOND = 500
STEADY_SECONDS = 20
BASELINE_SECONDS = 20
_LOOKS_EVERY_SECONDS = 0.25  # as often as the baseline does
_WAVE_ENDS = "matching.wave_ends"
Batch = tuple[float, float, int]
_processes = multiprocessing.get_context("fork")


def main(arguments: list[str]) -> int:
    """Measure steady load, bursts and the baseline on the same cascades, and say whether the targets hold."""
    parser = argparse.ArgumentParser(prog="guild bench dispatch", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--cascades", type=int, default=100_000, help="how many are open")
    options = parser.parse_args(arguments)
    share = min(1.0, options.cascades / 100_000)
    burst, steady = int(BURST * share), int(STEADY_PER_SECOND * STEADY_SECONDS * share)
    fill(options.cascades)
    results: dict[str, Any] = {"cascades_open": options.cascades, "offers_each": 10, "steady": _steady(steady)}
    for workers in (1, 2):
        results[f"burst_{workers}"] = _burst(burst, workers)
    baselines = {}
    for workers in (1, 2):
        say(f"baseline: one procrastinate job for each timer, {workers} worker(s)")
        baselines[f"procrastinate_{workers}"] = one_job_per_timer(due=burst, seconds=BASELINE_SECONDS, workers=workers)
    results["breaches"] = _breaches()
    return report(
        "dispatch",
        baselines=baselines,
        results=results,
        targets=_targets(results, baselines),
        as_json=options.json,
    )


def _targets(results: dict[str, Any], baselines: dict[str, dict[str, Any]]) -> list[Target]:
    """Compare each with the number of processes that suits it best on this machine."""
    best = max(results[f"burst_{workers}"]["cascades_per_second"] for workers in (1, 2))
    others = max(baseline["jobs_per_second"] for baseline in baselines.values())
    return [
        Target("cascades per second", best, 3_000, "at_least"),
        Target("times one job per timer", best / others, 15, "at_least"),
        Target("lateness p99 at 500/s, ms", results["steady"]["late_p99_ms"], 25, "at_most"),
        Target("breached invariants", results["breaches"], 0, "at_most"),
    ]


def _burst(count: int, workers: int) -> dict[str, Any]:
    """Have so many fall due at one instant, and drain them."""
    say(f"burst: {count} due at once, {workers} dispatcher(s)")
    due_at = make_due(count)
    began = time.time()
    batches, _, spent = _dispatch(workers, until=lambda: not _any_due())
    ended = max(end for _, end, taken in batches if taken)
    late = sorted(_lateness(batches, due_at))
    seconds = ended - began
    return {
        "cascades_per_second": round(count / seconds),
        "seconds": round(seconds, 2),
        "late_p50_ms": round(percentile(late, 0.5)),
        "late_p99_ms": round(percentile(late, 0.99)),
        "processor_seconds_per_cascade": spent.per(count),
    }


def _steady(count: int) -> dict[str, Any]:
    """Have them fall due one after the other, 500 a second, with one dispatcher waiting for each."""
    say(f"steady: {count} at {STEADY_PER_SECOND}/s, 1 dispatcher")
    due_at = make_due(count, per_second=STEADY_PER_SECOND)
    last = max(due_at.values()).timestamp()
    batches, busy, spent = _dispatch(1, until=lambda: time.time() > last and not _any_due())
    late = _lateness(batches, due_at)
    return {
        "cascades_per_second": STEADY_PER_SECOND,
        "cascades": len(late),
        "late_p50_ms": round(percentile(late, 0.5), 1),
        "late_p95_ms": round(percentile(late, 0.95), 1),
        "late_p99_ms": round(percentile(late, 0.99), 1),
        "busy_share": round(busy / (count / STEADY_PER_SECOND), 2),
        "processor_seconds_per_cascade": spent.per(count),
    }


def _dispatch(workers: int, *, until: Callable[[], bool]) -> tuple[list[Batch], float, Spent]:
    """
    Run the dispatcher's own loop in processes until it is done.

    Gives every batch (begin, end, how many), the seconds spent in them, and what they and the database server used of the processor.
    """
    connections.close_all()
    stop = _processes.Event()
    answers = _processes.Queue()
    with processor() as spent:
        started = [_processes.Process(target=_work, args=(stop, answers)) for _ in range(workers)]
        for process in started:
            process.start()
        while not until():
            time.sleep(_LOOKS_EVERY_SECONDS)
        stop.set()
        batches = [batch for _ in started for batch in answers.get(timeout=60)]
        for process in started:
            process.join(timeout=60)
    return batches, sum(end - begin for begin, end, _ in batches), spent


def _work(stop: multiprocessing.synchronize.Event, answers: "multiprocessing.Queue[list[Batch]]") -> None:
    batches: list[Batch] = []
    sweeper = sweepers()[_WAVE_ENDS]

    def timed() -> int:
        begin = time.time()
        taken = sweeper.work()
        batches.append((begin, time.time(), taken))
        return taken

    sweepers()[_WAVE_ENDS] = Sweeper(timed, sweeper.next_due)
    run_dispatcher(stop)  # type: ignore[arg-type]  # a process's event waits like a thread's
    answers.put(batches)


def _lateness(batches: list[Batch], due_at: dict[str, datetime]) -> list[float]:
    """Milliseconds from each deadline to the commit of its batch, which is the one that was running at the fact's instant."""
    with as_app() as database:
        facts = database.execute(
            "select aggregate, occurred_at from eventlog_event where aggregate = any(%s) and version = 2",
            [[f"cascade:{cascade_id}" for cascade_id in due_at]],
        ).fetchall()
    ends = sorted((begin, end) for begin, end, taken in batches if taken)
    late = []
    for aggregate, occurred_at in facts:
        at = occurred_at.timestamp()
        committed = min(end for begin, end in _near(ends, at) if begin <= at <= end)
        late.append((committed - due_at[aggregate.partition(":")[2]].timestamp()) * 1000)
    return late


def _near(ends: list[tuple[float, float]], at: float) -> list[tuple[float, float]]:
    place = bisect_right(ends, (at, float("inf")))
    return ends[max(0, place - 8) : place]


def _any_due() -> bool:
    """Whether there is one: counting thousands of them, again and again, took a quarter of a core from what is measured."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select exists (select from matching_cascade where status = 'live' and expires_at <= timers.clock_now()"
            " and candidates_ready_wave > wave_number)"
        )
        return bool(cursor.fetchone()[0])


def _breaches() -> int:
    found = 0
    with connection.cursor() as cursor:
        cursor.execute("set statement_timeout = 0")
        for invariant in INVARIANTS:
            cursor.execute(invariant.sql)
            found += len(cursor.fetchall())
    return found
