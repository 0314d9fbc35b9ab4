"""Deliveries: signed with the real clock, repeated with back-off until the receiver takes them."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import httpx

from sandbox.stripe.desk import Document

if TYPE_CHECKING:
    from sandbox.stripe.desk import Desk

_AT_ONCE = 16
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
MOST_REFUSALS = 20
_FETCHED_AT_ONCE = 500


def sign(body: str, secret: str, *, at: float) -> str:
    """The Stripe-Signature header of a body."""
    signature = hmac.new(secret.encode(), f"{int(at)}.{body}".encode(), hashlib.sha256).hexdigest()
    return f"t={int(at)},v1={signature}"


class Courier:
    """Takes due deliveries to their endpoints. A receiver that is down is tried for ever, one that refuses 20 times."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._under_way: set[str] = set()
        self._came_back = asyncio.Event()

    def pending(self) -> int:
        """Deliveries nobody has taken yet."""
        return self._desk.store.count("delivery")

    def next_at(self) -> float | None:
        """When the next delivery is due (real time, seconds since 1970), those under way included; None: there is none."""
        instant: float | None = self._desk.store.smallest("delivery", "next_try_at")
        return instant

    def held(self) -> list[Document]:
        """Deliveries that wait to be fetched, oldest first, signed now: in the past nothing is sent by itself."""
        waiting = self._desk.store.list("delivery", limit=_FETCHED_AT_ONCE)
        return [{**one, "signature": sign(one["body"], self._secret(one), at=time.time())} for one in waiting]

    def note_taken(self, delivery_id: str) -> None:
        """Remember that somebody who fetched a delivery has taken it; a second time changes nothing."""
        delivery = self._desk.store.get("delivery", delivery_id)
        if delivery is not None:
            self._note(delivery, httpx.codes.OK)

    def start_due(self, client: httpx.AsyncClient, group: asyncio.TaskGroup) -> None:
        """Send what is due, a few at once; nothing while the clock is in the past, when it is fetched."""
        if self._desk.clock.offset_seconds < 0:
            return
        due = self._desk.store.list("delivery", upto=("next_try_at", time.time()), limit=2 * _AT_ONCE)
        for delivery in due:
            if delivery["id"] not in self._under_way and len(self._under_way) < _AT_ONCE:
                self._under_way.add(delivery["id"])
                group.create_task(self._deliver(client, delivery))

    async def rest(self, seconds: float) -> None:
        """Wait this long, or until enough deliveries are through for others to go."""
        self._came_back.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._came_back.wait()

    async def _deliver(self, client: httpx.AsyncClient, delivery: Document) -> None:
        try:
            status = await self._post(client, delivery)
            self._note(delivery, status)
        finally:
            self._under_way.discard(delivery["id"])
            if len(self._under_way) <= _AT_ONCE // 2:
                self._came_back.set()

    async def _post(self, client: httpx.AsyncClient, delivery: Document) -> int | None:
        headers = {
            "content-type": "application/json; charset=utf-8",
            "stripe-signature": sign(delivery["body"], self._secret(delivery), at=time.time()),
            "user-agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        }
        try:
            return (await client.post(delivery["url"], content=delivery["body"].encode(), headers=headers)).status_code
        except httpx.HTTPError:
            return None

    def _secret(self, delivery: Document) -> str:
        return next((one.secret for one in self._desk.targets if one.kind == delivery["target"]), "")

    def _note(self, delivery: Document, status: int | None) -> None:
        store = self._desk.store
        taken = status is not None and httpx.codes.is_success(status)
        refusals = delivery.get("refusals", 0) + (status is not None and not taken)
        with store.atomic():
            if not taken and refusals < MOST_REFUSALS:
                pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(delivery["attempts"], 10))
                tried = {"attempts": delivery["attempts"] + 1, "refusals": refusals, "next_try_at": time.time() + pause}
                store.put("delivery", delivery["id"], {**delivery, **tried})
                return
            store.delete("delivery", delivery["id"])
            event = store.get(delivery["kind"], delivery["event"])
            if event is not None:
                left = store.count("delivery", where={"event": event["id"]})
                event |= {"pending_webhooks": left} if "pending_webhooks" in event else {}
                store.put(delivery["kind"], event["id"], {**event, "_delivered": int(taken and left == 0)})
