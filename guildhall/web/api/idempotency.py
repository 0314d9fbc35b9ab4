"""One request, one effect: the key, the command and the answer are committed together."""

import hashlib
import json
import random
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.db import DatabaseError, OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from ninja import Schema, Status

from guildhall.kernel.refusals import Invalid, Refused
from guildhall.web.api.models import IdempotencyKey
from guildhall.web.problems import problem

P = ParamSpec("P")
_KEY_LENGTH_MAX = 255
_STORED_REFUSALS = frozenset({409, 410, 422})
_WAIT_FOR_TWIN = "3s"
_TRIES = 3
_SQLSTATES_TO_TRY_AGAIN = frozenset({"40P01", "40001"})
_LOCK_NOT_AVAILABLE = "55P03"


class IdempotencyKeyRequired(Refused):
    """A request that changes something carries its key, so that it can be sent again without harm."""

    code = "idempotency_key_required"
    status = 400
    default_detail = "Send an Idempotency-Key header of 1 to 255 visible characters, a new one for each new intent."


class IdempotencyKeyReused(Invalid):
    """The key was used for another request."""

    code = "idempotency_key_reused"
    default_detail = "This Idempotency-Key was used for another request."


class StillRunning(Refused):
    """The same request is being answered at this moment."""

    code = "request_in_progress"
    default_detail = "The same request is still being worked on. Ask again in a moment."


View = Callable[Concatenate[HttpRequest, P], Status[Any]]


def changes(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """
    Make a view that changes something safe to send again.

    The outer transaction inserts the key (waiting at most three seconds for its twin), runs the view in one savepoint, stores the
    answer and commits. Refusals with 409, 410 and 422 are answers too; others, and faults, leave no trace. A deadlock or a
    serialization failure runs the whole block again, three times at most.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        key = _key_of(request)
        for attempt in range(1, _TRIES + 1):
            try:
                with transaction.atomic():
                    return _answer_once(request, key, lambda: view(request, *args, **kwargs))
            except DatabaseError as error:
                sqlstate = getattr(error.__cause__, "sqlstate", None)
                if sqlstate == _LOCK_NOT_AVAILABLE:
                    raise StillRunning(retry_after=1) from error
                if sqlstate not in _SQLSTATES_TO_TRY_AGAIN or attempt == _TRIES:
                    raise
                time.sleep(random.uniform(0.01, 0.05) * attempt)  # noqa: S311 - jitter
        raise OperationalError

    return guarded


def _answer_once(request: HttpRequest, key: str, view: Callable[[], Status[Any]]) -> HttpResponse:
    owner = str(getattr(request, "actor", "anonymous"))
    fingerprint = _fingerprint(request)
    row_id = _claim(owner, key, fingerprint)
    if row_id is None:
        return _again(owner, key, fingerprint)
    try:
        with transaction.atomic():
            response = _rendered(view())
    except Refused as refusal:
        if refusal.status not in _STORED_REFUSALS:
            raise
        response = problem(request, refusal)
    IdempotencyKey.objects.filter(id=row_id).update(
        status=response.status_code, body=response.content.decode(), content_type=response["Content-Type"]
    )
    return response


def _claim(owner: str, key: str, fingerprint: bytes) -> int | None:
    """Insert the key; None when it is there already. Waits while a twin's transaction is open."""
    with connection.cursor() as cursor:
        cursor.execute("select set_config('lock_timeout', %s, true)", [_WAIT_FOR_TWIN])
        cursor.execute(
            """
            insert into api_idempotency_key (owner, key, fingerprint, body, content_type, created_at)
            values (%s, %s, %s, '', '', now()) on conflict do nothing returning id
            """,
            [owner, key, fingerprint],
        )
        row = cursor.fetchone()
    return None if row is None else int(row[0])


def _again(owner: str, key: str, fingerprint: bytes) -> HttpResponse:
    first = IdempotencyKey.objects.get(owner=owner, key=key)
    if bytes(first.fingerprint) != fingerprint:
        raise IdempotencyKeyReused
    response = HttpResponse(first.body, status=first.status, content_type=first.content_type)
    response["Idempotent-Replayed"] = "true"
    return response


def _key_of(request: HttpRequest) -> str:
    key = request.headers.get("Idempotency-Key", "")
    if not (1 <= len(key) <= _KEY_LENGTH_MAX and key.isascii() and key.isprintable()):
        raise IdempotencyKeyRequired
    return key


def _fingerprint(request: HttpRequest) -> bytes:
    """What the request asks for: method, address, and the body's meaning (not its spaces)."""
    body = json.dumps(json.loads(request.body), sort_keys=True) if request.body else ""
    return hashlib.sha256(f"{request.method}\n{request.get_full_path()}\n{body}".encode()).digest()


def _rendered(answer: Status[Any]) -> HttpResponse:
    value = answer.value
    body = value.model_dump_json() if isinstance(value, Schema) else json.dumps(value)
    return HttpResponse(body, status=answer.status_code, content_type="application/json")
