"""What the sandbox shows of text messages, and the door by which a person's message comes in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.sms.emulator import TwilioEmulator
from sandbox.store import Document
from sandbox.web import Unreadable, is_form, page, problem, read_fields, read_number, stamp, wants_html

_SHOWN = ("id", "sid", "direction", "to", "from", "body", "status", "error_code")


def inspection_routes(emulator: TwilioEmulator) -> list[Route]:
    """GET /sandbox/sms and POST /sandbox/sms/inbound."""

    async def list_messages(request: Request) -> Response:
        to = request.query_params.get("to", "")
        try:
            after, limit = read_number(request, "after", 0, most=10**15), read_number(request, "limit", 100, least=1)
        except Unreadable as error:
            return problem(400, "unreadable", str(error))
        # In a query a + is a blank, and people forget to write it as %2B.
        found = emulator.find(to=to.replace(" ", "+"), after=after, limit=limit)
        messages = [_as_json(message) for message in found]
        return (
            page("sms.html", messages=messages, to=to) if wants_html(request) else JSONResponse({"messages": messages})
        )

    async def receive(request: Request) -> Response:
        try:
            fields = await read_fields(request)
        except Unreadable as error:
            return problem(400, "unreadable", str(error))
        values = [fields.get(name) for name in ("from", "to", "body")]
        if not all(isinstance(value, str) and value for value in values):
            return problem(400, "unreadable", "A message has from, to and body.")
        sender, recipient, body = (str(value) for value in values)
        message, answers = await emulator.receive(sender=sender, recipient=recipient, body=body)
        if is_form(request):
            return RedirectResponse("/sandbox/sms", 303)
        return JSONResponse({**_as_json(message), "webhook_answers": answers}, 201)

    return [
        Route("/sandbox/sms", list_messages, methods=["GET"]),
        Route("/sandbox/sms/inbound", receive, methods=["POST"]),
    ]


def _as_json(message: Document) -> dict[str, Any]:
    at, real = (datetime.fromtimestamp(message[name], UTC) for name in ("date_created", "created_at_real"))
    return {**{name: message[name] for name in _SHOWN}, "created_at": stamp(at), "created_at_real": stamp(real)}
