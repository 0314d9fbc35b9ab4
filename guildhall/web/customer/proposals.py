"""Saying yes or no to what was said on the telephone."""

from contextlib import suppress

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from guildhall.bookings.commands import NothingProposed, confirm_proposal, confirm_time, decline_time
from guildhall.bookings.queries import access_booking
from guildhall.customers.queries import saved_card
from guildhall.web.customer import booking as booking_pages
from guildhall.web.customer.reading import address_of, read_booking
from guildhall.web.signin.access import PageRequest
from guildhall.web.signin.answering import UNPROCESSABLE, SeeOther


class Answer(forms.Form):
    """Yes or no."""

    answer = forms.ChoiceField(choices=[("yes", _("Yes, move it")), ("no", _("Keep it as it is"))])


@require_POST
def agree(request: PageRequest, booking_id: str) -> HttpResponse:
    """Say yes to a booking; whoever has no card on file is led to the vendor's page."""
    card = read_booking(request, booking_id)
    try:
        confirm_proposal(booking_id=card.id, by=request.actor, at=request.received_at)
    except NothingProposed:  # a second click, or too late: the page shows how it stands
        return SeeOther(address_of(card))
    now = access_booking(booking_id=card.id, by=request.actor)
    needs_page = now.status == "awaiting_card" and saved_card(now.customer_id) is None
    return SeeOther(f"{address_of(card)}/card" if needs_page else address_of(card))


@require_POST
def answer_time(request: PageRequest, booking_id: str) -> HttpResponse:
    """Move the booking to the proposed time, or keep it."""
    card = read_booking(request, booking_id)
    form = Answer(request.POST)
    if not form.is_valid():
        return booking_pages.show(request, card, status=UNPROCESSABLE)
    command = confirm_time if form.cleaned_data["answer"] == "yes" else decline_time
    with suppress(NothingProposed):  # likewise
        command(booking_id=card.id, by=request.actor, at=request.received_at)
    return SeeOther(address_of(card))
