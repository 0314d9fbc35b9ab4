"""Language and theme: two cookies, for everybody, signed in or not; and a third while no account knows of the language yet."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from guildhall.web.pages.context import THEME_COOKIE, THEMES

_CHOICE_COOKIE = "language_choice"


@csrf_exempt  # Two cookies of taste: there is nothing to forge, and pages without a form keep no token.
@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Keep what a visitor chose; whoever signs in here next takes the language along (see `open_choice`)."""
    response = keep_tastes(request)
    if settings.LANGUAGE_COOKIE_NAME in response.cookies:
        _keep(response, _CHOICE_COOKIE, "1")
    return response


def keep_tastes(request: HttpRequest) -> HttpResponse:
    """Keep `language` and `theme` as far as they are given and known, and go back to `next`."""
    response = HttpResponseRedirect(_back(request))
    response.status_code = 303
    language, theme = request.POST.get("language"), request.POST.get("theme")
    if language in dict(settings.LANGUAGES):
        _keep(response, settings.LANGUAGE_COOKIE_NAME, language)
    if theme is not None and theme in THEMES:
        _keep(response, THEME_COOKIE, theme)
    return response


def open_choice(request: HttpRequest) -> str | None:
    """Give the language that a visitor chose by the switch of this browser and that no account has taken over yet."""
    language = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    return language if request.COOKIES.get(_CHOICE_COOKIE) and language in dict(settings.LANGUAGES) else None


def close_choice(request: HttpRequest, response: HttpResponse, language: str) -> None:
    """Let the account's `language` count in this browser from now on, whatever somebody else chose here."""
    response.delete_cookie(_CHOICE_COOKIE, samesite="Lax")
    if request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) != language:
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME, samesite="Lax")


def _keep(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name,
        value,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=urlsplit(settings.PUBLIC_URL).scheme == "https",
        httponly=True,
        samesite="Lax",
    )


def _back(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "/")
    is_ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if is_ours else "/"
