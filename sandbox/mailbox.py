"""The mailbox: every mail sent by SMTP is caught here, kept and shown; none leaves the machine."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage, MIMEPart
from fnmatch import fnmatchcase

from aiosmtpd.smtp import SMTP, Envelope, Session
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from sandbox.clock import VirtualClock
from sandbox.faults import FaultOrder, Faults
from sandbox.store import Document, Store
from sandbox.web import Unreadable, page, problem, read_number, stamp, wants_html

SIZE_LIMIT = 5 * 1024 * 1024
CUT = 0
MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


class Mailbox:
    """The mails, numbered from 1 in the order they came."""

    def __init__(self, store: Store, clock: VirtualClock) -> None:
        self._store = store
        self._clock = clock
        self._last = store.count("mail")

    def keep(self, content: bytes, sender: str, recipients: list[str]) -> int:
        """Store a mail; its number. What a list does not show is worked out when somebody reads it: most mails are never read."""
        number = self._last + 1
        summary = summarize(content, sender, recipients)
        really = datetime.now(UTC)
        summary |= {"id": number, "received_at": stamp(self._clock.at(really)), "received_at_real": stamp(really)}
        with self._store.atomic():
            self._store.put("mail", str(number), summary)
            self._store.put(
                "mail-content", str(number), {"envelope_from": sender, "content": content.decode("latin-1")}
            )
            for address in {one.lower() for one in recipients}:
                self._store.put(f"mail-to:{address}", str(number), summary)
        self._last = number
        return number

    def count(self) -> int:
        """How many there are."""
        return self._last

    def read(self, number: str) -> Document | None:
        """The whole mail, or None."""
        summary, kept = self._store.get("mail", number), self._store.get("mail-content", number)
        if summary is None or kept is None:
            return None
        return {**summary, "envelope_from": kept["envelope_from"], **take_apart(kept["content"].encode("latin-1"))}

    def find(self, *, to: str = "", subject: str = "", after: int = 0, limit: int = 100) -> list[Document]:
        """
        Summaries, newest first.

        :param to: a recipient's whole address, or a glob; in any case of letters.
        :param subject: a part of the subject, in any case of letters.
        :param after: only mails with a greater number.
        """
        to = to.lower()
        is_glob = any(mark in to for mark in "*?[")
        kind = f"mail-to:{to}" if to and not is_glob else "mail"
        found = self._store.list(kind, newest_first=True, limit=None if subject or is_glob else limit)
        fits = [
            mail
            for mail in found
            if mail["id"] > after
            and subject.lower() in mail["subject"].lower()
            and (not is_glob or any(fnmatchcase(one.lower(), to) for one in mail["to"]))
        ]
        return fits[:limit]


def summarize(content: bytes, sender: str, recipients: list[str]) -> Document:
    """What a list shows of a mail. Recipients are the envelope's: a blind copy is seen."""
    message = _message(content)
    return {"from": str(message["from"] or sender), "to": recipients, "subject": str(message["subject"] or "")}


def take_apart(content: bytes) -> Document:
    """The texts, headers and attachments of a mail."""
    message = _message(content)
    attachments = (
        [
            {
                "name": part.get_filename(),
                "type": part.get_content_type(),
                "bytes": len(part.get_payload(decode=True) or b""),
            }
            for part in message.iter_attachments()
        ]
        if message.is_multipart()
        else []
    )
    return {
        "text": _text(message.get_body(("plain",))),
        "html": _text(message.get_body(("html",))),
        "headers": [[name, str(value)] for name, value in message.items()],
        "attachments": attachments,
    }


def _message(content: bytes) -> EmailMessage:
    return message_from_bytes(content, _class=EmailMessage, policy=policy.default)


def _text(part: MIMEPart | None) -> str | None:
    if part is None:
        return None
    try:
        text = str(part.get_content())
    except LookupError:  # an unknown charset; what can be read is better than nothing
        payload = part.get_payload(decode=True)
        text = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else str(payload)
    return text.replace("\r\n", "\n")


class SmtpHandler:
    """What aiosmtpd asks while it speaks with a client; ordered faults take hold here."""

    def __init__(self, mailbox: Mailbox, faults: Faults) -> None:
        self._mailbox = mailbox
        self._faults = faults
        self.in_flight = 0

    def protocol(self) -> SMTP:
        """One connection's conversation, for `loop.create_server`."""
        loop = asyncio.get_running_loop()
        return SMTP(
            self,
            data_size_limit=SIZE_LIMIT,
            enable_SMTPUTF8=True,
            hostname="sandbox",
            ident="Guildhall mailbox",
            loop=loop,
        )

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take the recipient, unless a fault of kind `fail` waits for it."""
        order = self._faults.take("smtp", frozenset({"fail"}), [address])
        if order is not None:
            return await _refusal(server, 451 if order.status is None else order.status)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep the mail."""
        self.in_flight += 1
        try:
            order = self._faults.take("smtp", frozenset({"fail_after", "delay"}), envelope.rcpt_tos)
            return await self._keep(server, envelope, order)
        finally:
            self.in_flight -= 1

    async def _keep(self, server: SMTP, envelope: Envelope, order: FaultOrder | None) -> str:
        if order is not None and order.action == "delay":
            await asyncio.sleep(order.seconds)
        content = envelope.original_content or b""
        number = self._mailbox.keep(content, envelope.mail_from or "", list(envelope.rcpt_tos))
        if order is not None and order.action == "fail_after":
            return await _refusal(server, CUT if order.status is None else order.status)
        return f"250 Kept as mail {number}"


async def _refusal(server: SMTP, status: int) -> str:
    if status != CUT:
        return f"{status} Refused because a fault was ordered"
    if isinstance(server.transport, asyncio.Transport):
        server.transport.abort()
    # The lost connection cancels this conversation; there is nobody left to answer.
    gone: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    return await gone


def routes(mailbox: Mailbox) -> list[Route]:
    """The list, one mail, and a mail's HTML for the frame that shows it."""

    async def list_mails(request: Request) -> Response:
        query = request.query_params
        try:
            after, limit = read_number(request, "after", 0, most=10**15), read_number(request, "limit", 100, least=1)
        except Unreadable as error:
            return problem(400, "unreadable", str(error))
        mails = mailbox.find(to=query.get("to", ""), subject=query.get("subject", ""), after=after, limit=limit)
        if wants_html(request):
            return page("mailbox.html", mails=mails, to=query.get("to", ""), subject=query.get("subject", ""))
        return JSONResponse({"mails": mails})

    async def read_mail(request: Request) -> Response:
        mail = mailbox.read(request.path_params["number"])
        if mail is None:
            return problem(404, "no_such_mail", "The mailbox has no mail with this number.")
        return page("mail.html", mail=mail) if wants_html(request) else JSONResponse(mail)

    async def show_html(request: Request) -> Response:
        mail = mailbox.read(request.path_params["number"])
        if mail is None or mail["html"] is None:
            return problem(404, "no_such_mail", "The mailbox has no HTML mail with this number.")
        # Links open beside the frame: inside it the page would run without its scripts and forms.
        return HTMLResponse('<base target="_blank">' + mail["html"], headers={"content-security-policy": MAIL_POLICY})

    return [
        Route("/sandbox/mailbox", list_mails),
        Route("/sandbox/mailbox/{number}", read_mail),
        Route("/sandbox/mailbox/{number}/html", show_html),
    ]
