"""Twilio's addresses. Every request and every answer is held against the vendor's description."""

from __future__ import annotations

import base64
import binascii
import hmac
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.contracts import Breach, Operation
from sandbox.sms.emulator import TwilioEmulator
from sandbox.sms.wire import TwilioError, message_resource
from sandbox.store import Document
from sandbox.web import LostAnswer

log = logging.getLogger("sandbox.sms")

Params = dict[str, Any]
Handler = Callable[[TwilioEmulator, Request, Params], tuple[int, Any]]


def routes(emulator: TwilioEmulator) -> list[Route]:
    """Messages: create, list, fetch."""
    messages = "/2010-04-01/Accounts/{account}/Messages"
    return [
        Route(f"{messages}.json", _endpoint(emulator, _create), methods=["POST"]),
        Route(f"{messages}.json", _endpoint(emulator, _list), methods=["GET"]),
        Route(f"{messages}/{{sid}}.json", _endpoint(emulator, _fetch), methods=["GET"]),
    ]


def _endpoint(emulator: TwilioEmulator, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """Authenticate, let ordered faults happen, check, answer, check again."""

    async def endpoint(request: Request) -> Response:
        try:
            _authenticate(emulator, request)
            if emulator.before_request is not None:
                broken = await emulator.before_request(request)
                if broken is not None:
                    return broken
            answer = await _answer(emulator, request, handler)
        except TwilioError as error:
            answer = JSONResponse(error.as_json(), error.status)
        if getattr(request.state, "lose_answer", False):
            return LostAnswer()
        instead: Response = getattr(request.state, "answer_instead", answer)
        return instead

    return endpoint


async def _answer(emulator: TwilioEmulator, request: Request, handler: Handler) -> Response:
    operation, params = await _read(emulator, request)
    status, body = handler(emulator, request, params)
    try:
        emulator.contract.check_answer(operation, status, body)
    except Breach as breach:
        emulator.violations.append(f"answer to {request.method} {request.url.path}: {breach.message}")
        log.exception("our own answer breaks the contract")
    return JSONResponse(body, status)


async def _read(emulator: TwilioEmulator, request: Request) -> tuple[Operation, Params]:
    try:
        operation = emulator.contract.operation(request.method, request.url.path)
        params = emulator.contract.check_query(operation, request.url.query)
        if request.method == "POST":
            content_type = request.headers.get("content-type", "")
            params |= emulator.contract.check_body(operation, content_type, await request.body())
    except Breach as breach:
        if breach.param == "To" and breach.rule == "required":
            raise TwilioError(21604, "A 'To' phone number is required.") from None
        emulator.violations.append(f"{request.method} {request.url.path}: {breach.message}")
        raise TwilioError(20001, breach.message) from None
    return operation, params


def _authenticate(emulator: TwilioEmulator, request: Request) -> None:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    try:
        given = base64.b64decode(encoded, validate=True) if scheme.lower() == "basic" else b""
    except binascii.Error:
        given = b""
    wanted = f"{emulator.account_sid}:{emulator.auth_token}".encode()
    if not hmac.compare_digest(given, wanted) or request.path_params["account"] != emulator.account_sid:
        raise TwilioError(20003, "Authenticate", 401)


def _create(emulator: TwilioEmulator, _request: Request, params: Params) -> tuple[int, Any]:
    return 201, message_resource(emulator.send(params))


def _fetch(emulator: TwilioEmulator, request: Request, _params: Params) -> tuple[int, Any]:
    message = emulator.read(request.path_params["sid"])
    if message is None:
        raise TwilioError(20404, f"The requested resource {request.url.path} was not found", 404)
    return 200, message_resource(message)


def _list(emulator: TwilioEmulator, request: Request, params: Params) -> tuple[int, Any]:
    size, number = params.get("PageSize", 50), params.get("Page", 0)
    found = [message for message in emulator.find(to=params.get("To", "")) if _fits(message, params)]
    shown = found[number * size : (number + 1) * size]
    filters = {name: value for name, value in params.items() if name not in {"Page", "PageSize", "PageToken"}}

    def uri(page: int) -> str:
        return f"{request.url.path}?{urlencode({**filters, 'PageSize': size, 'Page': page})}"

    return 200, {
        "messages": [message_resource(message) for message in shown],
        "page": number,
        "page_size": size,
        "start": number * size,
        "end": number * size + max(0, len(shown) - 1),
        "uri": uri(number),
        "first_page_uri": uri(0),
        "previous_page_uri": uri(number - 1) if number else None,
        "next_page_uri": uri(number + 1) if len(found) > (number + 1) * size else None,
    }


def _fits(message: Document, params: Params) -> bool:
    """`DateSent` names a day, whatever time it carries; `DateSent>` and `DateSent<` include their bound."""
    sent = message["date_sent"]
    if "From" in params and message["from"] != params["From"]:
        return False
    bounds: list[tuple[str, tuple[datetime, datetime]]] = [
        (name, _day(params[name])) for name in ("DateSent>", "DateSent<") if name in params
    ]
    if "DateSent" in params:
        bounds.append(("DateSent", _day(params["DateSent"][: len("2026-11-20")])))
    if bounds and sent is None:
        return False
    return all(
        (name == "DateSent<" or sent >= since.timestamp()) and (name == "DateSent>" or sent <= until.timestamp())
        for name, (since, until) in bounds
    )


def _day(text: str) -> tuple[datetime, datetime]:
    """The instants that a bound names: the same one twice, or the two ends of a day."""
    try:
        if len(text) == len("2026-11-20"):
            start = datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
            return start, start + timedelta(days=1, microseconds=-1)
        at = datetime.fromisoformat(text)
    except ValueError:
        raise TwilioError(20001, f"Invalid date: {text}") from None
    # Twilio writes and reads whole seconds: a message sent within the second belongs to it.
    at = (at if at.tzinfo else at.replace(tzinfo=UTC)).replace(microsecond=0)
    return at, at + timedelta(microseconds=999_999)
