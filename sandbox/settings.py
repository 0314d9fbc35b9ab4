"""Where the sandbox listens, whom it tells, and the secrets it shares with guildhall."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sandbox.stripe import WebhookTarget

# What counts when the launcher names no secret. They open nothing: no vendor knows them.
DEFAULTS: Final = {
    "STRIPE_SECRET_KEY": "sk_test_sandbox",
    "STRIPE_WEBHOOK_SECRET": "whsec_sandbox_platform",
    "STRIPE_CONNECT_WEBHOOK_SECRET": "whsec_sandbox_connect",
    "STRIPE_THIN_WEBHOOK_SECRET": "whsec_sandbox_thin",
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 31 + "1",
    "TWILIO_AUTH_TOKEN": "sandbox-twilio-token",
}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """
    One sandbox.

    :param guildhall_url: where guildhall is reached.
    :param guildhall_public_url: what guildhall believes its address is.
    """

    public_url: str
    guildhall_url: str
    guildhall_public_url: str
    environment: Mapping[str, str]

    def secret(self, name: str) -> str:
        """A secret by its variable's name; the default when it is not set."""
        return self.environment.get(name) or DEFAULTS[name]

    @property
    def stripe_targets(self) -> list[WebhookTarget]:
        """Guildhall's three Stripe endpoints, each with its own secret."""
        stripe = f"{self.guildhall_url}/webhooks/stripe"
        return [
            WebhookTarget("platform", stripe, self.secret("STRIPE_WEBHOOK_SECRET"), self._enabled("platform")),
            WebhookTarget(
                "connect", f"{stripe}/connect", self.secret("STRIPE_CONNECT_WEBHOOK_SECRET"), self._enabled("connect")
            ),
            WebhookTarget("thin", f"{stripe}/thin", self.secret("STRIPE_THIN_WEBHOOK_SECRET"), self._enabled("thin")),
        ]

    def _enabled(self, endpoint: str) -> frozenset[str]:
        """The events that an endpoint was set up for: `SANDBOX_STRIPE_EVENTS` is JSON, a list for each endpoint."""
        chosen = json.loads(self.environment.get("SANDBOX_STRIPE_EVENTS") or "{}")
        return frozenset(chosen.get(endpoint, ["*"]))
