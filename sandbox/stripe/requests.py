"""The way of an API request: key, version, account, contract, faults, idempotency, the operation, its answer."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from sandbox.contracts import Breach, Operation
from sandbox.stripe import listing
from sandbox.stripe.desk import PLATFORM, Call, Cause, Desk, Document, new_id, public
from sandbox.stripe.errors import VendorError, from_fixture, invalid
from sandbox.web import LostAnswer

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from sandbox.stripe.emulator import StripeEmulator

LONGEST_KEY = 255


@dataclass(frozen=True)
class Answer:
    """A status and a body, and whether it stays under the idempotency key."""

    status: int
    body: Any
    kept: bool


@dataclass(frozen=True)
class _Asked:
    """A request that may be executed; `place` is where its answer stays under the idempotency key, if it has one."""

    emulator: StripeEmulator
    request: Request
    operation: Operation
    act: Callable[[Call], Document]
    call: Call
    cause: Cause
    place: str | None

    @property
    def fingerprint(self) -> str:
        """Same key and same fingerprint mean the same request."""
        asked = [self.request.method, self.request.url.path, self.call.params]
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


async def answer(
    emulator: StripeEmulator, request: Request, operation: Operation, act: Callable[[Call], Document]
) -> Response:
    """Answer one API request."""
    body = await request.body()
    key = request.headers.get("idempotency-key") if request.method == "POST" else None
    cause = Cause(new_id("req", 14), key)
    try:
        owner = authenticate(emulator, request)
        call = _read(emulator.desk, request, operation, body, owner)
        place = _place(emulator, owner, key)
    except VendorError as error:
        return _response(cause, _refusal(error))
    asked = _Asked(emulator, request, operation, act, call, cause, place)
    if place is None:
        return await _interruptible(asked)
    emulator.running_keys.add(place)
    try:
        return await _interruptible(asked)
    finally:
        emulator.running_keys.discard(place)


def authenticate(emulator: StripeEmulator, request: Request) -> str | None:
    """
    The connected account the request acts for, or None for the platform.

    :raises VendorError: 401 without the secret key, 400 for another API version, 403 for an unknown account.
    """
    if _presented_key(request.headers.get("authorization", "")) != emulator.secret_key:
        raise VendorError(401, {"type": "invalid_request_error", "message": "Invalid API Key provided."}, kept=False)
    version, wanted = request.headers.get("stripe-version"), emulator.desk.contract.version
    if version != wanted and (version is not None or request.url.path.startswith("/v2/")):
        raise invalid(f"Invalid Stripe API version: {version}. This emulator speaks {wanted}.")
    owner = request.headers.get("stripe-account") or request.headers.get("stripe-context")
    if owner and emulator.desk.store.get("v2.core.account", owner) is None:
        message = f"The provided key does not have access to account '{owner}' (or that account does not exist)."
        error = {"type": "invalid_request_error", "code": "account_invalid", "message": message}
        raise VendorError(403, error, kept=False)
    return owner or None


def _place(emulator: StripeEmulator, owner: str | None, key: str | None) -> str | None:
    if key is None:
        return None
    if len(key) > LONGEST_KEY:
        raise invalid(f"Idempotency keys are at most {LONGEST_KEY} characters long.")
    place = f"{owner or PLATFORM} {key}"
    if place in emulator.running_keys:
        raise from_fixture("idempotency_key_in_use", kept=False)
    return place


async def _interruptible(asked: _Asked) -> Response:
    """Where faults take hold: before the effect, or between the effect and its answer."""
    emulator, state = asked.emulator, asked.request.state
    if emulator.before_request is not None:
        refused = await emulator.before_request(asked.request)
        if refused is not None:
            if getattr(state, "store_answer", False):
                _keep(asked, Answer(refused.status_code, json.loads(bytes(refused.body)), kept=True))
            return refused
    made, replayed = _perform(asked)
    await asyncio.sleep(getattr(state, "delay_answer", 0))
    if getattr(state, "lose_answer", False):
        return LostAnswer()
    instead: Response | None = getattr(state, "answer_instead", None)
    return instead or _response(asked.cause, made, replayed=replayed)


def _perform(asked: _Asked) -> tuple[Answer, bool]:
    """The stored answer of the key, or the operation and its answer in one transaction; and whether it is a replay."""
    desk, operation = asked.emulator.desk, asked.operation
    earlier = desk.store.get("answer", asked.place) if asked.place is not None else None
    if earlier is not None:
        if earlier["fingerprint"] == asked.fingerprint:
            return Answer(earlier["status"], earlier["body"], kept=True), True
        return _refusal(from_fixture("idempotency_mismatch", kept=False)), False
    try:
        with desk.acting(asked.cause):
            made = _execute(asked.act, asked.call)
            if desk.check_contracts:
                desk.contract.check_answer(operation, made.status, made.body)
            if made.kept:
                _keep(asked, made)
    except Breach as breach:
        desk.violations.append(f"answer of {operation.method} {operation.path}: {breach.message}")
        message = f"The emulator broke the contract: {breach.message}"
        return _refusal(from_fixture("api_error", kept=False, message=message)), False
    return made, False


def _execute(act: Callable[[Call], Document], call: Call) -> Answer:
    """A refusal keeps what it did (a failed charge, its events), therefore it does not leave the transaction."""
    try:
        made = public(act(call))
        expanded = listing.expand(call.desk, made, call.params.get("expand", []))
        return Answer(200, expanded, kept=True)
    except VendorError as error:
        return Answer(error.status, error.body, kept=error.kept)


def _read(desk: Desk, request: Request, operation: Operation, body: bytes, owner: str | None) -> Call:
    try:
        query = desk.contract.check_query(operation, request.url.query)
        given = desk.contract.check_body(operation, request.headers.get("content-type", ""), body)
    except Breach as breach:
        codes = {"additionalProperties": "parameter_unknown", "required": "parameter_missing"}
        raise invalid(breach.message, param=breach.param, code=codes.get(breach.rule)) from None
    return Call(desk, dict(request.path_params), {**query, **given}, owner)


def _keep(asked: _Asked, made: Answer) -> None:
    """v1 keeps successes, declines and 500s alike; v2 keeps successes only and works again on the rest."""
    if asked.place is not None and (made.status < HTTPStatus.BAD_REQUEST or asked.operation.path.startswith("/v1/")):
        row = {"fingerprint": asked.fingerprint, "status": made.status, "body": made.body}
        asked.emulator.desk.store.put("answer", asked.place, row)


def _refusal(error: VendorError) -> Answer:
    return Answer(error.status, error.body, kept=False)


def _response(cause: Cause, made: Answer, *, replayed: bool = False) -> Response:
    headers = {"request-id": cause.request_id or ""}
    headers |= {"idempotency-key": cause.key} if cause.key else {}
    headers |= {"idempotent-replayed": "true"} if replayed else {}
    if made.status in {HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS}:
        headers["stripe-should-retry"] = "true"
    elif replayed and made.status >= HTTPStatus.BAD_REQUEST:
        headers["stripe-should-retry"] = "false"
    return JSONResponse(made.body, made.status, headers=headers)


def _presented_key(header: str) -> str:
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).decode().partition(":")[0]
        except ValueError:
            return ""
    return value if scheme.lower() == "bearer" else ""
