"""Views that only read: unknown parameters are refused, lists come in pages."""

import base64
import json
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac

from guildhall.kernel.refusals import Refused
from guildhall.web.api.parsing import check_text

P = ParamSpec("P")
PAGE_SIZE_MAX = 100


class UnknownParameter(Refused):
    """The query has a parameter that this address does not know."""

    code = "unknown_field"
    status = 400
    default_detail = "The query has a parameter that does not exist here."


class BadCursor(Refused):
    """The cursor was not made by this address."""

    code = "bad_cursor"
    status = 400
    default_detail = "This cursor is not one of ours. Start from the first page."


def reads(*parameters: str) -> Callable[[Callable[Concatenate[HttpRequest, P], Any]], Callable[Concatenate[HttpRequest, P], Any]]:
    """Let only the named query parameters through."""

    def decorate(view: Callable[Concatenate[HttpRequest, P], Any]) -> Callable[Concatenate[HttpRequest, P], Any]:
        @wraps(view)
        def checked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> Any:
            for name, values in request.GET.lists():
                if name not in parameters or len(values) > 1:
                    raise UnknownParameter(errors=[{"field": name[:80]}])
                check_text(values[0])
            return view(request, *args, **kwargs)

        return checked

    return decorate


def make_cursor(kind: str, at: datetime, last_id: UUID) -> str:
    """Name a place in a list so that nobody can make one up."""
    text = json.dumps([at.isoformat(), str(last_id)])
    return base64.urlsafe_b64encode(f"{_signature(kind, text)}{text}".encode()).decode().rstrip("=")


def read_cursor(kind: str, cursor: str | None) -> tuple[datetime, UUID] | None:
    """
    Read a place in a list back.

    :raises BadCursor: when it is not of this list, or changed.
    """
    if cursor is None:
        return None
    try:
        decoded = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except ValueError:
        raise BadCursor from None
    signature, text = decoded[:16], decoded[16:]
    if not constant_time_compare(signature, _signature(kind, text)):
        raise BadCursor
    at, last_id = json.loads(text)
    return datetime.fromisoformat(at), UUID(last_id)


def _signature(kind: str, text: str) -> str:
    return salted_hmac(f"cursor of {kind}", text, algorithm="sha256").hexdigest()[:16]
