"""Every page of the system, as the URL resolver knows it, and who looks at it how."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver

# Edges that answer machines, and addresses that only take forms.
MACHINES = ("api/", "webhooks/", "internal/", "media/", "health", "ready")


@dataclass(frozen=True)
class Row:
    """How a page is looked at: `url` where its pattern has parts, by whom (`customer`, `provider`, `operator`, nobody)."""

    url: str
    who: str = ""
    expected_status: int = 200


# A page is checked by its row here, or by what is named below.
ROWS: dict[str, Row] = {
    "": Row("/"),
    "styleguide": Row("/styleguide"),
    "services/<str:category>": Row("/services/audio"),
    "request": Row("/request?category=audio"),
    "terms": Row("/terms"),
    "privacy": Row("/privacy"),
    "my/": Row("/my/", "customer"),
    "my/book": Row("/my/book", "customer"),
    "my/bookings": Row("/my/bookings", "customer"),
    "my/addresses": Row("/my/addresses", "customer"),
    "my/addresses/new": Row("/my/addresses/new", "customer"),
    "my/favourites": Row("/my/favourites", "customer"),
    "my/messages": Row("/my/messages", "customer"),
    "pro/messages": Row("/pro/messages", "provider"),
    "my/blocked": Row("/my/blocked", "customer"),
    "my/account/cards": Row("/my/account/cards", "customer"),
    "pro/": Row("/pro/", "provider"),
    "pro/offers": Row("/pro/offers", "provider"),
    "pro/calendar": Row("/pro/calendar?view=month", "provider"),
    **{
        f"pro/{path}": Row(f"/pro/{path}", "provider")
        for path in (
            "calendar/time-off",
            "calendar/subscription",
            "earnings",
            "payouts",
            "work",
            "work/hours",
            "work/limits",
            "work/categories",
            "work/area",
            "work/about",
            "work/listings",
            "work/listings/new",
        )
    },
    "ops/": Row("/ops/", "operator"),
    "ops/search": Row("/ops/search?q=nobody", "operator"),
    "ops/bookings": Row("/ops/bookings?status=unfilled", "operator"),
    "ops/customers": Row("/ops/customers", "operator"),
    "ops/providers": Row("/ops/providers", "operator"),
    "ops/switches": Row("/ops/switches", "operator"),
    "ops/policies": Row("/ops/policies", "operator"),
    "ops/policies/<str:document>": Row("/ops/policies/matching", "operator"),
    "ops/health": Row("/ops/health", "operator"),
}
_CUSTOMERS = "tests/customer_pages/test_journeys.py: looked at on the way of a booking"
ELSEWHERE: dict[str, str] = {
    **{
        f"{prefix}/messages{part}": "tests/web/test_inbox.py: takes a form only, or is a part of a page"
        for prefix in ("my", "pro")
        for part in ("/live", "/read", "/unread", "/<uuid:message_id>")
    },
    "providers/<str:provider_id>": _CUSTOMERS,
    **{f"request/{step}": _CUSTOMERS for step in ("where", "pin", "when", "price")},
    "my/request": _CUSTOMERS,
    "my/addresses/<str:address_id>": _CUSTOMERS,
    **{
        f"my/bookings/<str:booking_id>{part}": _CUSTOMERS
        for part in ("", "/card", "/cancellation", "/rescheduling", "/no-show", "/contest", "/tip", "/review")
    },
    **{
        f"my/{path}": "tests/api/test_pages.py: takes a form only, or is a part of a page"
        for path in (
            "account/cards/live",
            "account/cards/new",
            "account/cards/<uuid:card_id>/default",
            "account/cards/<uuid:card_id>/removal",
            "bookings/<str:booking_id>/live",
            "bookings/<str:booking_id>/agreement",
            "bookings/<str:booking_id>/proposed-time",
            "bookings/<str:booking_id>/way",
            "bookings/<str:booking_id>/widening",
            "bookings/<str:booking_id>/confirmation",
            "bookings/<str:booking_id>/again",
            "addresses/<str:address_id>/booking",
            "favourites/<str:provider_id>",
            "favourites/<str:provider_id>/removal",
            "favourites/<str:provider_id>/order",
            "blocked/<str:provider_id>",
            "blocked/<str:provider_id>/removal",
        )
    },
    **{
        f"pro/{path}": "tests/provider_pages/test_journeys.py: looked at on the way of a job"
        for path in (
            "offers/<str:offer_id>",
            "offers/<str:offer_id>/decline",
            "jobs/<str:booking_id>",
            *(f"jobs/<str:booking_id>/{page}" for page in ("finish", "delay", "withdrawal", "no-show", "unresolved")),
        )
    },
    **{
        f"pro/{path}": "tests/api/test_pages.py: takes a form only, or is a part of a page"
        for path in (
            "live",
            "availability",
            "offers/live",
            "offers/<str:offer_id>/live",
            "offers/<str:offer_id>/acceptance",
            "calendar/time-off/<str:time_off_id>/removal",
            "calendar/feed/<str:token>.ics",
            "payouts/live",
            "payouts/now",
            "payouts/account",
            "work/listings/<str:service_id>",
            "work/listings/<str:service_id>/removal",
            "work/photograph",
            "work/photograph/removal",
            *(
                f"jobs/<str:booking_id>/{step}"
                for step in ("live", "leave", "position", "arrive", "start", "pause", "resume", "photographs")
            ),
        )
    },
    "preferences": "tests/web/test_pages.py: takes a form only",
    "my/manifest.webmanifest": "tests/web: for machines",
    "pro/manifest.webmanifest": "tests/web: for machines",
}

_DESK = "tests/operator_pages: looked at with something in it"
_DESK_FORMS = "tests/operator_pages: takes a form only"
_OF_A_BOOKING = [
    "settlement",
    "dismissal",
    "assignment",
    "replacement",
    "no-show",
    "widening",
    "rescheduling",
    "link",
    "withdrawal",
    "cancellation",
]
ELSEWHERE |= {
    "ops/live": "tests/operator_pages: a part of a page",
    "ops/health/live": "tests/operator_pages: a part of a page",
    "ops/bookings/<str:booking_id>": _DESK,
    "ops/customers/<str:customer_id>": _DESK,
    "ops/providers/<str:provider_id>": _DESK,
    "ops/facts/<int:fact_id>/retry": _DESK_FORMS,
    "ops/customers/<str:customer_id>/booking": _DESK,
    "ops/customers/<str:customer_id>/closing": _DESK_FORMS,
    "ops/providers/<str:provider_id>/tier": _DESK_FORMS,
    "ops/providers/<str:provider_id>/right": _DESK_FORMS,
    "ops/providers/<str:provider_id>/right/revocation": _DESK_FORMS,
    "ops/providers/<str:provider_id>/closing": _DESK_FORMS,
    "ops/switches/<str:pause_id>/release": _DESK_FORMS,
    "ops/jobs/<int:job_id>/retry": _DESK_FORMS,
    "ops/jobs/<int:job_id>/cancellation": _DESK_FORMS,
    "ops/timers/<int:timer_id>/retry": _DESK_FORMS,
    **{f"ops/bookings/<str:booking_id>/{action}": _DESK_FORMS for action in _OF_A_BOOKING},
}

# The account pages, the same below each application's own path: what is shown to whom, and what only takes a form.
_APPLICATIONS = {"my": "customer", "pro": "provider", "ops": "operator"}
_FOR_STRANGERS = ["sign-in", "sign-in/code", "sign-in/code/entry", "verification", "password/forgotten", "password/new"]
_FOR_MEMBERS = ["", "agreements", "passkeys", "password", "profile", "sessions"]
_FORMS_ONLY = [
    "passkeys/<uuid:passkey_id>/removal",
    "passkeys/offer",
    "sessions/<uuid:session_id>/end",
    "sign-in/passkey",
    "sign-in/passkey/question",
    "sign-out",
    "sign-out/everywhere",
    "tastes",
    "verification/again",
]
for _prefix, _role in _APPLICATIONS.items():
    _start = f"{_prefix}/account/"
    ROWS |= {f"{_start}{page}": Row(f"/{_start}{page}") for page in _FOR_STRANGERS}
    ROWS |= {f"{_start}{page}": Row(f"/{_start}{page}", _role) for page in _FOR_MEMBERS}
    ELSEWHERE |= {f"{_start}{page}": "tests/web: takes a form only" for page in _FORMS_ONLY}
ROWS |= {f"{prefix}/account/register": Row(f"/{prefix}/account/register") for prefix in ("my", "pro")}


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
