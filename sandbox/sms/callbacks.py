"""The pump: signed posts to guildhall, kept in the store until they are answered or given up."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Iterable, Mapping
from typing import Final

import httpx

from sandbox.sms.wire import signature
from sandbox.store import Document, Store
from sandbox.stripe.hooks import Delivery

log = logging.getLogger("sandbox.sms")

ATTEMPTS: Final = 2  # Twilio tries once more after a failed connection, and never again after an answer
RETRY_SECONDS: Final = 1.0
TIMEOUT_SECONDS: Final = 15.0
AT_ONCE: Final = 16


class Callbacks:
    """The posts that are still to be made. All times are real: a webhook's age is never virtual."""

    def __init__(self, store: Store, auth_token: str) -> None:
        self._store, self._token = store, auth_token
        self._client = httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False)
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self._posting: dict[str, asyncio.Task[int | None]] = {}

    def queue(
        self, deliveries: Iterable[Delivery], url: str, params: Mapping[str, str], *, signed_url: str
    ) -> list[Document]:
        """Write one post per delivery."""
        queued: list[Document] = []
        for delivery in deliveries:
            callback = {
                "id": secrets.token_hex(8), "url": url, "signed_url": signed_url, "params": dict(params),
                "not_before": time.time() + delivery.delay_seconds, "attempts": 0,
            }  # fmt: skip
            self._store.put("sms-callback", str(callback["id"]), callback)
            queued.append(callback)
        return queued

    def start(self, callback: Document) -> asyncio.Task[int | None]:
        """Post it in the background, once at a time; the task gives the answer's status, or None without an answer."""
        number = callback["id"]
        if number not in self._posting:
            task = asyncio.create_task(self._post(callback))
            self._posting[number] = task
            task.add_done_callback(lambda _: self._posting.pop(number))
        return self._posting[number]

    def start_due(self) -> None:
        """Post everything that is due and not under way."""
        for callback in self.due():
            self.start(callback)

    def due(self) -> list[Document]:
        """What should have been posted by now, including what is under way."""
        return self._store.list("sms-callback", upto=("not_before", time.time()))

    def next_at(self) -> float | None:
        """When the next post that is not under way falls due, or None."""
        waiting = [one["not_before"] for one in self._store.list("sms-callback") if one["id"] not in self._posting]
        return min(waiting, default=None)

    async def close(self) -> None:
        """Stop what is under way; the store keeps it for the next start."""
        for task in list(self._posting.values()):
            task.cancel()
        await self._client.aclose()

    async def _post(self, callback: Document) -> int | None:
        headers = {"X-Twilio-Signature": signature(self._token, callback["signed_url"], callback["params"])}
        async with self._at_once:
            try:
                answer = await self._client.post(callback["url"], data=callback["params"], headers=headers)
            except httpx.HTTPError as error:
                log.warning("callback to %s got no answer: %r", callback["url"], error)
                self._again_or_never(callback)
                return None
        self._store.delete("sms-callback", callback["id"])
        if not answer.is_success:
            log.warning("callback to %s was answered %s", callback["url"], answer.status_code)
        return answer.status_code

    def _again_or_never(self, callback: Document) -> None:
        if callback["attempts"] + 1 >= ATTEMPTS:
            self._store.delete("sms-callback", callback["id"])
            return
        changes = {"attempts": callback["attempts"] + 1, "not_before": time.time() + RETRY_SECONDS}
        self._store.put("sms-callback", callback["id"], {**callback, **changes})
