"""The live page of a booking: what happens, as it happens, and what its customer can do about it."""

from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from guildhall.bookings.commands import open_card_page
from guildhall.bookings.commands.paying import CardNotNeeded
from guildhall.bookings.types import BookingCard
from guildhall.kernel.refusals import NotFound
from guildhall.payments.queries import get_checkout
from guildhall.web.customer.live_state import LiveBooking, context_of
from guildhall.web.customer.reading import address_of, read_booking
from guildhall.web.customer.way import way_of
from guildhall.web.signin.access import PageRequest, asks_by_itself
from guildhall.web.signin.answering import SeeOther

_LOOK_AGAIN_SECONDS = 1


@require_safe
def page(request: PageRequest, booking_id: str) -> HttpResponse:
    """Show a booking."""
    return show(request, read_booking(request, booking_id))


def show(request: PageRequest, card: BookingCard, status: int = HTTPStatus.OK) -> HttpResponse:
    """Answer with the page of a booking."""
    live = LiveBooking(card, request, request.received_at)
    return render(request, "customer/booking.html", {**context_of(live), **way_of(live)}, status=status)


@require_safe
@asks_by_itself
def part(request: PageRequest, booking_id: str) -> HttpResponse:
    """Give what may have changed since it was looked at (`seen`); nothing (204) when nothing did."""
    live = LiveBooking(read_booking(request, booking_id), request, request.received_at)
    if request.GET.get("seen") == live.fingerprint:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return render(request, "customer/booking_live.html", {**context_of(live), **way_of(live)})


@require_http_methods(["GET", "HEAD", "POST"])
def card_page(request: PageRequest, booking_id: str) -> HttpResponse:
    """Lead to the vendor's page for the card; while we ask the vendor for it, a page that looks again by itself."""
    card = read_booking(request, booking_id)
    if request.method == "POST":
        try:
            open_card_page(booking_id=card.id, by=request.actor, at=request.received_at)
        except CardNotNeeded:
            return SeeOther(address_of(card))
        return SeeOther(f"{address_of(card)}/card")
    if not LiveBooking(card, request, request.received_at).needs_card:
        return SeeOther(address_of(card))
    url = _vendors_page(card.reference)
    if url:
        return SeeOther(url)
    response = render(request, "customer/card_opening.html", {"back": address_of(card), "section": "bookings"})
    response["Refresh"] = str(_LOOK_AGAIN_SECONDS)
    return response


def _vendors_page(reference: str) -> str | None:
    try:
        checkout = get_checkout(reference)
    except NotFound:
        return None
    return checkout.url if checkout.status == "open" else None
