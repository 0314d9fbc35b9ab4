"""Whether bytes that reached a webhook come from the vendor: HMAC-SHA256 over the raw body and a recent time."""

import hashlib
import hmac

from django.conf import settings

from guildhall.kernel.refusals import Refused
from guildhall.payments.types import Endpoint

TOLERANCE_SECONDS = 300


class BadSignature(Refused):
    """Not signed, signed by somebody else, changed on the way, or too old."""

    code = "bad_signature"
    status = 400
    default_detail = "This message does not come from the payment vendor."


def verify(*, endpoint: Endpoint, raw: bytes, header: str, now_seconds: float) -> None:
    """
    Check a `t=...,v1=...` header against the endpoint's own secret. `now_seconds` is real time: this clock never travels.

    :raises BadSignature: when no signature fits, or the time is more than five minutes away.
    """
    secret = {
        "platform": settings.STRIPE_WEBHOOK_SECRET,
        "connect": settings.STRIPE_CONNECT_WEBHOOK_SECRET,
        "thin": settings.STRIPE_THIN_WEBHOOK_SECRET,
    }[endpoint]
    parts = [part.strip().partition("=") for part in header.split(",")]
    stamp = next((value for name, _, value in parts if name == "t"), "")
    given = [value for name, _, value in parts if name == "v1"]
    if not secret or not (stamp.isascii() and stamp.isdigit()):
        raise BadSignature
    wanted = hmac.new(secret.encode(), stamp.encode() + b"." + raw, hashlib.sha256).hexdigest()
    if not any(hmac.compare_digest(wanted.encode(), value.encode()) for value in given):
        raise BadSignature
    if abs(now_seconds - int(stamp[:15])) > TOLERANCE_SECONDS:
        raise BadSignature("This message is too old.")
