"""The pages of one customer and of one provider, and what an operator can do about them."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as later
from django.views.decorators.http import require_POST, require_safe

from guildhall.bookings.queries import list_bookings
from guildhall.credentialing.commands import grant_work_right, revoke_work_right
from guildhall.credentialing.queries import get_right
from guildhall.customers.queries import blocked_ids, favourite_ids, get_customer, list_addresses, saved_card
from guildhall.identity.commands import disable_account
from guildhall.identity.queries import get_accounts
from guildhall.identity.types import Scope
from guildhall.kernel.ids import public_id, read_public_id
from guildhall.kernel.money import Money
from guildhall.payments.queries import balance_of, list_payouts
from guildhall.providers.commands import set_tier
from guildhall.providers.queries import get_profile, get_record
from guildhall.web.operator.people import right_word
from guildhall.web.operator.reading import Person, category_names, people_of, person_href, rows_of, tier_labels
from guildhall.web.operator.returning import done, done_words
from guildhall.web.signin.access import PageRequest, needs_scope
from guildhall.web.signin.answering import refusals_beside

_BOOKINGS = 10
_PAYOUTS = 10
_REASON_LENGTH = 500


class TierForm(forms.Form):
    """Which tier somebody works in."""

    rank = forms.TypedChoiceField(label=later("Tier"), coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["rank"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(tier_labels().items())


class RightForm(forms.Form):
    """Until when somebody may work."""

    valid_until = forms.DateField(
        label=later("May work up to and including"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )


class RevocationForm(forms.Form):
    """Why somebody may not work any more."""

    reason = forms.CharField(label=later("Reason"), max_length=_REASON_LENGTH)


@require_safe
@needs_scope(Scope.SUPPORT, Scope.FINANCE)
def customer(request: PageRequest, customer_id: str) -> HttpResponse:
    """Show a customer."""
    account_id = read_public_id("cu", customer_id)
    card = get_customer(account_id)
    blocked, favourites = blocked_ids(account_id), favourite_ids(account_id)
    people = people_of([*blocked, *favourites])
    context = {
        "section": "customers",
        "customer": card,
        "addresses": list_addresses(account_id),
        "saved_card": saved_card(account_id),
        "blocked": [people[one] for one in blocked],
        "favourites": [people[one] for one in favourites],
        "may_book": not request.account.scopes.isdisjoint({Scope.SUPPORT, Scope.ADMINISTRATOR}),
        "booking_href": request.application.url("customer-booking", customer_id),
        **_common(request, account_id),
    }
    return render(request, "operator/customer.html", context)


@require_safe
@needs_scope(Scope.SUPPORT, Scope.FINANCE, Scope.VETTING)
def provider(request: PageRequest, provider_id: str) -> HttpResponse:
    """Show a provider."""
    return _show_provider(request, read_public_id("pr", provider_id), {})


def _show_provider(request: PageRequest, account_id: UUID, tried: dict[str, forms.Form]) -> HttpResponse:
    record, right = get_record(account_id), get_right(account_id)
    profile = record.profile
    categories = category_names()
    zone = ZoneInfo(profile.time_zone)
    until = right.valid_until if right else request.received_at + timedelta(days=365)
    context = {
        "section": "providers",
        "profile": profile,
        "row": record.row,
        "tier": tier_labels().get(profile.tier_rank or 0, ""),
        "categories": [categories[one] for one in profile.category_ids if one in categories],
        "right": right,
        "right_word": right_word(right, request),
        "schedule": record.schedule,
        "payout_account": record.payout_account,
        "balance": balance_of(account_id),
        "payouts": [(one, Money(one.amount_minor, one.currency)) for one in list_payouts(account_id, limit=_PAYOUTS)],
        "tier_form": TierForm(initial={"rank": profile.tier_rank}),
        "right_form": RightForm(initial={"valid_until": until.astimezone(zone).date()}),
        "revocation_form": RevocationForm(),
        "may_vet": not request.account.scopes.isdisjoint({Scope.VETTING, Scope.ADMINISTRATOR}),
        **_common(request, account_id),
        **tried,
    }
    return render(request, "operator/provider.html", context, status=422 if tried else 200)


def _common(request: PageRequest, account_id: UUID) -> dict[str, Any]:
    cards = list_bookings(by=request.actor, of=account_id, limit=_BOOKINGS)
    accounts = get_accounts(
        {account_id, *(side for card in cards for side in (card.customer_id, card.provider_id) if side)}
    )
    account = accounts[account_id]
    return {
        "account": account,
        "person": Person.of(account),
        "key": public_id("cu" if account.role == "customer" else "pr", account_id),
        "rows": rows_of(cards, {one: Person.of(found) for one, found in accounts.items()}),
        "may_close": Scope.ADMINISTRATOR in request.account.scopes and account.disabled_at is None,
        "done": done_words(request),
    }


def _provider_form(
    name: str, make: Callable[..., forms.Form], slug: str, run: Callable[[UUID, dict[str, Any], PageRequest], None]
) -> Callable[..., HttpResponse]:
    @require_POST
    @needs_scope(Scope.VETTING)
    def view(request: PageRequest, provider_id: str) -> HttpResponse:
        account_id = read_public_id("pr", provider_id)
        get_profile(account_id)
        form = make(request.POST)
        if form.is_valid():
            with refusals_beside(form):
                run(account_id, form.cleaned_data, request)
            if not form.errors:
                return done(request, slug, home=person_href("provider", account_id))
        return _show_provider(request, account_id, {name: form})

    view.__module__ = __name__
    return view


def _set_tier(account_id: UUID, said: dict[str, Any], request: PageRequest) -> None:
    set_tier(provider_id=account_id, rank=said["rank"], by=request.actor, at=request.received_at)


def _grant(account_id: UUID, said: dict[str, Any], request: PageRequest) -> None:
    zone = ZoneInfo(get_profile(account_id).time_zone)
    until = datetime.combine(said["valid_until"] + timedelta(days=1), time(), zone)
    grant_work_right(provider_id=account_id, valid_until=until, by=request.actor, at=request.received_at)


def _revoke(account_id: UUID, said: dict[str, Any], request: PageRequest) -> None:
    revoke_work_right(provider_id=account_id, reason=said["reason"], by=request.actor, at=request.received_at)


tier = _provider_form("tier_form", TierForm, "tier", _set_tier)
right = _provider_form("right_form", RightForm, "granted", _grant)
revocation = _provider_form("revocation_form", RevocationForm, "revoked", _revoke)


@require_POST
@needs_scope(Scope.ADMINISTRATOR)
def close_customer(request: PageRequest, customer_id: str) -> HttpResponse:
    """Close a customer's account."""
    account_id = read_public_id("cu", customer_id)
    get_customer(account_id)
    return _close(request, account_id, "customer")


@require_POST
@needs_scope(Scope.ADMINISTRATOR)
def close_provider(request: PageRequest, provider_id: str) -> HttpResponse:
    """Close a provider's account."""
    account_id = read_public_id("pr", provider_id)
    get_profile(account_id)
    return _close(request, account_id, "provider")


def _close(request: PageRequest, account_id: UUID, role: str) -> HttpResponse:
    disable_account(account_id=account_id, by=request.actor, at=request.received_at)
    return done(request, "disabled", home=person_href(role, account_id))
