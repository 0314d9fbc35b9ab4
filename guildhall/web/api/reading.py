"""Views that only read: unknown parameters are refused, lists come in pages."""

import base64
import binascii
import inspect
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

from guildhall.kernel.refusals import Refused
from guildhall.web.api.parsing import is_storable
from guildhall.web.api.refusals import InvalidFilter, UnknownField
from guildhall.web.api.schemas import Page

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")
PAGE_SIZE = 20
_SIGNATURE_LENGTH = 16


class BadCursor(Refused):
    """The cursor was not made by this address."""

    code = "bad_cursor"
    status = 400
    default_detail = "This cursor is not one of ours. Start from the first page."


def reads(view: Callable[Concatenate[HttpRequest, P], R]) -> Callable[Concatenate[HttpRequest, P], R]:
    """Let only those query parameters through that the view has, each once."""
    names = _parameters(view)

    @wraps(view)
    def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> R:
        check_query(request, names)
        return view(request, *args, **kwargs)

    return checked


def check_query(request: HttpRequest, names: frozenset[str]) -> None:
    """
    Refuse parameters that are not among `names` (those of the address itself are none), and any that stands twice.

    :raises UnknownField: when there is one.
    :raises InvalidFilter: when one holds what cannot be stored.
    """
    in_address = request.resolver_match.kwargs.keys() if request.resolver_match else ()
    for name, values in request.GET.lists():
        if name not in names or name in in_address or len(values) > 1:
            raise UnknownField(errors=[{"field": name[:80], "code": UnknownField.code}])
        if not is_storable(values[0]):
            raise InvalidFilter(errors=[{"field": name, "code": InvalidFilter.code}])


def _parameters(view: Callable[..., Any]) -> frozenset[str]:
    parameters = inspect.signature(view).parameters.items()
    return frozenset(name for name, one in parameters if one.annotation not in {HttpRequest, HttpResponse})


def page_of(found: Sequence[T], limit: int, show: Callable[[T], R], cursor: Callable[[T], str]) -> Page[R]:
    """Make a page of at most `limit` from what was found; finding one more than that says that there is a next page."""
    shown = found[:limit]
    return Page[R](
        items=[show(item) for item in shown],
        next_cursor=cursor(shown[-1]) if len(found) > limit else None,
    )


def make_cursor(kind: str, *parts: str) -> str:
    """Name a place in a list so that nobody can make one up."""
    text = json.dumps(parts)
    return base64.urlsafe_b64encode(f"{_signature(kind, text)}{text}".encode()).decode().rstrip("=")


def read_cursor(kind: str, cursor: str | None) -> list[str] | None:
    """
    Read a place in a list back; no cursor is the list's beginning.

    :raises BadCursor: when it is not of this list, or changed.
    """
    if cursor is None:
        return None
    try:
        decoded = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)).decode()
    except (ValueError, binascii.Error):
        raise BadCursor from None
    signature, text = decoded[:_SIGNATURE_LENGTH], decoded[_SIGNATURE_LENGTH:]
    if not constant_time_compare(signature, _signature(kind, text)):
        raise BadCursor
    parts: list[str] = json.loads(text)
    return parts


def make_time_cursor(kind: str, at: datetime, last_id: UUID) -> str:
    """Name a place in a list that is ordered by an instant and an id."""
    return make_cursor(kind, at.isoformat(), str(last_id))


def read_time_cursor(kind: str, cursor: str | None) -> tuple[datetime, UUID] | None:
    """
    Read a place in such a list back.

    :raises BadCursor: when it is not of this list, or changed.
    """
    parts = read_cursor(kind, cursor)
    return (datetime.fromisoformat(parts[0]), UUID(parts[1])) if parts else None


def _signature(kind: str, text: str) -> str:
    return salted_hmac(f"cursor of {kind}", text, algorithm="sha256").hexdigest()[:_SIGNATURE_LENGTH]
