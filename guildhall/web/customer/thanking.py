"""After the work: thanks in money and in words."""

from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision
from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from guildhall.bookings.commands import give_tip
from guildhall.bookings.types import BookingCard
from guildhall.kernel.ids import new_id
from guildhall.kernel.money import Money
from guildhall.providers.queries import get_profile
from guildhall.reviews.commands import submit_review
from guildhall.reviews.queries import reviews_of_booking
from guildhall.reviews.types import COMMENT_LENGTH_MAX
from guildhall.web.api.idempotency import once
from guildhall.web.customer.live_state import LiveBooking
from guildhall.web.customer.reading import address_of, read_booking
from guildhall.web.pages import moments
from guildhall.web.pages.forms import ChoiceCards, Stars
from guildhall.web.signin.access import PageRequest
from guildhall.web.signin.answering import SeeOther, refusals_beside, sent, show_form

_OTHER = "other"
_SHARES = (1_000, 1_500, 2_000)  # ten-thousandths of the price
_DIGITS = 8


class Tip(forms.Form):
    """A share of the price, or another amount."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    choice = forms.ChoiceField(label=_("How much?"), choices=[], widget=ChoiceCards)
    other = forms.DecimalField(
        label=_("Another amount"),
        required=False,
        min_value=Decimal("0.01"),
        max_digits=_DIGITS,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"inputmode": "decimal"}),
    )

    def __init__(self, *args: Any, card: BookingCard, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = card.currency
        total = Money(card.total_minor or 0, card.currency)
        whole = 10 ** get_currency_precision(card.currency)
        shares = sorted({max(1, round(total.share(share).minor / whole)) * whole for share in _SHARES})
        names = [(str(minor), Money(minor, card.currency).shown(moments.locale_name())) for minor in shares]
        choice = self.fields["choice"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [*names, (_OTHER, _("Another amount"))]

    def clean(self) -> dict[str, Any]:
        """Ask for the other amount when that was chosen."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("choice") == _OTHER and not cleaned.get("other") and "other" not in self.errors:
            self.add_error("other", _("Say how much."))
        return cleaned

    @property
    def minor(self) -> int:
        """The amount in minor units."""
        if self.cleaned_data["choice"] != _OTHER:
            return int(self.cleaned_data["choice"])
        return int(self.cleaned_data["other"].scaleb(get_currency_precision(self.currency)))


class Review(forms.Form):
    """Stars, and words if somebody wants to."""

    rating = forms.TypedChoiceField(
        label=_("How was it?"),
        coerce=int,
        choices=[(str(number), str(number)) for number in range(1, 6)],
        widget=Stars,
    )
    comment = forms.CharField(
        label=_("In your words"),
        required=False,
        max_length=COMMENT_LENGTH_MAX,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def tip(request: PageRequest, booking_id: str) -> HttpResponse:
    """Thank who came with an amount on the card on file; all of it is theirs."""
    card = read_booking(request, booking_id)
    if not LiveBooking(card, request, request.received_at).may_tip:
        return SeeOther(address_of(card))
    form = Tip(sent(request), card=card, initial={"key": new_id()})
    if form.is_valid():
        with refusals_beside(form):
            once(request.actor, str(form.cleaned_data["key"]), lambda: _give(request, card, form.minor))
        if not form.errors:
            return SeeOther(address_of(card))
    return _show(request, "customer/tip.html", form, card)


def _give(request: PageRequest, card: BookingCard, minor: int) -> str:
    return str(give_tip(booking_id=card.id, amount_minor=minor, by=request.actor, at=request.received_at))


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: PageRequest, booking_id: str) -> HttpResponse:
    """Say how it was; it appears when the other side has written too, or the time for it is over."""
    card, at = read_booking(request, booking_id), request.received_at
    if not reviews_of_booking(booking_id=card.id, by=request.actor, at=at).may_review:
        return SeeOther(address_of(card))
    form = Review(sent(request))
    if form.is_valid():
        with refusals_beside(form):
            submit_review(booking_id=card.id, **form.cleaned_data, by=request.actor, at=at)
        if not form.errors:
            return SeeOther(address_of(card))
    return _show(request, "customer/review.html", form, card)


def _show(request: PageRequest, template: str, form: forms.Form, card: BookingCard) -> HttpResponse:
    provider = get_profile(card.provider_id) if card.provider_id else None
    return show_form(
        request, template, form, booking=card, address=address_of(card), provider=provider, section="bookings"
    )
