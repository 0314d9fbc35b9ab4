"""One request, one effect: the key, the command and the answer are committed together."""

import hashlib
import inspect
import json
import random
import time
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, Concatenate, ParamSpec

from django.db import DatabaseError, OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from ninja import Schema, Status

from guildhall.kernel.actors import Actor
from guildhall.kernel.refusals import Invalid, Refused
from guildhall.kernel.traces import undone_if_refused
from guildhall.web.api.models import IdempotencyKey
from guildhall.web.api.parsing import read_body
from guildhall.web.api.reading import check_query
from guildhall.web.api.refusals import unknown_field
from guildhall.web.api.schemas import Body
from guildhall.web.problems import problem

P = ParamSpec("P")
_KEY_LENGTH_MAX = 255
_STORED_REFUSALS = frozenset({409, 410, 422})
_TRIES = 3
_SQLSTATES_TO_TRY_AGAIN = frozenset({"40P01", "40001"})
_LOCK_NOT_AVAILABLE = "55P03"
_ACCEPTED = 202
_FORM = b"form"
_LOOK_AGAIN_SECONDS = 1


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

    The outer transaction inserts the key (waiting for its twin as long as the connection's `lock_timeout` allows: three
    seconds), runs the view in one savepoint, stores the answer and commits. Refusals with 409, 410 and 422 are answers
    too, and keep what was counted (`leaves_trace`); others, and faults, leave nothing. A deadlock or a serialization
    failure runs the whole block again, three times at most. A view without a body takes none, or an empty object; it takes no query.
    """
    takes_body = any(_is_body(parameter) for parameter in inspect.signature(view).parameters.values())

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        key = _key_of(request)
        check_query(request, frozenset())
        body = read_body(request) if request.body else {}
        if body and not takes_body:
            raise unknown_field(*body)
        fingerprint = _fingerprint(request, body)
        for attempt in range(1, _TRIES + 1):
            try:
                with transaction.atomic():
                    return _answer_once(request, key, fingerprint, lambda: view(request, *args, **kwargs))
            except DatabaseError as error:
                if _sqlstate(error) not in _SQLSTATES_TO_TRY_AGAIN or attempt == _TRIES:
                    raise
                time.sleep(random.uniform(0.01, 0.05) * attempt)  # noqa: S311 - jitter
        raise OperationalError

    return guarded


def replaces(
    view: Callable[Concatenate[HttpRequest, P], Status[Any]],
) -> Callable[Concatenate[HttpRequest, P], Status[Any]]:
    """
    Make a view that puts a value in place of the one before: sending it again is the same, so it takes no key.

    Nothing of the request or the answer is kept. It takes no query.
    """

    @wraps(view)
    def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> Status[Any]:
        check_query(request, frozenset())
        return view(request, *args, **kwargs)

    return checked


def once(owner: Actor, key: str, work: Callable[[], str]) -> str:
    """
    Do what a page's form asks for at most once for each of its keys; gives what the first time gave.

    Key, effect and answer are committed together; a refusal leaves no trace.

    :raises StillRunning: when the same form is being answered at this moment.
    """
    with transaction.atomic():
        row_id = _claim(str(owner), key, _FORM)
        if row_id is None:
            return IdempotencyKey.objects.get(owner=str(owner), key=key).body
        answer = work()
        IdempotencyKey.objects.filter(id=row_id).update(status=HTTPStatus.OK, body=answer, content_type="text/plain")
        return answer


def _is_body(parameter: inspect.Parameter) -> bool:
    return isinstance(parameter.annotation, type) and issubclass(parameter.annotation, Body)


def _answer_once(request: HttpRequest, key: str, fingerprint: bytes, view: Callable[[], Status[Any]]) -> HttpResponse:
    owner = str(getattr(request, "actor", "anonymous"))
    row_id = _claim(owner, key, fingerprint)
    if row_id is None:
        return _again(owner, key, fingerprint)
    try:
        with undone_if_refused():
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
    """
    Insert the key; None when it is there already. Waits while a twin's transaction is open.

    :raises StillRunning: when it stays open.
    """
    with connection.cursor() as cursor:
        try:
            cursor.execute(
                """
                insert into api_idempotency_key (owner, key, fingerprint, body, content_type, created_at)
                values (%s, %s, %s, '', '', now()) on conflict do nothing returning id
                """,
                [owner, key, fingerprint],
            )
        except OperationalError as error:
            if _sqlstate(error) == _LOCK_NOT_AVAILABLE:
                raise StillRunning(retry_after=_LOOK_AGAIN_SECONDS) from error
            raise
        row = cursor.fetchone()
    return None if row is None else int(row[0])


def _again(owner: str, key: str, fingerprint: bytes) -> HttpResponse:
    first = IdempotencyKey.objects.get(owner=owner, key=key)
    if bytes(first.fingerprint) != fingerprint:
        raise IdempotencyKeyReused
    assert first.status is not None, "a key is committed together with its answer"
    response = _response(first.body, first.status, first.content_type)
    response["Idempotent-Replayed"] = "true"
    return response


def _key_of(request: HttpRequest) -> str:
    key = request.headers.get("Idempotency-Key", "")
    if not (1 <= len(key) <= _KEY_LENGTH_MAX and key.isascii() and key.isprintable()):
        raise IdempotencyKeyRequired
    return key


def _fingerprint(request: HttpRequest, body: dict[str, Any]) -> bytes:
    """What the request asks for: method, address, and the body's meaning (not its spaces)."""
    text = json.dumps(body, sort_keys=True)
    return hashlib.sha256(f"{request.method}\n{request.path}\n{text}".encode()).digest()


def _rendered(answer: Status[Any]) -> HttpResponse:
    value: Schema | None = answer.value
    body = "" if value is None else value.model_dump_json()
    return _response(body, answer.status_code, "application/json")


def _response(body: str, status: int, content_type: str) -> HttpResponse:
    response = HttpResponse(body, status=status, content_type=content_type)
    if status == _ACCEPTED:
        response["Retry-After"] = str(_LOOK_AGAIN_SECONDS)
    return response


def _sqlstate(error: DatabaseError) -> str:
    return str(getattr(error.__cause__, "sqlstate", ""))
