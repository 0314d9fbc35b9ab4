"""
The worker of a past: what commands have put off is done at once.

Calls to the vendor are real calls to its emulator. Mail and text messages are only written down as sent.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import connection, transaction
from procrastinate.contrib.django import app as jobs

from guildhall.cli.demo.past.clocks import Delivery, SystemClock, VendorClock
from guildhall.notifications.queueing import TASK as SEND
from guildhall.payments.commands.hearing import handle_webhook
from guildhall.payments.types import Endpoint

_AT_ONCE = 200
# The others say what the answers to our own calls have said already.
_NEWS: dict[str, tuple[Endpoint, Callable[[str], bool]]] = {
    "platform": ("platform", lambda kind: kind == "checkout.session.completed"),
    "connect": ("connect", lambda kind: kind in {"payout.paid", "payout.failed"}),
    "thin": ("thin", lambda _: True),
}
_AT_EVERY_START = "payments.keep_held_money"


@dataclass(frozen=True)
class Batch:
    """Jobs that were taken: their numbers, names and arguments."""

    jobs: list[tuple[int, str, dict[str, Any]]]

    def calls(self) -> list[Callable[[], object]]:
        """What is to be done, in pieces that stand for themselves; the mails and messages are one of them."""
        letters = [str(args["message_id"]) for _, name, args in self.jobs if name == SEND]
        others = [partial(_call, name, args) for _, name, args in self.jobs if name != SEND]
        return [*others, *([partial(_write_down_as_sent, letters)] if letters else [])]

    @property
    def asks_vendor(self) -> bool:
        """Whether any of them may."""
        return any(name != SEND for _, name, _ in self.jobs)

    def finish(self) -> None:
        """Count them as done."""
        with connection.cursor() as cursor:
            cursor.execute(
                "delete from procrastinate_jobs where id = any(%s)", [[job_id for job_id, _, _ in self.jobs]]
            )


class Worker:
    """Gives jobs and hears the vendor."""

    def __init__(self, clock: SystemClock, vendor: VendorClock) -> None:
        self._clock = clock
        self._vendor = vendor

    def begin(self) -> None:
        """Do what a worker does when it starts."""
        self.hear()
        _call(_AT_EVERY_START, {"timestamp": 0})

    def take(self) -> Batch:
        """Take what is to be done now, the most urgent first."""
        return Batch(_take())

    def prepare(self) -> None:
        """Have the vendor's clock where ours is, before it is asked anything."""
        if self._vendor.at != self._clock.now:
            self.hear()

    def hear(self) -> int:
        """Take the emulators to the clock's now and hear what they tell; says how much was news."""
        return sum(self._hear(delivery) for delivery in self._vendor.go(self._clock.now))

    def arrive(self) -> int:
        """Hear the last of the past."""
        return sum(self._hear(delivery) for delivery in self._vendor.arrive())

    def _hear(self, delivery: Delivery) -> bool:
        endpoint, is_news = _NEWS[delivery.target]
        if not is_news(delivery.type):
            return False
        raw = delivery.body.encode()
        handle_webhook(endpoint=endpoint, raw=raw, signature=delivery.signature, at=self._clock.now)
        return True


def _call(name: str, args: dict[str, Any]) -> None:
    work: Callable[..., Any] = jobs.tasks[name]
    work(**args)


def _take() -> list[tuple[int, str, dict[str, Any]]]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select id, task_name, args from procrastinate_jobs
            where status = 'todo' and (scheduled_at is null or scheduled_at <= now()) order by priority desc, id limit %s
            """,
            [_AT_ONCE],
        )
        return [(job_id, name, json.loads(args)) for job_id, name, args in cursor.fetchall()]


@transaction.atomic
def _write_down_as_sent(message_ids: Collection[str]) -> None:
    """Walk messages along the arrows of `notifications.lifecycle`; text messages only of people who have agreed to them."""
    if not message_ids:
        return
    ids = list(message_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            update notifications_outgoing_message m set status = 'dropped', reason = 'no_consent', next_try_at = null
            where id = any(%s::uuid[]) and status = 'queued' and channel = 'sms' and not coalesce((
              select c.is_given from identity_consent c where c.account_id = m.recipient_id and c.kind = 'sms_offers'
              order by c.id desc limit 1), false)
            """,
            [ids],
        )
        cursor.execute(
            """
            update notifications_outgoing_message
            set status = 'sending', attempts = 1, has_consent = channel = 'sms', first_tried_at = timers.clock_now()
            where id = any(%s::uuid[]) and status = 'queued'
            """,
            [ids],
        )
        cursor.execute(
            """
            update notifications_outgoing_message
            set status = 'sent', sent_at = timers.clock_now(), vendor_ref = 'past-' || id, next_try_at = null
            where id = any(%s::uuid[]) and status = 'sending'
            """,
            [ids],
        )
