"""The one door to mail and to the text message vendor. Nothing here is called while a transaction is open."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.utils import formataddr, parseaddr
from smtplib import SMTPAuthenticationError, SMTPDataError, SMTPException, SMTPRecipientsRefused
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

_LOOK_BACK = 50
_TOO_MANY = 429
_OUR_FAULT = frozenset({401, 403})
_SERVER_ERROR = 500
_PERMANENT_SMTP = 500
_VALID_SECONDS_MAX = 36_000


class Later(Exception):
    """No answer, or one that settles nothing: try again. The message may have left all the same."""


class Rejected(Exception):
    """It will never be sent as it is. `code` is the vendor's, or a word of ours."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, kw_only=True)
class Mail:
    """An e-mail with a text and an HTML part. `message_id` names it for good: the same again is recognizably the same."""

    id: UUID
    sender_name: str
    to: str
    subject: str
    text: str
    html: str

    @property
    def message_id(self) -> str:
        """Its Message-ID header."""
        return f"<{self.id}@{urlsplit(settings.PUBLIC_URL).hostname}>"


@dataclass(frozen=True, kw_only=True)
class Text:
    """A text message. `mark` is what only this message's body holds; `valid_seconds` how long the vendor may try to deliver it."""

    to: str
    body: str
    mark: str
    valid_seconds: int


def send_email(mail: Mail) -> str:
    """
    Hand a mail over, and give its name with the vendor (or its Message-ID).

    :raises Later: nobody answered, or not now.
    :raises Rejected: the address or a header cannot be used, or the vendor refuses it for good.
    """
    sender = formataddr((mail.sender_name, parseaddr(settings.DEFAULT_FROM_EMAIL)[1]))
    message = EmailMultiAlternatives(
        mail.subject,
        mail.text,
        sender,
        [mail.to],
        headers={"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(mail.html, "text/html")
    with _mail_errors():
        message.send()
    status = getattr(message, "anymail_status", None)
    return str(getattr(status, "message_id", None) or mail.message_id)


@contextmanager
def _mail_errors() -> Iterator[None]:
    # It brings an HTTP client with it: only the worker needs that.
    from anymail.exceptions import AnymailAPIError, AnymailRecipientsRefused  # type: ignore[import-untyped]  # noqa: PLC0415 - it has no types

    try:
        yield
    except ValueError as error:
        # Django's: a line break in a header, or an address that is none.
        raise Rejected("bad_header") from error
    except SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        raise _by_code(min(codes), error) from error
    except SMTPAuthenticationError as error:
        raise Later(repr(error)) from error
    except SMTPDataError as error:
        raise _by_code(error.smtp_code, error) from error
    except AnymailRecipientsRefused as error:
        raise Rejected("recipient_refused") from error
    except AnymailAPIError as error:
        raise _by_status(getattr(error, "status_code", None), str(error), "vendor_refused") from error
    except (SMTPException, OSError) as error:
        raise Later(repr(error)) from error


def send_sms(text: Text) -> str:
    """
    Hand a text message over, and give the vendor's id of it.

    :raises Later: nobody answered, or not now; it may have been accepted, so `find_sms` comes before the next try.
    :raises Rejected: with the vendor's number.
    """
    with _sms_vendor() as client:
        message = client.messages.create(
            to=text.to,
            from_=settings.TWILIO_FROM_NUMBER,
            body=text.body,
            status_callback=f"{settings.PUBLIC_URL}/webhooks/twilio/status",
            validity_period=max(1, min(text.valid_seconds, _VALID_SECONDS_MAX)),
        )
    return str(message.sid)


def find_sms(text: Text, *, since: datetime) -> str | None:
    """
    Look whether an earlier try was accepted after all, and give the vendor's id of it.

    :raises Later: nobody answered.
    """
    # Not by the day of sending: what waits in the vendor's queue has none yet.
    with _sms_vendor() as client:
        listed = client.messages.list(to=text.to, from_=settings.TWILIO_FROM_NUMBER, limit=_LOOK_BACK)
    earliest = since.replace(microsecond=0)
    for message in listed:
        if message.date_created is None or message.date_created < earliest:
            continue
        if text.mark in (message.body or "") and message.direction == "outbound-api":
            return str(message.sid)
    return None


@contextmanager
def _sms_vendor() -> Iterator[Any]:
    """Give the vendor's client, and turn its errors into ours."""
    from guildhall.notifications import text_vendor  # noqa: PLC0415 - takes a while; only the worker needs it

    try:
        with text_vendor.client() as client:
            yield client
    except text_vendor.Refused as error:
        raise _by_status(error.status, str(error.msg), str(error.code)) from error
    except text_vendor.NO_ANSWER as error:
        raise Later(type(error).__name__) from error


def _by_status(status: int | None, text: str, code: str) -> Later | Rejected:
    """Too many, their failure, or our credentials: nothing is wrong with the message itself."""
    if status is None or status == _TOO_MANY or status >= _SERVER_ERROR or status in _OUR_FAULT:
        return Later(f"{status}: {text}")
    return Rejected(code)


def _by_code(code: int, error: Exception) -> Later | Rejected:
    return Rejected(f"smtp:{code}") if code >= _PERMANENT_SMTP else Later(repr(error))
