"""Where faults take hold: the types of the two hooks and of the places webhooks go to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import Response


@dataclass(frozen=True)
class WebhookTarget:
    """
    One webhook endpoint and its signing secret.

    `platform` gets v1 snapshots of the platform's own objects, `connect` v1 snapshots of connected accounts (with `account`),
    `thin` the v2 notifications, which name an object and carry none. It gets the events it names (`enabled_events` of the vendor's
    description), or all.
    """

    kind: Literal["platform", "connect", "thin"]
    url: str
    secret: str
    enabled_events: frozenset[str] = frozenset({"*"})

    def wants(self, event_type: str) -> bool:
        """Whether it is sent events of this type."""
        return not self.enabled_events.isdisjoint({"*", event_type})


@dataclass(frozen=True)
class Delivery:
    """One delivery of an event: real seconds to wait first. Two of them double the event, an empty list drops it."""

    delay_seconds: float = 0.0


BeforeRequest = Callable[[Request], Awaitable[Response | None]]
"""
Runs inside every API request after authentication, while its idempotency key counts as running.

A response returned here goes out before any effect and is not stored under the key unless the hook sets
`request.state.store_answer = True` (the vendor stores a 500 that began to execute). Awaiting in here delays the request.
For a lost answer the hook returns None and sets `request.state.answer_instead` to a Response, or `request.state.lose_answer = True`
(the connection is cut): the effect happens, the true answer is stored under the key, the caller does not see it.
`request.state.delay_answer` (real seconds) delays the answer after the effect.
"""

WebhookFilter = Callable[[Mapping[str, Any]], Sequence[Delivery]]
"""Decides, once per event and when it is recorded, how often and how late it is delivered."""
