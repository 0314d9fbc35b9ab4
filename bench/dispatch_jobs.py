"""The baseline of `bench/dispatch.py`: one procrastinate job for each timer, doing the same to one cascade in one transaction."""

import asyncio
import multiprocessing
import time
from typing import Any

import procrastinate
from django.conf import settings
from django.db import connections
from psycopg_pool import AsyncConnectionPool

from bench.common import as_app, as_owner, processor
from bench.dispatch_data import make_due, put_off

CONCURRENCY = 20
_processes = multiprocessing.get_context("fork")
_QUEUE = "bench"
_TASK = "bench.end_wave"
_JOBS = """
insert into procrastinate_jobs (queue_name, task_name, args, scheduled_at)
select %s, %s, jsonb_build_object('cascade_id', id), expires_at from matching_cascade where wave_number = 1 and status = 'live'
"""
_END_WAVE = """
select matching.advance(array_agg(due.id)) from (
  select id from matching_cascade where id = %s and status = 'live' and expires_at <= timers.clock_now() for update
) due having count(*) > 0
"""


def one_job_per_timer(*, due: int, seconds: float, workers: int) -> dict[str, Any]:
    """Queue a job for the deadline of every cascade that is in its first wave, so many of them due now, and work for some seconds."""
    make_due(due)
    with as_owner() as owner:
        owner.execute(_JOBS, [_QUEUE, _TASK])
        owner.execute("vacuum analyze procrastinate_jobs")
    connections.close_all()
    began = time.monotonic()
    with processor() as spent:
        started = [_processes.Process(target=_worker, args=(seconds,)) for _ in range(workers)]
        for process in started:
            process.start()
        for process in started:
            process.join()
    took = time.monotonic() - began
    with as_app() as database:
        row = database.execute("select count(*) from procrastinate_jobs where status = 'succeeded'").fetchone()
        done = int(row[0]) if row else 0
        database.execute("delete from procrastinate_jobs")
    put_off()
    return {
        "workers": workers,
        "jobs_per_second": round(done / took, 1),
        "done": done,
        "due": due,
        "seconds": round(took, 1),
        "concurrency": CONCURRENCY,
        "processor_seconds_per_job": spent.per(done),
    }


def _worker(seconds: float) -> None:
    asyncio.run(_work(seconds))


async def _work(seconds: float) -> None:
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=settings.DIRECT_DATABASE_URL))
    async with (
        AsyncConnectionPool(
            settings.DIRECT_DATABASE_URL, min_size=CONCURRENCY, max_size=CONCURRENCY, open=False
        ) as pool,
        app.open_async(),
    ):

        @app.task(name=_TASK, queue=_QUEUE)
        async def end_wave(cascade_id: str) -> None:
            async with pool.connection() as database:
                await database.execute(_END_WAVE, [cascade_id])

        began = time.monotonic()
        worker = asyncio.create_task(
            app.run_worker_async(
                queues=[_QUEUE],
                concurrency=CONCURRENCY,
                wait=True,
                install_signal_handlers=False,
                listen_notify=False,
                fetch_job_polling_interval=0.1,
            )
        )
        while time.monotonic() - began < seconds and await _left(pool):
            await asyncio.sleep(0.25)
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)


async def _left(pool: AsyncConnectionPool) -> bool:
    async with pool.connection() as database:
        cursor = await database.execute(
            "select exists (select from procrastinate_jobs where status = 'todo' and scheduled_at <= now())"
        )
        row = await cursor.fetchone()
        return bool(row and row[0])
