"""The emulator: one object that holds the state, the clock, the hooks and the pump."""

from __future__ import annotations

import asyncio
import json
import os
import time
from typing import TYPE_CHECKING, Any

import httpx

from sandbox import contracts
from sandbox.stripe import books, deadlines
from sandbox.stripe.desk import Desk
from sandbox.stripe.webhooks import Courier

if TYPE_CHECKING:
    from datetime import datetime

    from sandbox.clock import VirtualClock
    from sandbox.store import Store
    from sandbox.stripe.hooks import BeforeRequest, WebhookFilter, WebhookTarget

_TICK_SECONDS = 0.05
# While a past is lived nothing is sent by itself, and each step of it looks for what is due.
_TICK_SECONDS_IN_PAST = 0.5
_RECEIVER_SECONDS = 10.0


class StripeEmulator:
    """A Stripe account (the platform), its connected accounts and everything they own."""

    def __init__(
        self,
        store: Store,
        clock: VirtualClock,
        *,
        public_url: str,
        secret_key: str,
        webhook_targets: list[WebhookTarget],
        check_contracts: bool | None = None,
    ) -> None:
        """
        Open the account whose state is in the store.

        :param public_url: where visitors reach the hosted pages.
        :param check_contracts: also hold the emulator's own answers and events against the contract, which takes some
            milliseconds each; None does so when SANDBOX_CHECK_CONTRACTS is 1. Requests are always checked.
        """
        if check_contracts is None:
            check_contracts = os.environ.get("SANDBOX_CHECK_CONTRACTS") == "1"
        self.secret_key = secret_key
        self.before_request: BeforeRequest | None = None
        contract = contracts.load(contracts.STRIPE)
        self.desk = Desk(store, clock, contract, public_url.rstrip("/"), webhook_targets, check_contracts)
        self.running_keys: set[str] = set()
        self._courier = Courier(self.desk)

    @property
    def violations(self) -> list[str]:
        """Where the emulator itself broke the contract, or broke down; empty when all is well."""
        return self.desk.violations

    @property
    def webhook_filter(self) -> WebhookFilter | None:
        """Decides how often and how late an event is delivered; None delivers each once, at once."""
        return self.desk.webhook_filter

    @webhook_filter.setter
    def webhook_filter(self, decide: WebhookFilter | None) -> None:
        self.desk.webhook_filter = decide

    def next_deadline(self) -> datetime | None:
        """When something of the emulator's own falls due next (virtual time), or None."""
        return deadlines.upcoming(self.desk)

    def advance(self) -> None:
        """Apply everything that is due at the clock's now."""
        deadlines.apply_due(self.desk)

    def pending_webhooks(self) -> int:
        """How many deliveries have not been answered with a 2xx yet."""
        return self._courier.pending()

    def held_webhooks(self) -> list[dict[str, Any]]:
        """The deliveries that wait to be fetched while the clock is in the past, signed: id, target, type, body, signature."""
        return [
            {
                **{name: one[name] for name in ("id", "target", "body", "signature")},
                "type": json.loads(one["body"])["type"],
            }
            for one in self._courier.held()
        ]

    def tell_only(self, types: frozenset[str] | None) -> None:
        """Have nobody told of v1 events but these: they count as delivered. None: tell of all."""
        self.desk.news = types

    def note_taken(self, delivery_id: str) -> None:
        """Remember that a fetched delivery was taken."""
        self._courier.note_taken(delivery_id)

    def books(self) -> dict[str, Any]:
        """The emulator's own double-entry books, and the effects per idempotency key and per transfer group."""
        return books.summary(self.desk)

    async def run(self) -> None:
        """Deliver webhooks and apply what falls due, until cancelled."""
        async with (
            httpx.AsyncClient(timeout=_RECEIVER_SECONDS, trust_env=False) as client,
            asyncio.TaskGroup() as group,
        ):
            known, deadline, delivery = -1, None, None
            while True:
                # Nothing is asked of the store while nothing in it has changed: this goes on all day.
                if known != self.desk.store.changes:
                    known = self.desk.store.changes
                    deadline, delivery = self.next_deadline(), self._courier.next_at()
                if deadline is not None and deadline <= self.desk.clock.now():
                    self.advance()
                if delivery is not None and delivery <= time.time():
                    self._courier.start_due(client, group)
                is_past = self.desk.clock.offset_seconds < 0
                await self._courier.rest(_TICK_SECONDS_IN_PAST if is_past else _TICK_SECONDS)
