"""The API object: strict parsing, problem+json, nothing open by default."""

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from guildhall.kernel.refusals import NotFound, Refused
from guildhall.web.api.parsing import MalformedBody, StrictParser
from guildhall.web.api.refusals import refusal_of_fields
from guildhall.web.problems import TooLarge, problem, refusal_of

api = NinjaAPI(
    title="Guildhall API",
    version="1",
    description="A service marketplace with vetted providers. Amounts are minor units, instants UTC, lengths minutes.",
    parser=StrictParser(),
    urls_namespace="api-1",
    openapi_url=None,
    docs_url=None,
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


@api.exception_handler(RequestDataTooBig)
def _too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return problem(request, TooLarge())


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return problem(request, refusal_of_fields(error.errors))


@api.exception_handler(Exception)
def _broken(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(request, refusal_of(error, getattr(request, "request_id", "")))
