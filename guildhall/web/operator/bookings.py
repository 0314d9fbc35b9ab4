"""The list of bookings, with filters."""

from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from django.views.decorators.http import require_safe

from guildhall.bookings.queries import find_bookings
from guildhall.bookings.types import BookingFilter
from guildhall.catalog.queries import list_cities
from guildhall.identity.types import Scope
from guildhall.kernel.ids import BadPublicId, read_public_id
from guildhall.web.api.reading import make_cursor, read_cursor
from guildhall.web.operator import words
from guildhall.web.operator.reading import category_names, city_names, people_of, rows_of
from guildhall.web.signin.access import PageRequest, needs_scope

_PAGE = 25
_CURSOR = "operator-bookings"
_PEOPLE = ("cu", "pr")


class Filters(forms.Form):
    """Which bookings; every field may be left open."""

    status = forms.ChoiceField(label=later("Status"), required=False)
    city = forms.ChoiceField(label=later("City"), required=False)
    category = forms.TypedChoiceField(label=later("Work"), required=False, coerce=int, empty_value=None)
    day = forms.DateField(
        label=later("Day of the start"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    person = forms.CharField(label=later("Person"), required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: dict[str, list[tuple[Any, Any]]] = {
            "status": [(key, word.label) for key, word in words.STATUSES.items()],
            "city": list(city_names().items()),
            "category": list(category_names().items()),
        }
        for name, values in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", _("All")), *values]

    def clean_person(self) -> UUID | None:
        """Read a customer's or provider's outside name."""
        text = self.cleaned_data["person"]
        prefix = text.partition("_")[0]
        if not text:
            return None
        try:
            return read_public_id(prefix if prefix in _PEOPLE else "cu", text)
        except BadPublicId:
            raise forms.ValidationError(_("There is no such person.")) from None


@require_safe
@needs_scope(Scope.SUPPORT, Scope.FINANCE)
def page(request: PageRequest) -> HttpResponse:
    """List bookings, the newest request first."""
    form = Filters(request.GET)
    said = form.cleaned_data if form.is_valid() else {}
    parts = read_cursor(_CURSOR, request.GET.get("after"))
    found = find_bookings(
        by=request.actor, wanted=_wanted(said), before=UUID(parts[0]) if parts else None, limit=_PAGE + 1
    )
    context = {
        "section": "bookings",
        "form": form,
        "rows": rows_of(found[:_PAGE]),
        "person": _person(said.get("person")),
        "older": _older(request, found),
    }
    return render(request, "operator/bookings.html", context, status=200 if form.is_valid() else 422)


def _wanted(said: dict[str, Any]) -> BookingFilter:
    day = said.get("day")
    starts_from = starts_before = None
    if day is not None:
        # A day is the city's; without one, that of the first city.
        zones = {city.key: city.time_zone for city in list_cities()}
        zone = ZoneInfo(zones.get(said.get("city", "")) or next(iter(zones.values()), "UTC"))
        starts_from = datetime.combine(day, time(), zone)
        starts_before = datetime.combine(day + timedelta(days=1), time(), zone)
    return BookingFilter(
        status=said.get("status", ""),
        city_key=said.get("city", ""),
        category_id=said.get("category"),
        person_id=said.get("person"),
        starts_from=starts_from,
        starts_before=starts_before,
    )


def _person(account_id: UUID | None) -> Any:
    return people_of([account_id]).get(account_id) if account_id else None


def _older(request: PageRequest, found: list[Any]) -> str:
    if len(found) <= _PAGE:
        return ""
    kept = {name: value for name, value in request.GET.items() if value and name != "after"}
    return "?" + urlencode({**kept, "after": make_cursor(_CURSOR, str(found[_PAGE - 1].id))})
