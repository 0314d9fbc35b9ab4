"""Booking for a customer on the telephone: what was said is written down with its price, and the customer says yes by a link."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from django.views.decorators.http import require_http_methods

from guildhall.bookings.commands import estimate_booking, propose_booking, terms_now
from guildhall.bookings.types import BookingRequest
from guildhall.catalog.queries import list_categories, list_job_kinds
from guildhall.customers.commands import add_address
from guildhall.customers.queries import get_customer, list_addresses, saved_card
from guildhall.customers.types import Address, CustomerCard, CustomerKind
from guildhall.identity.queries import get_accounts
from guildhall.identity.types import Scope
from guildhall.kernel.ids import new_id, public_id, read_public_id
from guildhall.kernel.money import Money
from guildhall.kernel.refusals import Refused
from guildhall.web.api.idempotency import once
from guildhall.web.asking.times import ANSWER_TIME, TimeFields
from guildhall.web.asking.words import cancellation_terms, minimum_terms
from guildhall.web.operator.reading import Person, booking_href, person_href
from guildhall.web.operator.returning import done
from guildhall.web.pages import moments
from guildhall.web.pages.forms import ChoiceCards, Stepper
from guildhall.web.signin.access import PageRequest, needs_scope
from guildhall.web.signin.answering import refusals_beside, sent, show_form

_NEW = "new"
_LINE_LENGTH_MAX = 120
_ORDER_LENGTH_MAX = 60
_ZIP_LENGTH_MAX = 10
_NOTES_LENGTH_MAX = 1_000
_MINUTES_MAX = 1_440
_ZONE_WITHOUT_ANY = "UTC"


class Request(TimeFields):
    """What the customer says on the telephone."""

    answer_time = ANSWER_TIME
    key = forms.UUIDField(widget=forms.HiddenInput)
    work = forms.ChoiceField(label=later("Work"))
    minutes = forms.IntegerField(
        label=later("How many minutes at most?"),
        required=False,
        min_value=1,
        max_value=_MINUTES_MAX,
        help_text=later("Only when it is another length than usual, or something else."),
        widget=Stepper(attrs={"step": 15}),
    )
    place = forms.ChoiceField(label=later("Where"), widget=ChoiceCards)
    street = forms.CharField(label=later("Street and number"), required=False, max_length=_LINE_LENGTH_MAX)
    zip_code = forms.CharField(
        label=later("ZIP code"),
        required=False,
        max_length=_ZIP_LENGTH_MAX,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    mode = forms.ChoiceField(
        label=later("When"),
        choices=[("asap", later("As soon as possible")), ("scheduled", later("At a time"))],
        widget=ChoiceCards(is_row=True),
    )
    instructions = forms.CharField(
        label=later("Anything they should know?"),
        required=False,
        max_length=_NOTES_LENGTH_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    purchase_order = forms.CharField(label=later("Purchase order number"), required=False, max_length=_ORDER_LENGTH_MAX)

    def __init__(self, *args: Any, customer: CustomerCard, places: list[Address], **kwargs: Any) -> None:
        self.places = {public_id("ad", place.id): place for place in places}
        zone = places[0].time_zone if places else _ZONE_WITHOUT_ANY
        super().__init__(*args, zone=zone, **kwargs)
        for name in ("day", "time", "street", "zip_code"):
            self.fields[name].required = False
            self.fields[name].is_asked_by_choice = True  # type: ignore[attr-defined]  # for its label: needed when it is shown
        named = [(key, _named(place)) for key, place in self.places.items()]
        self._offer("place", [*named, (_NEW, _("Another address"))])
        self._offer("work", [("", "\N{EM DASH}"), *_kinds_of_work()])
        if customer.kind != CustomerKind.BUSINESS:
            del self.fields["purchase_order"]

    def _offer(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        """Ask for what the chosen work, place and time need."""
        said = super().clean() or self.cleaned_data
        missing = {
            "minutes": said.get("work", "").endswith("/"),
            "street": said.get("place") == _NEW,
            "zip_code": said.get("place") == _NEW,
            "day": said.get("mode") == "scheduled",
            "time": said.get("mode") == "scheduled",
        }
        for name, is_needed in missing.items():
            if is_needed and not said.get(name) and name not in self.errors:
                self.add_error(name, _("This is needed."))
        if chosen := self.places.get(said.get("place", "")):
            self.zone = chosen.time_zone
        return said

    @property
    def asked(self) -> dict[str, Any]:
        """Category, kind and length of the work that was chosen, as commands take them."""
        category, _sep, kind = self.cleaned_data["work"].partition("/")
        minutes = self.cleaned_data.get("minutes")
        usual = {one.key: one.minutes_from for one in list_job_kinds(category)}.get(kind, minutes)
        shortest = None if minutes is None or usual is None else min(usual, minutes)
        return {"category": category, "kind": kind or None, "minutes_from": shortest, "minutes_to": minutes}

    @property
    def starts_at(self) -> datetime | None:
        """The wall time that was chosen; None for as soon as possible."""
        return self.wall_time if self.cleaned_data["mode"] == "scheduled" else None


def _kinds_of_work() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every kind of job by category, and something else of each."""
    return [
        (
            category.name,
            [
                *(
                    (f"{category.key}/{kind.key}", _with_length(kind.name, kind))
                    for kind in list_job_kinds(category.key)
                ),
                (f"{category.key}/", _("%(category)s: something else") % {"category": category.name}),
            ],
        )
        for category in list_categories()
    ]


def _with_length(name: str, kind: Any) -> str:
    return f"{name} ({moments.length(kind.minutes_from)} \N{EN DASH} {moments.length(kind.minutes_to)})"


def _named(place: Address) -> str:
    line = f"{place.street}, {place.city} {place.zip_code}"
    return f"{place.label} \N{MIDDLE DOT} {line}" if place.label else line


@require_http_methods(["GET", "HEAD", "POST"])
@needs_scope(Scope.SUPPORT)
def page(request: PageRequest, customer_id: str) -> HttpResponse:
    """Write a request down: with `look` its price is shown, else the customer gets the link to say yes."""
    account_id = read_public_id("cu", customer_id)
    customer, places = get_customer(account_id), list_addresses(account_id)
    first = public_id("ad", places[0].id) if places else _NEW
    form = Request(
        sent(request),
        customer=customer,
        places=places,
        at=request.received_at,
        initial={"key": new_id(), "place": first, "mode": "scheduled"},
    )
    is_looked_at = "look" in request.POST
    if form.is_valid() and not is_looked_at:
        with refusals_beside(form), form.refused_times():
            key = str(form.cleaned_data["key"])
            href = once(request.actor, key, lambda: _propose(request, account_id, form))
        if not form.errors:
            return done(request, "requested", home=href)
    context = {
        "section": "customers",
        "person": Person.of(get_accounts([account_id])[account_id]),
        "back": person_href("customer", account_id),
        "customer": customer,
        "saved_card": saved_card(account_id),
        "price": _price_of(form) if form.is_bound else None,
    }
    if is_looked_at:
        form.errors.clear()  # Who asks for the price has not sent anything yet.
    return show_form(request, "operator/proposal.html", form, **context)


def _price_of(form: Request) -> dict[str, Any] | None:
    """Price what has been chosen so far, whatever else is missing; None as long as it has none."""
    if not form.cleaned_data.get("work"):
        return None
    asked = form.asked
    try:
        quote, terms = estimate_booking(**asked), terms_now(asked["category"])
    except Refused:
        return None
    mode = form.cleaned_data.get("mode") or "scheduled"
    return {
        "least": Money(quote.from_minor, quote.currency),
        "most": Money(quote.to_minor, quote.currency),
        "up_to": Money(quote.authorize_minor, quote.currency),
        "minutes_from": quote.minutes_from,
        "minutes_to": quote.minutes_to,
        "minimum": minimum_terms(terms),
        "terms": cancellation_terms(terms, mode=mode),
    }


def _propose(request: PageRequest, customer_id: UUID, form: Request) -> str:
    said = form.cleaned_data
    own: dict[str, Any] = {"customer_id": customer_id, "by": request.actor, "at": request.received_at}
    known = form.places.get(said["place"])
    address_id = known.id if known else add_address(**own, street=said["street"], zip_code=said["zip_code"])
    booking_id = propose_booking(
        **own,
        request=BookingRequest(
            mode=said["mode"],
            address_id=address_id,
            starts_at=form.starts_at,
            fold=form.chosen_fold,
            instructions=said["instructions"],
            purchase_order=said.get("purchase_order", ""),
            **form.asked,
        ),
    )
    return booking_href(booking_id)
