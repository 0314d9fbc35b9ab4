"""What a customer does about a booking before and after the work. What cannot be done any more leads back to how it stands."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from guildhall.bookings import commands
from guildhall.catalog.queries import get_category_by_id
from guildhall.customers.queries import get_address
from guildhall.kernel.money import Money
from guildhall.kernel.moves import MoveRefused
from guildhall.payments.queries import get_payment
from guildhall.web.asking.draft import Draft
from guildhall.web.asking.times import TimeFields
from guildhall.web.asking.words import cancellation_terms
from guildhall.web.customer.reading import address_of, people_of, read_booking
from guildhall.web.signin.access import PageRequest
from guildhall.web.signin.answering import SeeOther, refusals_beside, sent, show_form

_REASON_LENGTH_MAX = 1_000
_FEE_MAX = 100_000_00
_HOURS_MAX = 72
_MINUTES_PER_HOUR = 60


class Reason(forms.Form):
    """Why, if somebody wants to say."""

    reason = forms.CharField(
        label=_("Why?"), required=False, max_length=_REASON_LENGTH_MAX, widget=forms.Textarea(attrs={"rows": 3})
    )


class Cancellation(Reason):
    """`fee` is what was shown (minor units): nobody pays another one than they saw."""

    fee = forms.IntegerField(min_value=0, max_value=_FEE_MAX, widget=forms.HiddenInput)

    def show_fee(self, fee_minor: int) -> None:
        """Show the form once more with another fee; what was typed and what is wrong stay."""
        self.data = {**self.data.dict(), "fee": str(fee_minor)} if isinstance(self.data, QueryDict) else self.data


class OtherHours(forms.Form):
    """How long the work really took."""

    hours = forms.IntegerField(
        label=_("Hours"), min_value=0, max_value=_HOURS_MAX, widget=forms.NumberInput(attrs={"inputmode": "numeric"})
    )
    minutes = forms.IntegerField(
        label=_("Minutes"),
        min_value=0,
        max_value=_MINUTES_PER_HOUR - 1,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    reason = forms.CharField(
        label=_("What was different?"), max_length=_REASON_LENGTH_MAX, widget=forms.Textarea(attrs={"rows": 4})
    )


@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: PageRequest, booking_id: str) -> HttpResponse:
    """Show the fee, then cancel for exactly that fee."""
    card, at = read_booking(request, booking_id), request.received_at
    try:
        fee_minor = commands.preview_cancellation(booking_id=card.id, by=request.actor, at=at)
    except MoveRefused:
        return SeeOther(address_of(card))
    form = Cancellation(sent(request), initial={"fee": fee_minor})
    if form.is_valid():
        if form.cleaned_data["fee"] != fee_minor:
            form.add_error(None, gettext("Meanwhile cancelling costs something else. Look at the fee again."))
            form.show_fee(fee_minor)
        else:
            reason = form.cleaned_data["reason"]
            with refusals_beside(form):
                commands.cancel_booking(booking_id=card.id, reason=reason, by=request.actor, at=at)
            if not form.errors:
                return SeeOther(address_of(card))
    context = {
        "booking": card,
        "address": address_of(card),
        "fee": Money(fee_minor, card.currency),
        "is_held": get_payment(card.reference).payment_state == "authorized",
        "terms": cancellation_terms(card.terms, mode=card.mode, tier_rank=card.tier_rank, notice=card.starts_at - at),
        "provider": people_of([card]).get(card.provider_id) if card.provider_id else None,
        "section": "bookings",
    }
    return show_form(request, "customer/cancellation.html", form, **context)


@require_http_methods(["GET", "HEAD", "POST"])
def reschedule(request: PageRequest, booking_id: str) -> HttpResponse:
    """Move it to another time at its place. Somebody who had accepted is free again, and matching starts anew."""
    card, at = read_booking(request, booking_id), request.received_at
    if card.status not in {"waiting", "matching", "unfilled", "confirmed"}:
        return SeeOther(address_of(card))
    form = TimeFields(sent(request), zone=card.time_zone, at=at, until_now=card.starts_at)
    if form.is_valid():
        wall = form.wall_time
        assert wall is not None
        with refusals_beside(form), form.refused_times():
            commands.reschedule_booking(
                booking_id=card.id, starts_at=wall, fold=form.chosen_fold, by=request.actor, at=at
            )
        if not form.errors:
            return SeeOther(address_of(card))
    context = {
        "booking": card,
        "address": address_of(card),
        "provider": people_of([card]).get(card.provider_id) if card.provider_id else None,
        "section": "bookings",
    }
    return show_form(request, "customer/rescheduling.html", form, **context)


@require_http_methods(["GET", "HEAD", "POST"])
def contest(request: PageRequest, booking_id: str) -> HttpResponse:
    """Say that other hours were worked: nothing is charged before an operator decides."""
    card, at = read_booking(request, booking_id), request.received_at
    if card.status != "completed":
        return SeeOther(address_of(card))
    hours, minutes = divmod(card.logged_minutes or 0, _MINUTES_PER_HOUR)
    form = OtherHours(sent(request), initial={"hours": hours, "minutes": minutes})
    if form.is_valid():
        said = form.cleaned_data
        with refusals_beside(form):
            commands.contest_hours(
                booking_id=card.id,
                minutes=said["hours"] * _MINUTES_PER_HOUR + said["minutes"],
                reason=said["reason"],
                by=request.actor,
                at=at,
            )
        if not form.errors:
            return SeeOther(address_of(card))
    return show_form(request, "customer/contest.html", form, booking=card, address=address_of(card), section="bookings")


@require_http_methods(["GET", "HEAD", "POST"])
def no_show(request: PageRequest, booking_id: str) -> HttpResponse:
    """Say that nobody has come: an operator looks into it."""
    card, at = read_booking(request, booking_id), request.received_at
    if card.status not in {"confirmed", "en_route", "arrived"}:
        return SeeOther(address_of(card))
    form = Reason(sent(request))
    if form.is_valid():
        with refusals_beside(form):
            reason = form.cleaned_data["reason"]
            commands.report_no_show(booking_id=card.id, reason=reason, by=request.actor, at=at)
        if not form.errors:
            return SeeOther(address_of(card))
    return show_form(request, "customer/no_show.html", form, booking=card, address=address_of(card), section="bookings")


@require_POST
def confirm(request: PageRequest, booking_id: str) -> HttpResponse:
    """Accept the logged hours."""
    return _do(request, booking_id, commands.confirm_hours)


@require_POST
def widen(request: PageRequest, booking_id: str) -> HttpResponse:
    """Have everybody asked again."""
    return _do(request, booking_id, commands.widen_booking)


def _do(request: PageRequest, booking_id: str, command: Callable[..., Any]) -> HttpResponse:
    """Ask a command for it; when it was done already (a second click), the page shows how it stands."""
    card = read_booking(request, booking_id)
    try:
        command(booking_id=card.id, by=request.actor, at=request.received_at)
    except MoveRefused:
        return SeeOther(address_of(card))
    return SeeOther(address_of(card))


@require_POST
def again(request: PageRequest, booking_id: str) -> HttpResponse:
    """Begin the same request once more; with `same` by the one who came."""
    card = read_booking(request, booking_id)
    place = get_address(card.customer_id, card.address_id) if card.address_id else None
    is_same = "same" in request.POST and card.provider_id is not None
    draft = Draft(
        category=get_category_by_id(card.category_id).key,
        kind=card.kind,
        minutes=None if card.kind else card.minutes_to,
        street=place.street if place else "",
        zip_code=place.zip_code if place else "",
        address_id=place.id if place else None,
        provider_id=card.provider_id if is_same else None,
    )
    response = SeeOther("/request/when" if draft.missing == "when" else "/request")
    draft.keep(response)
    return response
