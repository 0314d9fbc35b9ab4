"""Lists of customers and providers, with filters."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from django.views.decorators.http import require_safe

from guildhall.credentialing.queries import get_rights
from guildhall.credentialing.types import Right
from guildhall.customers.queries import find_customers
from guildhall.identity.queries import find_account_ids, get_accounts
from guildhall.identity.types import Role, Scope
from guildhall.providers.queries import find_providers
from guildhall.web.api.reading import make_cursor, read_cursor
from guildhall.web.operator.reading import Person, category_names, tier_labels
from guildhall.web.operator.words import Word
from guildhall.web.signin.access import PageRequest, needs_scope

_PAGE = 25
_FOUND_MOST = 500
_NO_TIER = "none"
_NAME_LENGTH = 80


class CustomerFilters(forms.Form):
    """Which customers."""

    q = forms.CharField(label=later("Name, e-mail or telephone"), required=False, max_length=_NAME_LENGTH)
    kind = forms.ChoiceField(
        label=later("Kind"),
        required=False,
        choices=[("", later("All")), ("residential", later("Household")), ("business", later("Business"))],
    )


class ProviderFilters(forms.Form):
    """Which providers."""

    q = forms.CharField(label=later("Name, e-mail or telephone"), required=False, max_length=_NAME_LENGTH)
    tier = forms.ChoiceField(label=later("Tier"), required=False)
    category = forms.TypedChoiceField(label=later("Work"), required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tiers = [(str(rank), label) for rank, label in tier_labels().items()]
        choices: dict[str, list[tuple[Any, Any]]] = {
            "tier": [*tiers, (_NO_TIER, _("None yet"))],
            "category": list(category_names().items()),
        }
        for name, values in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", _("All")), *values]


@require_safe
@needs_scope(Scope.SUPPORT, Scope.FINANCE)
def customers(request: PageRequest) -> HttpResponse:
    """List customers, the newest first."""
    form = CustomerFilters(request.GET)
    said = form.cleaned_data if form.is_valid() else {}
    found = find_customers(
        kind=said.get("kind", ""), among=_named(said, Role.CUSTOMER), before=_after(request), limit=_PAGE + 1
    )
    accounts = get_accounts([row.id for row in found[:_PAGE]])
    rows = [(Person.of(accounts[row.id]), row, accounts[row.id]) for row in found[:_PAGE]]
    context = {"section": "customers", "form": form, "rows": rows, "older": _older(request, found)}
    return render(request, "operator/customers.html", context, status=200 if form.is_valid() else 422)


@require_safe
@needs_scope(Scope.SUPPORT, Scope.FINANCE, Scope.VETTING)
def providers(request: PageRequest) -> HttpResponse:
    """List providers, the newest first."""
    form = ProviderFilters(request.GET)
    said = form.cleaned_data if form.is_valid() else {}
    tier = said.get("tier", "")
    found = find_providers(
        tier_rank=int(tier) if tier.isdigit() else None,
        has_tier=tier != _NO_TIER,
        category_id=said.get("category"),
        among=_named(said, Role.PROVIDER),
        before=_after(request),
        limit=_PAGE + 1,
    )
    ids = [row.id for row in found[:_PAGE]]
    accounts, rights = get_accounts(ids), get_rights(ids)
    tiers, categories = tier_labels(), category_names()
    rows = [
        {
            "person": Person.of(accounts[row.id]),
            "row": row,
            "account": accounts[row.id],
            "tier": tiers.get(row.tier_rank or 0, ""),
            "categories": [categories[one] for one in row.category_ids if one in categories],
            "right": right_word(rights.get(row.id), request),
        }
        for row in found[:_PAGE]
    ]
    context = {"section": "providers", "form": form, "rows": rows, "older": _older(request, found)}
    return render(request, "operator/providers.html", context, status=200 if form.is_valid() else 422)


def right_word(right: Right | None, request: PageRequest) -> Word:
    """Say whether somebody may work."""
    if right is None:
        return Word(_("Never granted"))
    if right.revoked_at is not None:
        return Word(_("Revoked"), "danger")
    if right.valid_until <= request.received_at:
        return Word(_("Ended"), "warning")
    return Word(_("May work"), "success")


def _named(said: dict[str, Any], role: Role) -> list[UUID] | None:
    text = said.get("q", "").strip()
    return find_account_ids(text, role=role, limit=_FOUND_MOST) if text else None


def _after(request: PageRequest) -> UUID | None:
    parts = read_cursor(request.path, request.GET.get("after"))
    return UUID(parts[0]) if parts else None


def _older(request: PageRequest, found: list[Any]) -> str:
    if len(found) <= _PAGE:
        return ""
    kept = {name: value for name, value in request.GET.items() if value and name != "after"}
    return "?" + urlencode({**kept, "after": make_cursor(request.path, str(found[_PAGE - 1].id))})
