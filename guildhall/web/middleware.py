"""What every edge has in common: a request id, the clock's now, and refusals turned into answers, once."""

import sys
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError

from guildhall.kernel.ids import new_id
from guildhall.kernel.refusals import Refused
from guildhall.timers.queries import clock_now
from guildhall.web.pages.errors import answer_refusal, is_told
from guildhall.web.problems import CONTENT_TYPE, Broken, TooLarge, refusal_of

_CODES = {
    400: ("bad_request", "The request cannot be read."),
    403: ("not_allowed", "Your account may not do this."),
    404: ("not_found", "There is nothing here by that name."),
    405: ("method_not_allowed", "This address does not know that method."),
    413: ("too_large", "The request is too large."),
}


_DJANGOS = (Http404, PermissionDenied, SuspiciousOperation, BadRequest, MultiPartParserError)


def received_at(request: HttpRequest) -> datetime:
    """Give the clock's now, fetched once per request: `at` of the commands that this request asks for."""
    at: datetime | None = getattr(request, "_received_at", None)
    if at is None:
        at = clock_now()
        request._received_at = at  # type: ignore[attr-defined]  # noqa: SLF001 - ours
    return at


class Plain(Refused):
    """What Django itself refuses, in our words."""

    def __init__(self, status: int) -> None:
        self.status = status  # type: ignore[misc]  # one class for the framework's own statuses
        self.code, detail = _CODES.get(status, ("refused", HTTPStatus(status).phrase))  # type: ignore[misc]
        super().__init__(detail)


def answer_fault(request: HttpRequest) -> HttpResponse:
    """Answer what was raised before or after a view: Django calls this while it handles the exception."""
    error = sys.exc_info()[1]
    return answer_refusal(request, refusal_of(error, _id_of(request)) if isinstance(error, Exception) else Broken())


def _id_of(request: HttpRequest) -> str:
    return getattr(request, "request_id", "")


class Answer:
    """Gives each request an id and turns what a view raises, or what Django refuses in HTML, into its answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request."""
        request.request_id = str(new_id())  # type: ignore[attr-defined]
        response = self.get_response(request)
        content_type = response.headers.get("Content-Type", "").partition(";")[0]
        is_plain = response.status_code in _CODES and content_type != CONTENT_TYPE and not is_told(response)
        if is_plain and not response.streaming:
            allow = response.headers.get("Allow")
            response = answer_refusal(request, Plain(response.status_code))
            if allow:
                response["Allow"] = ", ".join(sorted(method.strip() for method in allow.split(",")))
        response["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]
        response.setdefault("Cache-Control", "no-store")
        if not response.streaming:
            # Whoever gets less than that knows that the answer broke off.
            response.setdefault("Content-Length", str(len(response.content)))
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer what a view raised; what Django has a status for comes back through `__call__`."""
        if isinstance(error, RequestDataTooBig):
            return answer_refusal(request, TooLarge())
        if isinstance(error, _DJANGOS):
            return None
        return answer_refusal(request, refusal_of(error, _id_of(request)))
