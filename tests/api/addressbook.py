"""Every address of the API, as the URL resolver knows it."""

import re
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

PREFIX = "api/v1/"
DESCRIPTION = "openapi.json"
ROOT = ""
PAGES = ("public", "customer", "provider", "operator", "signin", "inbox")


def addresses() -> list[str]:
    """`METHOD path` of every operation, path parameters in braces."""
    return [f"{method} {path}" for path, methods in sorted(methods_by_path().items()) for method in methods]


def methods_by_path() -> dict[str, list[str]]:
    """The methods of every path under the API's prefix that answers anything but "not here"."""
    found: dict[str, list[str]] = {}
    for route, view in _patterns(get_resolver().url_patterns, ""):
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route)
        if path.startswith(PREFIX) and path.removeprefix(PREFIX) not in {DESCRIPTION, ROOT}:
            operations = _operations(view)
            found[path.removeprefix(PREFIX)] = [method for one in operations for method in one.methods]
    return found


def others() -> set[str]:
    """Paths outside the API that are no application's pages, and those of the API that ninja does not make."""
    routes = {route for route, view in _patterns(get_resolver().url_patterns, "") if not _is_page(view)}
    return {f"/{route}" for route in routes if not route.startswith(PREFIX) or route == PREFIX + DESCRIPTION}


def pages() -> dict[str, object]:
    """The views of the public pages and of the applications, by path."""
    found = _patterns(get_resolver().url_patterns, "")
    return {"/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route): view for route, view in found if _is_page(view)}


def _is_page(view) -> bool:
    return view.__module__.startswith(tuple(f"guildhall.web.{package}." for package in PAGES))


def _operations(view):
    """Ninja keeps a path's operations in its view's closure."""
    (path_view,) = [cell.cell_contents for cell in view.__closure__ if hasattr(cell.cell_contents, "operations")]
    return path_view.operations


def _patterns(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[tuple[str, object]]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern.url_patterns, route)
        else:
            yield route, pattern.callback
