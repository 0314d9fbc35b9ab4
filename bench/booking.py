"""
Acceptance: how many providers a second get a job through `accept_offer`, against pgbench on the statement it comes down to.

Eight processes with a connection each call the command as the edge does (permission, locks, reservation, facts, timers, all
constraints and triggers). pgbench sends the same statement, prepared, from eight clients, on jobs of the same kind.
"""

import argparse
import multiprocessing
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection, connections, transaction

from bench.booking_data import BOOKINGS, fill
from bench.common import Target, as_app, percentile, report, say
from guildhall.bookings.commands import accept_offer
from guildhall.cli.cluster import find_binaries
from guildhall.kernel.actors import Actor
from guildhall.timers.queries import clock_now

PROCESSES = 8
SECONDS = 6
_SCRIPT = """
\\set i :i + 1
\\set n :client_id * {each} + :i
select outcome from bench_offer o, bookings.accept_offer(o.offer_id, o.provider_id, 'provider:' || o.provider_id, timers.clock_now())
where o.n = :n + {first};
"""
_processes = multiprocessing.get_context("fork")


def main(arguments: list[str]) -> int:
    """Measure both on fresh offers, and say whether the targets hold."""
    parser = argparse.ArgumentParser(prog="guild bench booking", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    fill()
    half = BOOKINGS // 2
    say(f"accept_offer in {PROCESSES} processes")
    command = _command(first=0, count=half)
    say(f"pgbench, {PROCESSES} clients, the statement itself")
    baseline = _pgbench(first=half, count=half)
    overlaps = _overlaps()
    return report(
        "booking",
        baselines={"pgbench": baseline},
        results={"accept_offer": command, "overlaps": overlaps},
        targets=[
            Target(
                "share of pgbench on the literal statement",
                command["accepted_per_second"] / baseline["accepted_per_second"],
                0.5,
                "at_least",
            ),
            Target("overlapping reservations", overlaps, 0, "at_most"),
        ],
        as_json=options.json,
    )


def _command(*, first: int, count: int) -> dict[str, Any]:
    with as_app() as database:
        offers = database.execute(
            "select offer_id, provider_id from bench_offer where n > %s and n <= %s order by n", [first, first + count]
        ).fetchall()
    connections.close_all()
    answers = _processes.Queue()
    share = len(offers) // PROCESSES
    barrier = _processes.Barrier(PROCESSES)
    started = [
        _processes.Process(target=_accept, args=(offers[place * share : (place + 1) * share], barrier, answers))
        for place in range(PROCESSES)
    ]
    for process in started:
        process.start()
    results: list[tuple[float, list[float]]] = [answers.get(timeout=120) for _ in started]
    for process in started:
        process.join()
    times = [one for _, milliseconds in results for one in milliseconds]
    return {
        "accepted": len(times),
        "accepted_per_second": round(sum(len(milliseconds) / seconds for seconds, milliseconds in results)),
        "p50_ms": round(percentile(times, 0.5), 2),
        "p99_ms": round(percentile(times, 0.99), 2),
    }


def _accept(offers: list[tuple[UUID, UUID]], barrier: Any, answers: Any) -> None:
    """Accept one offer after the other, in a transaction each, as the edge does."""
    connection.ensure_connection()
    barrier.wait()
    milliseconds = []
    began = time.perf_counter()
    for offer_id, provider_id in offers:
        start = time.perf_counter()
        if start - began > SECONDS:
            break
        with transaction.atomic():
            accept_offer(offer_id=offer_id, by=Actor.provider(provider_id), at=clock_now())
        milliseconds.append((time.perf_counter() - start) * 1000)
    answers.put((time.perf_counter() - began, milliseconds))


def _pgbench(*, first: int, count: int) -> dict[str, Any]:
    settings = connection.settings_dict
    before = _confirmed()
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(_SCRIPT.format(each=count // PROCESSES, first=first))
        script.flush()
        command = [str(find_binaries() / "pgbench"), "--no-vacuum", "--protocol", "prepared", "--define", "i=0"]
        command += ["--client", str(PROCESSES), "--jobs", "2", "--time", str(SECONDS), "--file", script.name]
        command += ["--host", settings["HOST"], "--port", str(settings["PORT"]), "--username", settings["USER"]]
        began = time.perf_counter()
        subprocess.run([*command, settings["NAME"]], check=True, capture_output=True, cwd=Path("/"))
        took = time.perf_counter() - began
    accepted = _confirmed() - before
    return {"accepted": accepted, "accepted_per_second": round(accepted / took)}


def _confirmed() -> int:
    with as_app() as database:
        row = database.execute("select count(*) from bookings_booking where status = 'confirmed'").fetchone()
    return int(row[0]) if row else 0


def _overlaps() -> int:
    with as_app() as database:
        row = database.execute(
            """select count(*) from scheduling_reservation a join scheduling_reservation b
               on a.provider_id = b.provider_id and a.id < b.id and a.planned && b.planned
               where a.status = 'active' and b.status = 'active'"""
        ).fetchone()
    return int(row[0]) if row else 0
