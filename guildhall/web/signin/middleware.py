"""The door of the applications: who asks, in one query; and no page below their paths without an answer to that."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, HttpResponseRedirect
from django.middleware.csrf import CsrfViewMiddleware
from django.utils import translation

from guildhall.identity.commands import note_seen
from guildhall.identity.queries import read_browser_session
from guildhall.kernel.actors import Actor
from guildhall.kernel.refusals import NotAllowed
from guildhall.web.middleware import received_at
from guildhall.web.pages.errors import answer_refusal
from guildhall.web.signin.access import is_asked_by_pages, is_open, scopes_let_in
from guildhall.web.signin.applications import CUSTOMER, Application, application_of
from guildhall.web.signin.returning import sign_in_path

_CSRF_SECRET_LENGTH = 32
_CSRF_AGE_SECONDS = 365 * 86_400
_MARK_AGE_SECONDS = 30 * 86_400
# The templates of the public pages read it.
MARK = "guildhall_customer"


class NotSignedIn(NotAllowed):
    """A part of a page was asked for after the session's end."""

    code = "not_signed_in"
    status = 401
    default_detail = "Sign in again."


class SignIn:
    """Gives a request its `application`, `account` and `actor`, speaks the account's language, and denies by default."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        """Answer a request."""
        application = application_of(request.path_info)
        token = request.COOKIES.get(application.session_cookie, "") if application else ""
        account = read_browser_session(token, application.role) if application and token else None
        request.application = application
        request.account = account
        if application:
            request.actor = Actor(account.actor_kind, account.id) if account else Actor.anonymous()
        has_chosen = bool(request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME))
        with translation.override(account.language) if account and not has_chosen else nullcontext():
            response = self.get_response(request)
        if application and token and account is None and application.session_cookie not in response.cookies:
            application.delete_cookie(response, application.session_cookie)
        if application == CUSTOMER:
            _tell_public_pages(request, response, is_signed_in=account is not None)
        return response

    def process_view(
        self, request: Any, view: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Let in whom the view lets in; send everybody else to the application's sign-in."""
        application: Application | None = request.application
        if application is None:
            return None
        request.received_at = received_at(request)
        if request.account and not request.account.is_seen_lately and not is_asked_by_pages(view):
            note_seen(session_id=request.account.session_id)
        if is_open(view):
            return None
        if request.account is None:
            if _is_part_of_a_page(request):
                return answer_refusal(request, NotSignedIn())
            return HttpResponseRedirect(sign_in_path(request, application))
        asked = scopes_let_in(view)
        if asked and not asked & request.account.scopes:
            return answer_refusal(request, NotAllowed())
        return None


def _tell_public_pages(request: HttpRequest, response: HttpResponse, *, is_signed_in: bool) -> None:
    """Keep a mark that holds no secret: public pages know no session, but must not ask a customer who has one to sign in."""
    is_marked = MARK in request.COOKIES
    if is_signed_in and not is_marked:
        is_secure = settings.PUBLIC_URL.startswith("https:")
        response.set_cookie(MARK, "1", max_age=_MARK_AGE_SECONDS, secure=is_secure, httponly=True, samesite="Lax")
    elif is_marked and not is_signed_in:
        response.delete_cookie(MARK, samesite="Lax")


def _is_part_of_a_page(request: HttpRequest) -> bool:
    """Whether a script asks: a redirect would put the sign-in page into the middle of another."""
    return "HX-Request" in request.headers or request.headers.get("Sec-Fetch-Dest", "document") != "document"


class Csrf(CsrfViewMiddleware):
    """Django's check of forms, with a cookie for each application. Public pages have no session that a forged form could use."""

    def process_view(
        self, request: Any, callback: Any, callback_args: Any, callback_kwargs: Any
    ) -> HttpResponseForbidden | None:
        """Check a form that an application got."""
        if request.application is None:
            return None
        return super().process_view(request, callback, callback_args, callback_kwargs)

    def _get_secret(self, request: Any) -> str | None:
        cookie = request.application.csrf_cookie if request.application else ""
        secret: str = request.COOKIES.get(cookie, "")
        return secret if len(secret) == _CSRF_SECRET_LENGTH and secret.isalnum() and secret.isascii() else None

    def _set_csrf_cookie(self, request: Any, response: HttpResponse) -> None:
        if request.application is not None:
            name, secret = request.application.csrf_cookie, request.META["CSRF_COOKIE"]
            request.application.set_cookie(response, name, secret, max_age=_CSRF_AGE_SECONDS)
