"""Language and theme: two cookies, for everybody, signed in or not."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from guildhall.web.pages.context import THEME_COOKIE, THEMES


@csrf_exempt  # Two cookies of taste: there is nothing to forge, and pages without a form keep no token.
@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Keep `language` and `theme` as far as they are given and known, and go back to `next`."""
    response = HttpResponseRedirect(_back(request))
    response.status_code = 303
    language, theme = request.POST.get("language"), request.POST.get("theme")
    if language in dict(settings.LANGUAGES):
        _keep(request, response, settings.LANGUAGE_COOKIE_NAME, language)
    if theme is not None and theme in THEMES:
        _keep(request, response, THEME_COOKIE, theme)
    return response


def _keep(request: HttpRequest, response: HttpResponse, name: str, value: str) -> None:
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
