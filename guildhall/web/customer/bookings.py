"""The list of bookings: what is still to happen, and what is over."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from guildhall.bookings.queries import list_bookings
from guildhall.bookings.types import BookingCard
from guildhall.catalog.queries import name_jobs
from guildhall.catalog.types import JobName
from guildhall.kernel.money import Money
from guildhall.media.types import MediaId
from guildhall.web.api.reading import make_time_cursor, read_time_cursor
from guildhall.web.customer.reading import address_of, people_of
from guildhall.web.customer.wording import Badge, badge_of
from guildhall.web.pages.navigation import Place
from guildhall.web.signin.access import PageRequest

_PAGE_SIZE = 20


@dataclass(frozen=True)
class Row:
    """A booking in a list."""

    card: BookingCard
    href: str
    job: JobName
    who: str
    photograph: MediaId | None
    badge: Badge
    price: Money | None


def rows_of(cards: list[BookingCard]) -> list[Row]:
    """Put bookings into rows; people are asked for once."""
    people, jobs = people_of(cards), name_jobs((card.category_id, card.kind) for card in cards)
    rows = []
    for card in cards:
        person = people.get(card.provider_id) if card.provider_id else None
        who, photograph = (f"{person.first_name} {person.last_initial}.", person.photograph) if person else ("", None)
        total = card.cancellation_fee_minor or None if card.cancelled_by else card.total_minor
        price = None if total is None else Money(total, card.currency)
        job = jobs[card.category_id, card.kind]
        rows.append(Row(card, address_of(card), job, who, photograph, badge_of(card), price))
    return rows


@require_safe
def page(request: PageRequest) -> HttpResponse:
    """List one's bookings by when the work is, in pages: what is ahead the soonest first, what is over the latest first."""
    is_over = "past" in request.GET
    kind = f"page of bookings by time:{request.account.id}:{is_over}"
    seen = read_time_cursor(kind, request.GET.get("before"))
    found = list_bookings(by=request.actor, of=request.account.id, is_over=is_over, seen=seen, limit=_PAGE_SIZE + 1)
    shown = found[:_PAGE_SIZE]
    further = ""
    if len(found) > _PAGE_SIZE:
        cursor = make_time_cursor(kind, shown[-1].starts_at, shown[-1].id)
        further = f"?{'past&' if is_over else ''}before={cursor}"
    views = [
        Place("/my/bookings", _("Upcoming"), "", is_current=not is_over),
        Place("/my/bookings?past", _("Past"), "", is_current=is_over),
    ]
    context = {"rows": rows_of(shown), "views": views, "is_over": is_over, "further": further, "section": "bookings"}
    return render(request, "customer/bookings.html", context)
