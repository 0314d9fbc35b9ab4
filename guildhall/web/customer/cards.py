"""Cards on file: which one is used, another one by the vendor's page, and one less."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guildhall.bookings.commands import remove_card
from guildhall.customers.commands import make_default_card
from guildhall.customers.queries import list_cards
from guildhall.customers.types import Card
from guildhall.payments.commands import start_card_setup
from guildhall.payments.queries import get_card_setup
from guildhall.web.signin.access import PageRequest, asks_by_itself
from guildhall.web.signin.answering import SeeOther, refusals_beside, show_form

_LIST = "/my/account/cards"
_LOOK_AGAIN_SECONDS = 1


class Nothing(forms.Form):
    """Nothing has to be said; what is refused stands above the list."""


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: PageRequest) -> HttpResponse:
    """List one's cards; POST opens the vendor's page for another one."""
    if request.method == "POST":
        start_card_setup(
            customer_id=request.account.id, return_url=f"{settings.PUBLIC_URL}{_LIST}", at=request.received_at
        )
        return SeeOther(f"{_LIST}/new")
    return render(request, "customer/cards.html", _context(request))


@require_safe
@asks_by_itself
def part(request: PageRequest) -> HttpResponse:
    """Give the list anew, until the card that was just given is in it."""
    return render(request, "customer/cards_list.html", _context(request))


@require_safe
def opening(request: PageRequest) -> HttpResponse:
    """Lead to the vendor's page; while we ask the vendor for it, a page that looks again by itself."""
    setup = get_card_setup(request.account.id)
    if setup is None or setup.status not in {"requested", "open"}:
        return SeeOther(_LIST)
    if setup.status == "open" and setup.url:
        return SeeOther(setup.url)
    response = render(request, "customer/card_opening.html", {"back": _LIST, "section": "account"})
    response["Refresh"] = str(_LOOK_AGAIN_SECONDS)
    return response


@require_POST
def make_default(request: PageRequest, card_id: UUID) -> HttpResponse:
    """Have a card used from now on."""
    make_default_card(customer_id=request.account.id, card_id=card_id, by=request.actor, at=request.received_at)
    return SeeOther(_LIST)


@require_POST
def remove(request: PageRequest, card_id: UUID) -> HttpResponse:
    """Take a card off file, unless a booking needs it."""
    form = Nothing(request.POST)
    if form.is_valid():
        with refusals_beside(form):
            remove_card(customer_id=request.account.id, card_id=card_id, by=request.actor, at=request.received_at)
        if not form.errors:
            return SeeOther(_LIST)
    return show_form(request, "customer/cards.html", form, **_context(request))


def _context(request: PageRequest) -> dict[str, Any]:
    setup, visit = get_card_setup(request.account.id), request.GET.get("card", "")
    # Who comes back from the vendor's page has given a card; we may hear of it a moment later.
    is_checked = setup is not None and setup.status in {"requested", "open"} and str(setup.id) == visit
    return {
        "cards": [(card, _is_over(card, request)) for card in list_cards(request.account.id)],
        "is_checked": is_checked,
        "visit": visit,
        "section": "account",
    }


def _is_over(card: Card, request: PageRequest) -> bool:
    now = request.received_at
    return (card.exp_year, card.exp_month) < (now.year, now.month)
