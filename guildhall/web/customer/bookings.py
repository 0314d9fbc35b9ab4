"""The list of bookings: what is still to happen, and what is over."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from guildhall.bookings.queries import list_bookings
from guildhall.bookings.types import BookingCard
from guildhall.kernel.money import Money
from guildhall.media.types import MediaId
from guildhall.web.api.reading import make_time_cursor, read_time_cursor
from guildhall.web.customer.reading import address_of, categories_of, people_of
from guildhall.web.customer.wording import Badge, badge_of
from guildhall.web.pages.navigation import Place
from guildhall.web.signin.access import PageRequest

_PAGE_SIZE = 20


@dataclass(frozen=True)
class Row:
    """A booking in a list."""

    card: BookingCard
    href: str
    title: str
    icon: str
    who: str
    photograph: MediaId | None
    badge: Badge
    price: Money | None


def rows_of(cards: list[BookingCard]) -> list[Row]:
    """Put bookings into rows; categories and people are asked for once."""
    categories, people = categories_of(cards), people_of(cards)
    rows = []
    for card in cards:
        category, person = categories[card.category_id], people.get(card.provider_id) if card.provider_id else None
        who, photograph = (f"{person.first_name} {person.last_initial}.", person.photograph) if person else ("", None)
        total = card.cancellation_fee_minor or None if card.cancelled_by else card.total_minor
        price = None if total is None else Money(total, card.currency)
        rows.append(Row(card, address_of(card), category.name, category.icon, who, photograph, badge_of(card), price))
    return rows


@require_safe
def page(request: PageRequest) -> HttpResponse:
    """List one's bookings, newest request first, in pages."""
    is_over = "past" in request.GET
    kind = f"page of bookings:{request.account.id}:{is_over}"
    before = read_time_cursor(kind, request.GET.get("before"))
    found = list_bookings(by=request.actor, of=request.account.id, is_over=is_over, before=before, limit=_PAGE_SIZE + 1)
    shown = found[:_PAGE_SIZE]
    older = ""
    if len(found) > _PAGE_SIZE:
        cursor = make_time_cursor(kind, shown[-1].requested_at, shown[-1].id)
        older = f"?{'past&' if is_over else ''}before={cursor}"
    views = [
        Place("/my/bookings", _("Upcoming"), "", is_current=not is_over),
        Place("/my/bookings?past", _("Past"), "", is_current=is_over),
    ]
    context = {"rows": rows_of(shown), "views": views, "is_over": is_over, "older": older, "section": "bookings"}
    return render(request, "customer/bookings.html", context)
