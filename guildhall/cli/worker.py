"""The worker role: network side effects and heavy work, taken from the job table."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import procrastinate
from asgiref.sync import sync_to_async
from django.db import close_old_connections, connections
from procrastinate.contrib.django import app as jobs
from procrastinate.jobs import Status
from procrastinate.manager import JobManager
from procrastinate.retry import BaseRetryStrategy, RetryDecision

from guildhall.kernel.outages import is_outage

if TYPE_CHECKING:
    from procrastinate import App, JobContext
    from procrastinate.jobs import Job
    from procrastinate.worker import Worker

log = logging.getLogger("guildhall.worker")
_CONCURRENCY = 8
_URGENT_CONCURRENCY = 2
_THREADS = _CONCURRENCY + _URGENT_CONCURRENCY
_URGENT = "urgent"
_AT_EVERY_START = "payments.keep_held_money"
_HEARTBEAT_SECONDS = 5.0
_DEAD_AFTER_SECONDS = 15.0
_RECOVER_EVERY_SECONDS = 5.0
_POLL_SECONDS = 1.0
_FINISH_SECONDS = 8.0
_RECONNECT_SECONDS = 0.5
_TRIES_MAX = 20
_PAUSE_SECONDS_MAX = 30


class AfterAnOutage(BaseRetryStrategy):
    """A job that the database left in the lurch is done again: at once, then after 1, 2 ... 30 seconds, twenty times at most."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """Say when to try again; None when the fault is the job's own."""
        if not is_outage(exception) or job.attempts >= _TRIES_MAX:
            return None
        return RetryDecision(retry_in={"seconds": min(job.attempts, _PAUSE_SECONDS_MAX)})


class TwinsDoTheWork(JobManager):
    """A job that is to be done again while its twin (the same queueing lock) waits already leaves the work to the twin."""

    async def retry_job(self, job: Job, *args: Any, **kwargs: Any) -> None:
        """Let the job wait again; it is deleted when its twin waits."""
        try:
            await super().retry_job(job, *args, **kwargs)
        except procrastinate.exceptions.UniqueViolation:
            if job.queueing_lock is None:
                raise
            log.info("%s (job %s) is left to its twin", job.task_name, job.id)
            await self.finish_job(job, Status.FAILED, delete_job=True)


def run_worker(stop: threading.Event) -> None:
    """
    Do jobs until `stop` is set; running ones may finish.

    A job whose worker died is taken again within 20 s, one that lost its database at once: jobs may run twice and carry an
    idempotency key.
    """
    for task in jobs.tasks.values():
        task.retry_strategy = task.retry_strategy or AfterAnOutage()
    while not stop.is_set():
        try:
            asyncio.run(_work_until(stop))
        except (procrastinate.exceptions.ConnectorException, OSError) as error:
            log.warning("worker: the database is away, trying again (%s)", error.__cause__ or error)
            stop.wait(_RECONNECT_SECONDS)


async def _work_until(stop: threading.Event) -> None:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_THREADS, thread_name_prefix="job"))
    # procrastinate's own bookkeeping goes through Django's connection of one helper thread, which nobody else renews.
    await sync_to_async(connections.close_all)()
    app = jobs.with_connector(jobs.connector.get_worker_connector())  # type: ignore[attr-defined]  # Django's connector has it, its base class does not
    app.job_manager = TwinsDoTheWork(app.connector)
    async with app.open_async():
        with suppress(procrastinate.exceptions.AlreadyEnqueued):
            await app.configure_task(_AT_EVERY_START, queueing_lock=_AT_EVERY_START).defer_async(timestamp=0)
        tasks = [
            asyncio.create_task(_work(app, slots=_CONCURRENCY)),
            asyncio.create_task(_work(app, queues=[_URGENT], slots=_URGENT_CONCURRENCY)),
            asyncio.create_task(_recover_jobs_of_the_dead(app)),
            asyncio.create_task(_wait_for(stop)),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
            await _close_connections_of_threads()
        for result in results:
            if isinstance(result, Exception):
                raise result


async def _work(app: App, *, slots: int, **only: Any) -> None:
    """Do jobs of some queues, or of all. What is urgent has slots of its own, so that no slow mail stands before an offer."""
    await app.run_worker_async(
        **only,
        concurrency=slots,
        fetch_job_polling_interval=_POLL_SECONDS,
        update_heartbeat_interval=_HEARTBEAT_SECONDS,
        stalled_worker_timeout=_DEAD_AFTER_SECONDS,
        shutdown_graceful_timeout=_FINISH_SECONDS,
        delete_jobs="successful",
        install_signal_handlers=False,
        task_middleware=[_with_a_live_connection],
    )


def _with_a_live_connection(call_next: Callable[[], Any], _context: JobContext, _worker: Worker) -> Any:
    """Threads outlive the database: without this, one restart would fail every later job of the thread."""
    close_old_connections()
    try:
        return call_next()
    finally:
        close_old_connections()


async def _close_connections_of_threads() -> None:
    """Each thread has a connection that only it may close: let all of them do it at once."""
    together = threading.Barrier(_THREADS)
    leaving = [asyncio.to_thread(_close_connections, together) for _ in range(_THREADS)]
    await asyncio.gather(*leaving)


def _close_connections(together: threading.Barrier) -> None:
    with suppress(threading.BrokenBarrierError):  # A job that does not end keeps its thread; the others go on.
        together.wait(timeout=1)
    connections.close_all()


async def _recover_jobs_of_the_dead(app: App) -> None:
    """Not a job itself: it must go on when every slot is taken."""
    while True:
        await app.job_manager.prune_stalled_workers(_DEAD_AFTER_SECONDS)
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=_DEAD_AFTER_SECONDS):
            log.warning("taking up %s (job %s) again: its worker is gone", job.task_name, job.id)
            await app.job_manager.retry_job(job)
        await asyncio.sleep(_RECOVER_EVERY_SECONDS)


async def _wait_for(stop: threading.Event) -> None:
    while not stop.is_set():
        await asyncio.sleep(0.1)
