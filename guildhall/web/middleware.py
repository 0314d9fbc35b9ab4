"""What every edge has in common: a request id, the clock's now, and refusals turned into answers, once."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

from guildhall.kernel.actors import Actor
from guildhall.kernel.ids import new_id
from guildhall.kernel.refusals import Refused
from guildhall.timers.queries import clock_now
from guildhall.web.problems import CONTENT_TYPE, problem, refusal_of

_CODES = {
    400: ("bad_request", "The request cannot be read."),
    403: ("not_allowed", "Your account may not do this."),
    404: ("not_found", "There is nothing here by that name."),
    405: ("method_not_allowed", "This address does not know that method."),
    413: ("too_large", "The request is too large."),
}


class GuildRequest(HttpRequest):
    """A request with what our edges add to it: its id, and who acts."""

    request_id: str
    actor: Actor


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


class Answer:
    """Gives each request an id and turns what a view raises, or what Django refuses in HTML, into its answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request."""
        request.request_id = str(new_id())  # type: ignore[attr-defined]
        response = self.get_response(request)
        is_plain = response.status_code in _CODES and response["Content-Type"].partition(";")[0] != CONTENT_TYPE
        if is_plain and not response.streaming:
            allow = response.get("Allow")
            response = problem(request, Plain(response.status_code))
            if allow:
                response["Allow"] = allow
        response["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]
        response.setdefault("Cache-Control", "no-store")
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse:
        """Answer what a view raised."""
        return problem(request, refusal_of(error))
