"""The request's first step: what is to be done."""

from typing import Any, cast
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from guildhall.bookings.commands import estimate_category
from guildhall.catalog.queries import list_categories, list_job_kinds
from guildhall.catalog.types import CategoryCard, JobKindCard
from guildhall.kernel.ids import public_id, read_public_id
from guildhall.kernel.refusals import NotFound
from guildhall.web.asking.draft import Draft
from guildhall.web.asking.words import amounts
from guildhall.web.pages import moments
from guildhall.web.pages.forms import ChoiceCards, Detail
from guildhall.web.public.steps import go_on, offered, show_step
from guildhall.web.signin.answering import sent

_OTHER = "other"
_LENGTHS = (60, 90, 120, 180, 240, 300, 360, 480)
_KEY_LENGTH_MAX = 60


class What(forms.Form):
    """A usual kind of job, or something else of a length."""

    category = forms.CharField(max_length=_KEY_LENGTH_MAX, widget=forms.HiddenInput)
    provider = forms.CharField(max_length=_KEY_LENGTH_MAX, required=False, widget=forms.HiddenInput)
    service = forms.CharField(max_length=_KEY_LENGTH_MAX, required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("What is to be done?"), choices=[], widget=ChoiceCards)
    minutes = forms.TypedChoiceField(
        label=_("How long may it take?"),
        help_text=_("Only for something else. You pay for the time that is really worked."),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[],
    )

    def __init__(self, *args: Any, category: CategoryCard | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lengths = [(str(length), moments.length(length)) for length in _LENGTHS]
        cast("forms.ChoiceField", self.fields["minutes"]).choices = [("", "\N{EM DASH}"), *lengths]
        kinds = list_job_kinds(category.key) if category else []
        kind = cast("forms.ChoiceField", self.fields["kind"])
        kind.choices = [*((one.key, one.name) for one in kinds), (_OTHER, gettext("Something else"))]
        kind.widget = ChoiceCards(choices=kind.choices, details=_details(kinds, category))

    def clean(self) -> dict[str, Any]:
        """Ask for the length of something else, and read the names of whom and what was chosen."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("kind") == _OTHER and not cleaned.get("minutes") and "minutes" not in self.errors:
            self.add_error("minutes", _("Say how long it may take."))
        for name, prefix in (("provider", "pr"), ("service", "sv")):
            cleaned[f"{name}_id"] = self._id(name, prefix, cleaned.get(name, ""))
        return cleaned

    def _id(self, name: str, prefix: str, text: str) -> UUID | None:
        try:
            return read_public_id(prefix, text) if text else None
        except NotFound:
            self.add_error(name, _("This is not one of ours."))
            return None


def _details(kinds: list[JobKindCard], category: CategoryCard | None) -> dict[str, Detail]:
    """How long each kind usually takes and what that costs."""
    prices = estimate_category(category=category.key) if category else {}
    details = {_OTHER: Detail(hint=gettext("You say how long"))}
    for kind in kinds:
        price = prices[kind.key]
        hint = f"{moments.length(kind.minutes_from)} \N{EN DASH} {moments.length(kind.minutes_to)}"
        details[kind.key] = Detail(hint=hint, value=amounts([price.from_minor, price.to_minor], price.currency))
    return details


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Ask for the category, then for the kind of job with its price."""
    draft = Draft.read(request)
    said = request.POST if request.method == "POST" else request.GET
    category = offered(said.get("category", "") or ("" if "anew" in request.GET else draft.category))
    if category is None and request.method != "POST":
        return render(request, "public/categories.html", {"categories": list_categories(), "asked": request.GET})
    form = What(sent(request), category=category, initial=_initial(request, draft, category))
    if form.is_valid() and category is not None:
        return go_on(_said(draft, category, form.cleaned_data))
    if request.method == "POST" and category is None:
        form.add_error(None, gettext("Choose what it is about first."))
    return show_step(request, "public/what.html", form, 1, category=category)


def _initial(request: HttpRequest, draft: Draft, category: CategoryCard | None) -> dict[str, Any]:
    is_same = category is not None and draft.category == category.key
    is_change = "change" in request.GET
    kind = draft.kind or (_OTHER if draft.minutes else "")
    return {
        "category": category.key if category else "",
        "kind": request.GET.get("kind", "") or (kind if is_same else ""),
        "minutes": draft.minutes,
        "provider": request.GET.get("provider", "") or _name("pr", draft.provider_id if is_change else None),
        "service": request.GET.get("service", "") or _name("sv", draft.service_id if is_change else None),
    }


def _name(prefix: str, chosen: UUID | None) -> str:
    return public_id(prefix, chosen) if chosen else ""


def _said(draft: Draft, category: CategoryCard, cleaned: dict[str, Any]) -> Draft:
    is_other = cleaned["kind"] == _OTHER
    return draft.but(
        category=category.key,
        kind="" if is_other else cleaned["kind"],
        minutes=cleaned["minutes"] if is_other else None,
        provider_id=cleaned["provider_id"],
        service_id=cleaned["service_id"],
    )
