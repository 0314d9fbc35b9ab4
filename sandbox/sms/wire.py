"""How Twilio writes things: a message resource, an error, a signature, the number of segments."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from sandbox.store import Document

GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_7_DOUBLE = frozenset("^{}\\[~]|€\f")


class TwilioError(Exception):
    """A refusal with Twilio's own number."""

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status

    def as_json(self) -> dict[str, Any]:
        """The body that the SDK reads."""
        return error_body(self.code, self.message, self.status)


def error_body(code: int, message: str, status: int) -> dict[str, Any]:
    """Twilio's error body."""
    return {
        "code": code,
        "message": message,
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }


def server_error(status: int) -> dict[str, Any]:
    """The body of a failure of Twilio's own; 429 is its concurrency limit."""
    if status == 429:  # noqa: PLR2004 - too many requests
        return error_body(20429, "Too Many Requests", status)
    return error_body(20500, "Internal Server Error", status)


def message_resource(message: Document) -> dict[str, Any]:
    """A stored message as the API shows it."""
    uri = f"/2010-04-01/Accounts/{message['account_sid']}/Messages/{message['sid']}"
    return {
        **{name: message[name] for name in ("sid", "account_sid", "to", "from", "body", "status", "direction")},
        **{name: message[name] for name in ("error_code", "error_message", "messaging_service_sid")},
        "api_version": "2010-04-01",
        "num_segments": str(segments(message["body"])),
        "num_media": "0",
        "price": None,
        "price_unit": None,
        **{name: _date(message[name]) for name in ("date_created", "date_updated", "date_sent")},
        "uri": f"{uri}.json",
        "subresource_uris": {"media": f"{uri}/Media.json"},
    }


def status_params(message: Document) -> dict[str, str]:
    """The fields of a status callback."""
    params = {
        "AccountSid": message["account_sid"],
        "ApiVersion": "2010-04-01",
        "From": message["from"] or "",
        "MessageSid": message["sid"],
        "MessageStatus": message["status"],
        "SmsSid": message["sid"],
        "SmsStatus": message["status"],
        "To": message["to"],
    }
    return params if message["error_code"] is None else {**params, "ErrorCode": str(message["error_code"])}


def inbound_params(message: Document) -> dict[str, str]:
    """The fields of the webhook that tells of a message sent to our number."""
    return {
        "AccountSid": message["account_sid"],
        "ApiVersion": "2010-04-01",
        "Body": message["body"],
        "From": message["from"],
        "MessageSid": message["sid"],
        "NumMedia": "0",
        "NumSegments": str(segments(message["body"])),
        "SmsMessageSid": message["sid"],
        "SmsSid": message["sid"],
        "SmsStatus": "received",
        "To": message["to"],
    }


def signature(token: str, url: str, params: Mapping[str, str]) -> str:
    """The value of X-Twilio-Signature for a form post: the whole URL, then every field by name."""
    text = url + "".join(name + params[name] for name in sorted(params))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def segments(body: str) -> int:
    """How many text messages the body takes: 160 and then 153 characters of GSM-7 each, otherwise 70 and then 67."""
    if all(letter in GSM_7 or letter in GSM_7_DOUBLE for letter in body):
        length, alone, joined = len(body) + sum(letter in GSM_7_DOUBLE for letter in body), 160, 153
    else:
        length, alone, joined = len(body.encode("utf-16-le")) // 2, 70, 67
    return 1 if length <= alone else -(-length // joined)


def _date(seconds: float | None) -> str | None:
    return None if seconds is None else format_datetime(datetime.fromtimestamp(seconds, UTC))
