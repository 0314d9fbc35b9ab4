"""Webhooks: believed only so far as to look again."""

import json
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from guildhall.kernel.refusals import Refused
from guildhall.kernel.rows import NOW, add
from guildhall.payments.inbox import defer_hearing
from guildhall.payments.models import Heard
from guildhall.payments.signatures import BadSignature, verify
from guildhall.payments.types import FOLLOWED, Endpoint


class BadEvent(Refused):
    """Signed, and yet not an event of this endpoint."""

    code = "bad_event"
    status = 400
    default_detail = "This is not an event of this endpoint."


def handle_webhook(*, endpoint: Endpoint, raw: bytes, signature: str, at: datetime) -> None:
    """
    Check the raw bytes, note the event once, and have the worker read the object again. A repeated event changes nothing.

    :raises BadSignature: when the bytes are not the vendor's, or older than five minutes of real time.
    :raises BadEvent: when they are no event, or one of another endpoint (an account's on the platform's, or the reverse).
    """
    verify(endpoint=endpoint, raw=raw, header=signature, now_seconds=time.time())
    try:
        event = json.loads(raw)
    except ValueError:
        raise BadEvent from None
    note_event(endpoint=endpoint, event=event, at=at)


@transaction.atomic
def note_event(*, endpoint: Endpoint, event: Any, at: datetime) -> bool:
    """
    Put an event into the inbox and have the worker take it up; False when it was there already, or is none that we follow.

    :raises BadEvent: when it is no event, or one of another endpoint.
    """
    if not isinstance(event, Mapping) or not isinstance(event.get("id"), str) or not isinstance(event.get("type"), str):
        raise BadEvent
    account = str(event.get("account") or "")
    if bool(account) != (endpoint == "connect") or (endpoint == "thin") != (event.get("object") == "v2.core.event"):
        raise BadEvent
    if event["type"] not in FOLLOWED[endpoint]:
        return False
    heard = Heard(
        event_id=event["id"],
        endpoint=endpoint,
        kind=event["type"],
        object_ref=_object_ref(event),
        account_ref=account,
        heard_at=at,
    )
    is_new = add(heard, once_per="event_id", next_try_at=NOW)
    if is_new:
        defer_hearing(heard.id)
    return is_new


def _object_ref(event: Mapping[str, Any]) -> str:
    """Name the object to read again; a charge is read through its payment intent."""
    shown = event.get("related_object") or (event.get("data") or {}).get("object") or {}
    return str(shown.get("payment_intent") if event["type"].startswith("charge.") else shown.get("id") or "")


__all__ = ["BadEvent", "BadSignature", "handle_webhook", "note_event"]
