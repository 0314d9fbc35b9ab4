"""Every page of the system, as the URL resolver knows it, and who looks at it how."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver

# Edges that answer machines, and addresses that only take forms.
MACHINES = ("api/", "webhooks/", "internal/", "health", "ready")


@dataclass(frozen=True)
class Row:
    """How a page is looked at: `url` where its pattern has parts, by whom (`customer`, `provider`, `operator`, nobody)."""

    url: str
    who: str = ""
    expected_status: int = 200


# A page is checked by its row here, or by a test that says why and is named here instead.
ROWS: dict[str, Row] = {
    "styleguide": Row("/styleguide"),
    "": Row("/"),
}
CHECKED_ELSEWHERE: dict[str, str] = {
    "preferences": "tests/web/test_pages.py: takes a form and redirects",
}


def pages() -> set[str]:
    """Give the pattern of every address that a person's browser may open."""
    return {route for route in _patterns(get_resolver().url_patterns, "") if not route.startswith(MACHINES)}


def _patterns(patterns: list[URLPattern | URLResolver], start: str) -> Iterator[str]:
    for pattern in patterns:
        route = start + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern.url_patterns, route)
        else:
            yield route
