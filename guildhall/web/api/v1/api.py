"""The API object: strict parsing, problem+json, nothing open by default."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from guildhall.kernel.refusals import NotFound, Refused
from guildhall.web.api.parsing import MalformedBody, StrictParser
from guildhall.web.problems import problem, refusal_of

_READ_ONLY = frozenset(
    {"id", "role", "is_staff", "state", "status", "price", "total", "verified", "owner_id", "balance", "provider_user_id"}
)


class InvalidField(Refused):
    """A member of the request has the wrong shape."""

    code = "invalid_field"
    status = 400
    default_detail = "A field of the request cannot be read."


class InvalidFilter(InvalidField):
    """A parameter of the query has the wrong shape."""

    code = "invalid_filter"
    default_detail = "A parameter of the query cannot be read."


class UnknownField(InvalidField):
    """The request has a member that this address does not know."""

    code = "unknown_field"
    default_detail = "The request has a field that does not exist here."


class ReadOnly(InvalidField):
    """The request tries to set what is not the asker's to set."""

    code = "read_only"
    default_detail = "The request has a field that cannot be set."


api = NinjaAPI(
    title="Guildhall API",
    version="1",
    description="A service marketplace with vetted providers. Amounts are minor units, instants UTC, lengths minutes.",
    parser=StrictParser(),
    urls_namespace="api-1",
    openapi_url="/openapi.json",
    docs_url="/docs",
)


@api.exception_handler(Refused)
def _refused(request: HttpRequest, error: Refused) -> HttpResponse:
    return problem(request, error)


@api.exception_handler(Http404)
def _missing(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem(request, NotFound())


@api.exception_handler(HttpError)
def _framework(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Ninja wraps what our parser says."""
    cause = error.__cause__
    return problem(request, cause if isinstance(cause, Refused) else MalformedBody())


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return problem(request, refusal_of_fields(error.errors))


@api.exception_handler(Exception)
def _broken(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(request, refusal_of(error))


def refusal_of_fields(errors: list[dict[str, Any]]) -> Refused:
    """Say in one refusal what is wrong with which fields."""
    found = [{"field": _field(error["loc"]), "code": _code(error), "detail": error["msg"]} for error in errors]
    kinds = {item["code"] for item in found}
    if any(error["loc"][:1] == ("path",) for error in errors):
        return NotFound()
    if any(error["loc"][:1] == ("query",) for error in errors) and not kinds & {"unknown_field"}:
        return InvalidFilter(errors=found)
    for kind in (ReadOnly, UnknownField):
        if kind.code in kinds:
            return kind(errors=found)
    return InvalidField(errors=found)


def _code(error: dict[str, Any]) -> str:
    if error["type"] != "extra_forbidden":
        return InvalidField.code
    return ReadOnly.code if error["loc"][-1] in _READ_ONLY else UnknownField.code


def _field(loc: tuple[str | int, ...]) -> str:
    return ".".join(str(part) for part in loc[1:])
