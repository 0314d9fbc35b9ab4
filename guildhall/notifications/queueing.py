"""
Jobs of messages: one lock each, so that a message is never sent by two workers at once; offers go ahead of mails.

What waited for the morning has one job, and one lock, for a person's messages of a channel; what the vendor or a switch puts off leaves that line.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from procrastinate.contrib.django import app as jobs
from procrastinate.jobs import Job
from procrastinate.utils import utcnow

TASK = "notifications.send"
IN_ORDER = "notifications.send_in_order"
_URGENT = ("urgent", 10)
_ORDINARY = ("notifications", -10)


@dataclass(frozen=True)
class Waiting:
    """A message that wants to be sent."""

    id: UUID
    is_time_critical: bool


def defer(messages: Collection[Waiting], *, after_seconds: int = 0) -> None:
    """Have the worker send messages, a job each, written in the open transaction. Once too often is harmless."""
    if messages:
        jobs.job_manager.batch_defer_jobs([_job(message, after_seconds) for message in messages])


def defer_in_order(lines: Mapping[str, Sequence[UUID]]) -> None:
    """
    Have the worker send the messages of each line one after the other: a job for each, written in the open transaction.

    :param lines: messages in their order, by whom and how they reach. A line's next job waits for the one before.
    """
    queue, priority = _ORDINARY
    made = [
        Job(
            queue=queue,
            priority=priority,
            lock=f"line:{line}",
            queueing_lock=None,
            task_name=IN_ORDER,
            task_kwargs={"message_ids": [str(message_id) for message_id in message_ids]},
        )
        for line, message_ids in lines.items()
    ]
    if made:
        jobs.job_manager.batch_defer_jobs(made)


def _job(message: Waiting, after_seconds: int) -> Job:
    queue, priority = _URGENT if message.is_time_critical else _ORDINARY
    return Job(
        queue=queue,
        priority=priority,
        lock=f"message:{message.id}",
        queueing_lock=None,
        task_name=TASK,
        task_kwargs={"message_id": str(message.id)},
        scheduled_at=utcnow() + timedelta(seconds=after_seconds) if after_seconds else None,
    )
