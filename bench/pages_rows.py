"""
What is asked of each page in a full city: the rows of `tests/browser/places.py`, and those whose address names something.

`{booking}` and the like are filled by `bench/pages_data.py`, with the one of the city that gives the page the most to show.
"""

from dataclasses import dataclass

from tests.browser.places import ROWS as LOOKED_AT
from tests.browser.places import pages


@dataclass(frozen=True)
class Row:
    """
    One question: `who` asks (`customer`, `provider`, `operator`, nobody).

    `stage` names the statuses of the booking that `{booking}` stands for, the best first; whoever's it is asks. `leads` is said of
    a page that may answer with the way to another.
    """

    url: str
    who: str = ""
    stage: tuple[str, ...] = ()
    leads: bool = False


_LATE = ("completed", "contested", "closed")
_OPEN = ("confirmed", "unfilled", "waiting")
_AFTERWARDS = ("closed", "settled")


def _booking(part: str, *stage: str, leads: bool = False) -> Row:
    return Row(f"/my/bookings/{{booking}}{part}", "customer", stage, leads)


def _job(part: str, *stage: str) -> Row:
    return Row(f"/pro/jobs/{{booking}}{part}", "provider", stage)


_BY_NAME: dict[str, list[Row]] = {
    "providers/<str:provider_id>": [Row("/providers/{provider}")],
    **{f"request/{step}": [Row(f"/request/{step}")] for step in ("where", "pin", "when", "price")},
    "my/request": [Row("/my/request", "customer")],
    "my/addresses/<str:address_id>": [Row("/my/addresses/{address}", "customer")],
    "my/bookings/<str:booking_id>": [_booking("", *_LATE), _booking("", *_OPEN), _booking("", *_AFTERWARDS)],
    "my/bookings/<str:booking_id>/live": [_booking("/live", *_OPEN)],
    "my/bookings/<str:booking_id>/card": [_booking("/card", "awaiting_card", *_OPEN, leads=True)],
    "my/bookings/<str:booking_id>/cancellation": [_booking("/cancellation", *_OPEN)],
    "my/bookings/<str:booking_id>/rescheduling": [_booking("/rescheduling", *_OPEN)],
    "my/bookings/<str:booking_id>/no-show": [_booking("/no-show", "confirmed", "en_route")],
    "my/bookings/<str:booking_id>/contest": [_booking("/contest", "completed", leads=True)],
    "my/bookings/<str:booking_id>/tip": [_booking("/tip", *_AFTERWARDS, leads=True)],
    "my/bookings/<str:booking_id>/review": [_booking("/review", *_AFTERWARDS, leads=True)],
    "my/bookings/<str:booking_id>/way": [_booking("/way", *_OPEN)],
    "my/account/cards/live": [Row("/my/account/cards/live", "customer")],
    "my/account/cards/new": [Row("/my/account/cards/new", "customer", leads=True)],
    "my/messages/live": [Row("/my/messages/live", "customer")],
    "pro/messages/live": [Row("/pro/messages/live", "provider")],
    "my/messages/unread": [Row("/my/messages/unread", "customer")],
    "pro/messages/unread": [Row("/pro/messages/unread", "provider")],
    "ops/customers/<str:customer_id>/booking": [Row("/ops/customers/{customer}/booking", "operator")],
    "pro/live": [Row("/pro/live", "provider")],
    "pro/offers/live": [Row("/pro/offers/live", "provider")],
    "pro/offers/<str:offer_id>": [Row("/pro/offers/{offer}", "provider")],
    "pro/offers/<str:offer_id>/live": [Row("/pro/offers/{offer}/live", "provider")],
    "pro/offers/<str:offer_id>/decline": [Row("/pro/offers/{offer}/decline", "provider")],
    "pro/jobs/<str:booking_id>": [_job("", *_LATE), _job("", "confirmed", "in_progress")],
    "pro/jobs/<str:booking_id>/live": [_job("/live", *_LATE)],
    **{
        f"pro/jobs/<str:booking_id>/{page}": [_job(f"/{page}", "confirmed", "in_progress", *_LATE)]
        for page in ("finish", "delay", "withdrawal", "no-show", "unresolved")
    },
    "pro/calendar": [Row(f"/pro/calendar?view={view}", "provider") for view in ("day", "week", "month")],
    "pro/calendar/feed/<str:token>.ics": [Row("/pro/calendar/feed/{feed}.ics", "provider")],
    "pro/work/listings/<str:service_id>": [Row("/pro/work/listings/{listing}", "provider")],
    "pro/payouts/live": [Row("/pro/payouts/live", "provider")],
    "ops/": [Row("/ops/", "operator"), Row("/ops/?kind=unfilled", "operator")],
    "ops/live": [Row("/ops/live", "operator")],
    "ops/health/live": [Row("/ops/health/live", "operator")],
    "ops/search": [Row("/ops/search?q=ma", "operator"), Row("/ops/search?q=5550", "operator")],
    "ops/bookings": [Row("/ops/bookings", "operator"), Row("/ops/bookings?status=closed", "operator")],
    "ops/bookings/<str:booking_id>": [Row("/ops/bookings/{booking}", "operator", stage) for stage in (_LATE, _OPEN)],
    "ops/customers": [Row("/ops/customers", "operator"), Row("/ops/customers?q=ma", "operator")],
    "ops/providers": [Row("/ops/providers", "operator"), Row("/ops/providers?q=ma", "operator")],
    "ops/customers/<str:customer_id>": [Row("/ops/customers/{customer}", "operator")],
    "ops/providers/<str:provider_id>": [Row("/ops/providers/{provider}", "operator")],
    "my/manifest.webmanifest": [Row("/my/manifest.webmanifest")],
    "pro/manifest.webmanifest": [Row("/pro/manifest.webmanifest")],
}


def rows() -> dict[str, list[Row]]:
    """Give the questions by the page's route."""
    # Strangers who open the second step of something are led to its first.
    plain = {route: [Row(one.url, one.who, leads=not one.who)] for route, one in LOOKED_AT.items()}
    return {**plain, **_BY_NAME}


def without_row() -> set[str]:
    """Give the routes that no row asks for: they may only take forms."""
    return pages() - set(rows())
