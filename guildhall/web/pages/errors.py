"""A refusal as a person reads it: a page, or for a part of a page a toast; machines get `problem+json`."""

from http import HTTPStatus

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext

from guildhall.kernel.refusals import Refused
from guildhall.web.problems import problem, title_of

# Who asks there reads no HTML.
_MACHINES = ("/api/", "/webhooks/", "/internal/", "/static/", "/health", "/ready")
_WORTH_TRYING_AGAIN = {429, 500, 503}


def answer_refusal(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """Answer a refusal in the form that the one who asked can read."""
    told = problem(request, refusal)
    if not _reads_pages(request):
        return told
    is_part = "HX-Request" in request.headers
    try:
        response = _toast(refusal) if is_part else HttpResponse(_page(request, refusal), status=refusal.status)
    except DatabaseError:  # A page reads the stop switches' banner, and may be the one that finds nobody there.
        return told
    if "Retry-After" in told.headers:
        response["Retry-After"] = told["Retry-After"]
    response.is_told = True  # type: ignore[attr-defined]  # so that the middleware does not say it again
    return response


def is_told(response: HttpResponse) -> bool:
    """Whether an answer is a refusal in our words already."""
    return getattr(response, "is_told", False)


def _reads_pages(request: HttpRequest) -> bool:
    if request.path.startswith(_MACHINES):
        return False
    accepted = request.headers.get("Accept", "*/*")
    return "text/html" in accepted or "*/*" in accepted


def _page(request: HttpRequest, refusal: Refused) -> str:
    application = getattr(request, "application", None)
    context = {
        "status": refusal.status,
        "title": gettext(title_of(refusal.status)),
        "detail": refusal.said(gettext),
        "request_id": getattr(request, "request_id", ""),
        "home": f"{application.path}/" if application else "/",
        "can_try_again": refusal.status in _WORTH_TRYING_AGAIN and request.method == "GET",
    }
    return render_to_string("pages/error.html", context, request)


def _toast(refusal: Refused) -> HttpResponse:
    text = refusal.said(gettext)
    response = HttpResponse(
        render_to_string("pages/components/toast.html", {"text": text, "kind": "danger"}), status=refusal.status
    )
    response["HX-Retarget"], response["HX-Reswap"] = "#toasts", "beforeend"
    if refusal.status == HTTPStatus.UNAUTHORIZED:
        response["HX-Refresh"] = "true"  # The whole page, once asked for, leads to the sign-in.
    return response
