"""The worker of the tests, for messages only: what waits is sent in the test's own thread."""

import json
from typing import Any
from uuid import UUID

from django.db import connection
from procrastinate.contrib.django import app as procrastinate

from guildhall.eventlog import delivery
from guildhall.identity.commands import record_consent, withdraw_consent
from guildhall.identity.types import ConsentKind
from guildhall.notifications.models import OutgoingMessage
from guildhall.timers.firing import sweep
from guildhall.timers.queries import clock_now
from tests.given_people import Person


def agree_to_sms(person: Person) -> None:
    """Tick the box."""
    record_consent(
        account_id=person.id,
        kind=ConsentKind.SMS_OFFERS,
        text_version="2026-11",
        channel="web",
        by=person.actor,
        at=clock_now(),
    )


def withdraw_sms(person: Person) -> None:
    """Untick it."""
    withdraw_consent(account_id=person.id, kind=ConsentKind.SMS_OFFERS, channel="web", by=person.actor, at=clock_now())


def messages(**filters: Any) -> list[OutgoingMessage]:
    """The messages, in the order they were queued."""
    return list(OutgoingMessage.objects.filter(**filters).order_by("queued_at", "id"))


def message(**filters: Any) -> OutgoingMessage:
    """The only message of its kind."""
    (only,) = messages(**filters)
    return only


def cells(**filters: Any) -> list[tuple[str, str, str]]:
    """Who was told of what by which channel, sorted."""
    return sorted((one.event_name, one.role, one.channel) for one in messages(**filters))


def jobs(*, later: bool = False) -> list[tuple[UUID, str, int]]:
    """
    Jobs of messages in the order the worker takes them: message, queue, priority; those for a later try only when asked.

    Of messages that are sent one after the other there is a job of the first.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select coalesce(args ->> 'message_id', args -> 'message_ids' ->> 0)::uuid, queue_name, priority
            from procrastinate_jobs
            where task_name like 'notifications.send%%' and status = 'todo' and (%s or scheduled_at is null)
            order by priority desc, id
            """,
            [later],
        )
        return [tuple(row) for row in cursor.fetchall()]


def forget_jobs() -> None:
    """Let the jobs that wait be done by nobody: what the test asks for next stands alone."""
    with connection.cursor() as cursor:
        cursor.execute("delete from procrastinate_jobs where task_name like 'notifications.send%'")


def tell() -> None:
    """Deliver what happened, and queue its messages."""
    delivery.drain()


def send_all(*, later: bool = False) -> int:
    """Deliver, then send what waits until nothing is left; says how many jobs were done."""
    done = 0
    delivery.drain()
    while waiting := jobs(later=later):
        message_id = waiting[0][0]
        for task, arguments in _taken(message_id):
            procrastinate.tasks[task](**arguments)
        done += 1
        delivery.drain()
    return done


def _taken(message_id: UUID) -> list[tuple[str, dict[str, Any]]]:
    """Take the jobs of a message: what is to be called with what."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            delete from procrastinate_jobs
            where task_name like 'notifications.send%%' and %s in (args ->> 'message_id', args -> 'message_ids' ->> 0)
            returning task_name, args
            """,
            [str(message_id)],
        )
        return [(task, json.loads(arguments)) for task, arguments in cursor.fetchall()]


def past_and_sent() -> None:
    """Start from an empty desk: everything that happened so far was told, and its jobs are gone."""
    delivery.drain()
    sweep()
    delivery.drain()
    forget_jobs()
    OutgoingMessage.objects.filter(status="queued").update(status="dropped", reason="before the test")
