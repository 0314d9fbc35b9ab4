"""The emulator: one object that holds the state, the clock, the hooks and the pump."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.clock import VirtualClock
    from sandbox.store import Store
    from sandbox.stripe.hooks import BeforeRequest, WebhookFilter, WebhookTarget


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
        check_contracts: bool = True,
    ) -> None:
        self.store = store
        self.clock = clock
        self.public_url = public_url.rstrip("/")
        self.secret_key = secret_key
        self.webhook_targets = webhook_targets
        self.check_contracts = check_contracts
        self.before_request: BeforeRequest | None = None
        self.webhook_filter: WebhookFilter | None = None
        self.violations: list[str] = []

    def next_deadline(self) -> datetime | None:
        """When something of the emulator's own falls due next (virtual time), or None."""
        return None

    def advance(self) -> None:
        """Apply everything that is due at the clock's now."""

    def pending_webhooks(self) -> int:
        """How many deliveries have not been answered with a 2xx yet."""
        return 0

    def books(self) -> dict[str, Any]:
        """The emulator's own double-entry books, and the effects per idempotency key and per transfer group."""
        return {}

    async def run(self) -> None:
        """Deliver webhooks and apply what falls due, until cancelled."""
        while True:
            self.advance()
            await asyncio.sleep(0.05)
