"""The request's last step: who signed in adopts the draft of this browser, sees it once more, and asks."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from guildhall.bookings.commands import request_booking
from guildhall.bookings.queries import access_booking, list_bookings
from guildhall.bookings.types import BookingRequest
from guildhall.customers.commands import add_address
from guildhall.customers.queries import get_customer, list_addresses, saved_card
from guildhall.customers.types import Address, CustomerKind
from guildhall.web.api.idempotency import once
from guildhall.web.asking.draft import Draft, forget_draft
from guildhall.web.asking.summary import summarise
from guildhall.web.customer.reading import address_of
from guildhall.web.signin.access import PageRequest
from guildhall.web.signin.answering import SeeOther, refusals_beside, sent, show_form

_LINE_LENGTH_MAX = 60
_NOTES_LENGTH_MAX = 1_000


class Request(forms.Form):
    """What only the one who comes has to know; a business names its order and who is on site."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    instructions = forms.CharField(
        label=_("Anything they should know?"),
        required=False,
        max_length=_NOTES_LENGTH_MAX,
        help_text=_("What it is about, what is there already, what to bring."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    access_notes = forms.CharField(
        label=_("How do they get in?"),
        required=False,
        max_length=_NOTES_LENGTH_MAX,
        help_text=_("Bell, floor, parking. Seen only by who accepted."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    contact_on_site = forms.CharField(label=_("Contact on site"), required=False, max_length=_LINE_LENGTH_MAX)
    purchase_order = forms.CharField(label=_("Purchase order number"), required=False, max_length=_LINE_LENGTH_MAX)

    def __init__(self, *args: Any, is_business: bool, is_known_place: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_known_place:
            del self.fields["access_notes"], self.fields["contact_on_site"]
        elif not is_business:
            del self.fields["contact_on_site"]
        if not is_business:
            del self.fields["purchase_order"]


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: PageRequest) -> HttpResponse:
    """Show the draft with its price once more; asking for it makes the booking and leads to the card."""
    draft = Draft.read(request)
    customer = get_customer(request.account.id)
    known = _known(draft, request.account.id)
    form = Request(
        sent(request),
        is_business=customer.kind == CustomerKind.BUSINESS,
        is_known_place=known is not None,
        initial={"key": draft.key},
    )
    is_sent = form.is_valid()
    if form.errors and draft.missing:
        return show_form(request, "customer/request.html", form, draft=draft, section="home")
    if draft.missing:
        return SeeOther(_instead(request) if not draft.category else "/request")
    if is_sent:
        with refusals_beside(form):
            address = once(
                request.actor, str(form.cleaned_data["key"]), lambda: _ask(request, draft, known, form.cleaned_data)
            )
        if not form.errors:
            response = SeeOther(address)
            forget_draft(response)
            return response
    summary = summarise(draft, at=request.received_at)
    context = {"summary": summary, "card": saved_card(request.account.id), "draft": draft, "place": known}
    return show_form(request, "customer/request.html", form, section="home", **context)


def _instead(request: PageRequest) -> str:
    """Where who has nothing to confirm goes: a booking that lacks its card (they came back from the vendor's page), else a new one."""
    lacking = list_bookings(by=request.actor, of=request.account.id, status="awaiting_card", limit=1)
    return address_of(lacking[0]) if lacking and not lacking[0].is_proposal else "/my/book"


def _known(draft: Draft, customer_id: UUID) -> Address | None:
    """The customer's place that the draft means: the one that was chosen, or one with the same street."""
    wanted = (draft.street.casefold(), draft.zip_code)
    for place in list_addresses(customer_id):
        is_same = (place.street.casefold(), place.zip_code) == wanted
        if place.id == draft.address_id or (is_same and draft.latitude in {None, place.latitude}):
            return place
    return None


def _ask(request: PageRequest, draft: Draft, known: Address | None, said: dict[str, str]) -> str:
    own: dict[str, Any] = {"customer_id": request.account.id, "by": request.actor, "at": request.received_at}
    address_id = (
        known.id
        if known
        else add_address(
            **own,
            street=draft.street,
            zip_code=draft.zip_code,
            latitude=draft.latitude,
            longitude=draft.longitude,
            access_notes=said.get("access_notes", ""),
            contact_on_site=said.get("contact_on_site", ""),
        )
    )
    booking_id = request_booking(
        **own,
        request=BookingRequest(
            mode="asap" if draft.mode == "asap" else "scheduled",
            category=draft.category,
            address_id=address_id,
            starts_at=draft.starts_at,
            fold=draft.fold,
            provider_id=draft.provider_id,
            service_id=draft.service_id,
            instructions=said["instructions"],
            purchase_order=said.get("purchase_order", ""),
            **({"kind": None} | draft.length),
        ),
    )
    card = access_booking(booking_id=booking_id, by=request.actor)
    needs_page = card.status == "awaiting_card" and saved_card(request.account.id) is None
    return f"{address_of(card)}/card" if needs_page else address_of(card)
