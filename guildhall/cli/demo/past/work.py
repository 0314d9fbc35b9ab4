"""
The worker of a past: what commands have put off is done at once.

Calls to the vendor are real calls to its emulator. Mails and text messages are not among it (`telling`).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import connection
from procrastinate.contrib.django import app as jobs

from guildhall.cli.demo.past.clocks import Delivery, SystemClock, VendorClock
from guildhall.cli.demo.past.telling import LETTER
from guildhall.payments.commands.hearing import handle_webhook
from guildhall.payments.types import Endpoint

_AT_ONCE = 200
# The others say what the answers to our own calls have said already.
NEWS = frozenset({"checkout.session.completed", "payout.paid", "payout.failed"})
"""The vendor's events that a past has to hear, besides thin ones."""
_ENDPOINTS: dict[str, Endpoint] = {"platform": "platform", "connect": "connect", "thin": "thin"}
_AT_EVERY_START = "payments.keep_held_money"


@dataclass(frozen=True)
class Batch:
    """Jobs that were taken: their numbers, names and arguments."""

    jobs: list[tuple[int, str, dict[str, Any]]]

    def calls(self) -> list[Callable[[], object]]:
        """What is to be done, in pieces that stand for themselves."""
        return [partial(_call, name, args) for _, name, args in self.jobs]

    def finish(self) -> None:
        """Count them as done."""
        with connection.cursor() as cursor:
            cursor.execute(
                "delete from procrastinate_jobs where id = any(%s)", [[number for number, _, _ in self.jobs]]
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
        endpoint = _ENDPOINTS[delivery.target]
        if endpoint != "thin" and delivery.type not in NEWS:
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
            where status = 'todo' and (scheduled_at is null or scheduled_at <= now()) and task_name <> %s
            order by priority desc, id limit %s
            """,
            [LETTER, _AT_ONCE],
        )
        return [(job_id, name, json.loads(args)) for job_id, name, args in cursor.fetchall()]
