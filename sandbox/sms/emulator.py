"""The emulator: messages, opt-outs, and the pump that moves statuses on and posts the callbacks."""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sandbox import contracts
from sandbox.clock import VirtualClock
from sandbox.sms.callbacks import Callbacks
from sandbox.sms.wire import TwilioError, inbound_params, status_params
from sandbox.store import Document, Store
from sandbox.stripe.hooks import BeforeRequest, Delivery, WebhookFilter

STOP_WORDS: Final = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
START_WORDS: Final = frozenset({"START", "YES", "UNSTOP"})
STOPPED: Final = (
    "You have successfully been unsubscribed. You will not receive any more messages from this number. "
    "Reply START to resubscribe."
)
STARTED: Final = (
    "You have successfully been re-subscribed to messages from this number. "
    "Reply HELP for help. Reply STOP to unsubscribe."
)

UNREACHABLE: Final = "+15005553003"
"""Ours: Twilio has no magic number for a message that is accepted and then not delivered."""

REFUSED_NUMBERS: Final = {  # the first five are Twilio's own test numbers
    "+15005550001": (21211, "Invalid 'To' Phone Number: +15005550001"),
    "+15005550002": (21612, "The 'To' phone number is not currently reachable using the 'From' phone number"),
    "+15005550003": (21408, "Permission to send an SMS has not been enabled for the region"),
    "+15005550004": (21610, "Attempt to send to unsubscribed recipient"),
    "+15005550009": (21614, "'To' number is not a valid mobile number"),
}
_NUMBER: Final = re.compile(r"\+(1[0-9]{10}|[2-9][0-9]{6,14})")
_NEXT: Final = {"queued": "sent", "sent": "delivered"}
_BODY_LIMIT: Final = 1600


@dataclass(frozen=True)
class InboundWebhook:
    """Where messages to our number are posted, and the address they are signed for (the public one, behind a proxy)."""

    url: str
    signed_url: str


class TwilioEmulator:
    """One Twilio account. Its messages change status in real time, `pace` seconds apart; its dates are virtual."""

    def __init__(
        self,
        store: Store,
        clock: VirtualClock,
        *,
        account_sid: str,
        auth_token: str,
        inbound: InboundWebhook,
        pace: float = 0.1,
    ) -> None:
        self.account_sid, self.auth_token = account_sid, auth_token
        self.contract = contracts.load(contracts.TWILIO)
        self.before_request: BeforeRequest | None = None
        self.webhook_filter: WebhookFilter | None = None
        self.violations: list[str] = []
        self._store, self._clock, self._inbound, self._pace = store, clock, inbound, pace
        self._last = store.count("sms")
        self._wake = asyncio.Event()
        self._callbacks = Callbacks(store, auth_token)

    def send(self, params: Mapping[str, Any]) -> Document:
        """
        Accept a message for sending.

        :raises TwilioError: with Twilio's number for what is missing, invalid, unsubscribed or too long.
        """
        recipient, sender = params.get("To", ""), params.get("From") or params.get("MessagingServiceSid")
        if not recipient:
            raise TwilioError(21604, "A 'To' phone number is required.")
        if not sender:
            raise TwilioError(21603, "A 'From' phone number is required.")
        if not params.get("Body"):
            raise TwilioError(21602, "Message body is required.")
        if len(params["Body"]) > _BODY_LIMIT:
            raise TwilioError(21617, "The concatenated message body exceeds the 1600 character limit")
        if recipient in REFUSED_NUMBERS:
            raise TwilioError(*REFUSED_NUMBERS[recipient])
        if not _NUMBER.fullmatch(recipient):
            raise TwilioError(21211, f"Invalid 'To' Phone Number: {recipient}")
        if self.is_stopped(sender=sender, recipient=recipient):
            raise TwilioError(21610, "Attempt to send to unsubscribed recipient")
        return self._record(
            to=recipient,
            sender=params.get("From"),
            body=params["Body"],
            messaging_service_sid=params.get("MessagingServiceSid"),
            status_callback=params.get("StatusCallback"),
        )

    async def receive(self, *, sender: str, recipient: str, body: str) -> tuple[Document, list[int | None]]:
        """
        A person's message to our number: obey its STOP or START, then tell guildhall.

        :returns: the message, and the status each immediate delivery was answered with (None: no answer).
        """
        message = self._record(to=recipient, sender=sender, body=body, direction="inbound", status="received")
        word = body.strip().upper()
        if word in STOP_WORDS:
            self._store.put("sms-stop", f"{recipient} {sender}", {"at": self._clock.now().timestamp()})
        elif word in START_WORDS:
            self._store.delete("sms-stop", f"{recipient} {sender}")
        if word in STOP_WORDS | START_WORDS:
            answer = STOPPED if word in STOP_WORDS else STARTED
            self._record(to=sender, sender=recipient, body=answer, direction="outbound-reply")
        params = inbound_params(message)
        deliveries = self._decide("inbound", params)
        queued = self._callbacks.queue(deliveries, self._inbound.url, params, signed_url=self._inbound.signed_url)
        now = [self._callbacks.start(callback) for callback in queued if callback["not_before"] <= time.time()]
        self._wake.set()
        return message, list(await asyncio.gather(*now))

    def is_stopped(self, *, sender: str, recipient: str) -> bool:
        """Whether the recipient told this number to stop."""
        return self._store.get("sms-stop", f"{sender} {recipient}") is not None

    def read(self, sid: str) -> Document | None:
        """A message, or None."""
        return self._store.get("sms", sid)

    def find(self, *, to: str = "", after: int = 0, limit: int | None = None) -> list[Document]:
        """Messages of both directions, newest first; `after` a number, `to` a whole number."""
        found = self._store.list("sms", where={"to": to} if to else None, newest_first=True, limit=limit)
        return [message for message in found if message["id"] > after]

    def pending(self) -> int:
        """How many messages still change status and how many callbacks are due and not answered."""
        moving = sum(self._store.count("sms", where={"status": status}) for status in _NEXT)
        return moving + len(self._callbacks.due())

    def advance(self) -> None:
        """Move every message on whose time has come, and queue its callback."""
        for status in _NEXT:
            for message in self._store.list("sms", where={"status": status}):
                if message["moves_at"] <= time.time():
                    self._move(message)

    async def run(self) -> None:
        """Move statuses and post callbacks, until cancelled."""
        try:
            while True:
                self._wake.clear()
                self.advance()
                self._callbacks.start_due()
                await self._sleep()
        finally:
            await self._callbacks.close()

    async def _sleep(self) -> None:
        """Until the next status or callback is due, or something new comes in."""
        instants = [self._store.smallest("sms", "moves_at", where={"status": status}) for status in _NEXT]
        instants.append(self._callbacks.next_at())
        known = [instant for instant in instants if instant is not None]
        seconds = max(0.01, min(known) - time.time()) if known else None
        try:
            await asyncio.wait_for(self._wake.wait(), seconds)
        except TimeoutError:
            return

    def _record(
        self,
        *,
        to: str,
        sender: str | None,
        body: str,
        direction: str = "outbound-api",
        status: str = "queued",
        messaging_service_sid: str | None = None,
        status_callback: str | None = None,
    ) -> Document:
        self._last += 1
        now = self._clock.now().timestamp()
        message = {
            "id": self._last, "sid": f"SM{secrets.token_hex(16)}", "account_sid": self.account_sid,
            "to": to, "from": sender, "body": body, "direction": direction, "status": status,
            "error_code": None, "error_message": None, "messaging_service_sid": messaging_service_sid,
            "date_created": now, "date_updated": now, "date_sent": now if status == "received" else None,
            "status_callback": status_callback, "moves_at": time.time() + self._pace, "created_at_real": time.time(),
        }  # fmt: skip
        self._store.put("sms", str(message["sid"]), message)
        self._wake.set()
        return message

    def _move(self, message: Document) -> None:
        now = self._clock.now().timestamp()
        changes: Document = {
            "status": _NEXT[message["status"]],
            "date_updated": now,
            "moves_at": time.time() + self._pace,
        }
        if changes["status"] == "sent":
            changes["date_sent"] = now
        elif message["to"] == UNREACHABLE:
            changes |= {
                "status": "undelivered",
                "error_code": 30003,
                "error_message": "Unreachable destination handset",
            }
        moved = {**message, **changes}
        with self._store.atomic():
            self._store.put("sms", message["sid"], moved)
            if message["status_callback"]:
                params, url = status_params(moved), message["status_callback"]
                self._callbacks.queue(self._decide(moved["status"], params), url, params, signed_url=url)

    def _decide(self, event: str, params: Mapping[str, str]) -> Sequence[Delivery]:
        """How often and how late guildhall hears of an event."""
        return [Delivery()] if self.webhook_filter is None else self.webhook_filter({"event": event, **params})
