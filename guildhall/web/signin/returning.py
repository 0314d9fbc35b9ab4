"""Where somebody goes after signing in: back to where they were, never out of the application."""

from urllib.parse import quote, urlsplit

from django.core.exceptions import BadRequest
from django.http import HttpRequest

from guildhall.web.signin.applications import Application

_LENGTH_MAX = 2_000


def path_after(request: HttpRequest, application: Application) -> str:
    """
    Give the `next` of a request, or the application's home without one.

    :raises BadRequest: when it leads anywhere but to a path of this application.
    """
    target = request.POST.get("next") or request.GET.get("next") or ""
    if not target:
        return application.url("home")
    if not is_inside(target, application):
        raise BadRequest("next leads out of the application")
    return target


def is_inside(target: str, application: Application) -> bool:
    """Whether a target is a plain path of the application: no host, no back slashes, no way up, nothing invisible."""
    if len(target) > _LENGTH_MAX or not target.isascii() or not target.isprintable() or "\\" in target:
        return False
    try:
        parts = urlsplit(target)
    except ValueError:
        return False
    has_way_up = ".." in parts.path or "%2e" in parts.path.lower() or "//" in parts.path
    return not parts.scheme and not parts.netloc and not has_way_up and parts.path.startswith(f"{application.path}/")


def sign_in_path(request: HttpRequest, application: Application) -> str:
    """Give the sign-in of the application that leads back to what was asked for, if it can be asked for again."""
    address = application.url("sign-in")
    target = request.get_full_path()
    if request.method != "GET" or not is_inside(target, application):
        return address
    return f"{address}?next={quote(target, safe='/')}"
