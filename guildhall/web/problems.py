"""Every refusal of every edge in one shape: `application/problem+json` (RFC 9457)."""

import json
import logging
from typing import Any

import psycopg
from django.core.serializers.json import DjangoJSONEncoder
from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from guildhall.kernel.refusals import Refused

log = logging.getLogger("guildhall.web")
CONTENT_TYPE = "application/problem+json"
_TITLES = {
    400: "The request cannot be read",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Not possible now",
    410: "Over",
    413: "Too large",
    415: "Media type not supported",
    422: "Not possible",
    423: "Locked",
    429: "Too many requests",
    500: "Our fault",
    503: "Not available for a moment",
}
RETRY_SECONDS = 1
_IDLE_TOO_LONG = "25P03"


class Unavailable(Refused):
    """The database or a vendor does not answer; trying again soon is right."""

    code = "unavailable"
    status = 503
    default_detail = "We cannot answer for a moment. Nothing was changed. Please try again."


class Broken(Refused):
    """A fault of ours. The log has the story under the request's id."""

    code = "internal_error"
    status = 500
    default_detail = "Something is wrong on our side. Nothing was changed."


class TooLarge(Refused):
    """The body is over the limit of the settings."""

    code = "too_large"
    status = 413
    default_detail = "The request is too large."


def title_of(status: int) -> str:
    """Give the few words for a status, in English; they are translated where they are shown."""
    return _TITLES.get(status, "Refused")


def problem(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """Answer a refusal; `Retry-After` (seconds) is set where trying again is right."""
    members: dict[str, Any] = {
        "type": f"https://guildhall.example/problems/{refusal.code}",
        "title": gettext(title_of(refusal.status)),
        "status": refusal.status,
        "code": refusal.code,
        "detail": refusal.said(gettext),
        "request_id": getattr(request, "request_id", ""),
        **refusal.extra,
        **({"errors": refusal.fields_said(gettext)} if "errors" in refusal.extra else {}),
    }
    response = HttpResponse(
        json.dumps(members, cls=DjangoJSONEncoder), status=refusal.status, content_type=CONTENT_TYPE
    )
    if (seconds := retry_after(refusal)) is not None:
        response["Retry-After"] = str(seconds)
    if refusal.status == 401:  # noqa: PLR2004 - the one status that has to name its scheme (RFC 9110)
        response["WWW-Authenticate"] = "Bearer"
    return response


def retry_after(refusal: Refused) -> int | None:
    """Say in how many seconds trying again is right; None when it is not."""
    seconds: int | None = refusal.extra.get(
        "retry_after", RETRY_SECONDS if refusal.status == Unavailable.status else None
    )
    return seconds


def refusal_of(error: Exception, request_id: str = "") -> Refused:
    """Say what an exception means to the one who asked; what is not a refusal is logged whole, under the request's id, and told as our fault."""
    if isinstance(error, Refused):
        return error
    if _is_databases(error):
        log.warning("the database did not answer request %s", request_id, exc_info=error)
        return Unavailable()
    log.error("unhandled in request %s", request_id, exc_info=error)
    return Broken()


def _is_databases(error: BaseException | None) -> bool:
    """Whether the database did not answer, or something went wrong while that was being dealt with."""
    while error is not None:
        if isinstance(error, OperationalError | InterfaceError | psycopg.OperationalError) or _was_ended_for_idleness(
            error
        ):
            return True
        error = error.__cause__ or error.__context__
    return False


def _was_ended_for_idleness(error: BaseException) -> bool:
    """The database ended a session that was slow in the middle of a transaction; psycopg files that under internal errors."""
    return isinstance(error, InternalError) and getattr(error.__cause__, "sqlstate", "") == _IDLE_TOO_LONG
