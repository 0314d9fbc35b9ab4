"""The customer's first page: what is happening now."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from guildhall.bookings.queries import list_bookings
from guildhall.catalog.queries import list_categories
from guildhall.customers.queries import get_customer, saved_card
from guildhall.web.asking.draft import Draft
from guildhall.web.customer.bookings import rows_of
from guildhall.web.signin.access import PageRequest

_SHOWN = 5
_PAST_SHOWN = 3
_URGENT = ("awaiting_card", "unfilled", "completed", "arrived", "en_route", "in_progress", "matching", "confirmed")


@require_safe
def page(request: PageRequest) -> HttpResponse:
    """Show what happens now, what wants an answer first; then a way to book, and one's own things."""
    own: dict[str, Any] = {"by": request.actor, "of": request.account.id}
    now = sorted(
        list_bookings(**own, is_over=False, limit=_SHOWN), key=lambda card: (_urgency(card.status), card.starts_at)
    )
    rows = rows_of([*now, *list_bookings(**own, is_over=True, limit=_PAST_SHOWN)])
    context = {
        "rows": rows[: len(now)],
        "past": rows[len(now) :],
        "categories": list_categories(),
        "customer": get_customer(request.account.id),
        "card": saved_card(request.account.id),
        "draft_waits": not Draft.read(request).missing,
        "section": "home",
    }
    return render(request, "customer/home.html", context)


def _urgency(status: str) -> int:
    return _URGENT.index(status) if status in _URGENT else len(_URGENT)
