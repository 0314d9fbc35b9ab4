"""What a provider says of their work: when, where, what, and at which price."""

import json
from collections.abc import Iterator, Sequence
from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guildhall.catalog.types import CategoryCard
from guildhall.kernel.ids import new_id
from guildhall.kernel.money import Money
from guildhall.providers.types import Hours, PriceModel
from guildhall.web.pages.forms import CheckCards, ChoiceCards, Detail, Drop, Stepper
from guildhall.web.provider.rounding import METRES_A_MILE

_STRETCHES = 2
_MILES_MAX = 120
_BIO_LENGTH_MAX = 2_000
_GEOJSON_LENGTH_MAX = 25_000
_PRICE_MAX = 100_000
_CURRENCY = "USD"
_WEEKDAYS = (
    gettext_lazy("Monday"),
    gettext_lazy("Tuesday"),
    gettext_lazy("Wednesday"),
    gettext_lazy("Thursday"),
    gettext_lazy("Friday"),
    gettext_lazy("Saturday"),
    gettext_lazy("Sunday"),
)


def new_key() -> str:
    """Give a form a name of its own, so that sending it twice does it once."""
    return str(new_id())


class TimeOff(forms.Form):
    """From when to when, as the clocks at home show it."""

    starts = forms.DateTimeField(
        label=gettext_lazy("From"), widget=forms.DateTimeInput({"type": "datetime-local"}, "%Y-%m-%dT%H:%M")
    )
    ends = forms.DateTimeField(
        label=gettext_lazy("Until"), widget=forms.DateTimeInput({"type": "datetime-local"}, "%Y-%m-%dT%H:%M")
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=new_key)

    def clean(self) -> dict[str, Any]:
        """Read wall time: which instant it is, the calendar says."""
        cleaned = super().clean() or {}
        for name in ("starts", "ends"):
            if name in cleaned:
                cleaned[name] = cleaned[name].replace(tzinfo=None)
        if "key" in cleaned:
            cleaned["key"] = str(cleaned["key"])
        return cleaned


class Week(forms.Form):
    """The hours of a week: two stretches a day, or as many as there are."""

    part = forms.ChoiceField(choices=[("week", "week")], initial="week", widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, weekly: Sequence[Hours]) -> None:
        super().__init__(data)
        self.stretches = max(_STRETCHES, *(sum(one.weekday == day for one in weekly) for day in range(7)), 0)
        for day in range(7):
            known = [one for one in weekly if one.weekday == day]
            for number in range(self.stretches):
                one = known[number] if number < len(known) else None
                for side, label in (("starts", _("from")), ("ends", _("until"))):
                    name, words = f"{side}_{day}_{number}", f"{_WEEKDAYS[day]}, {label}"
                    self.fields[name] = forms.TimeField(
                        label=words,
                        required=False,
                        initial=getattr(one, side) if one else None,
                        widget=forms.TimeInput({"type": "time", "aria-label": words}, "%H:%M"),
                    )

    def days(self) -> Iterator[tuple[Any, list[tuple[forms.BoundField, forms.BoundField]]]]:
        """Give each day's name with its pairs of fields."""
        for day in range(7):
            yield (
                _WEEKDAYS[day],
                [(self[f"starts_{day}_{number}"], self[f"ends_{day}_{number}"]) for number in range(self.stretches)],
            )

    def clean(self) -> dict[str, Any]:
        """Refuse half a stretch."""
        cleaned = super().clean() or {}
        for day in range(7):
            for number in range(self.stretches):
                names = [f"starts_{day}_{number}", f"ends_{day}_{number}"]
                given = [name for name in names if cleaned.get(name) is not None]
                if len(given) == 1 and not any(name in self.errors for name in names):
                    missing = next(name for name in names if name not in given)
                    self.add_error(missing, _("Say both: from when, and until when."))
        return cleaned

    def weekly(self) -> list[Hours]:
        """Give the stretches of a valid form."""
        found = []
        for day in range(7):
            for number in range(self.stretches):
                starts: time | None = self.cleaned_data[f"starts_{day}_{number}"]
                ends: time | None = self.cleaned_data[f"ends_{day}_{number}"]
                if starts is not None and ends is not None:
                    found.append(Hours(day, starts, ends))
        return found


class Limits(forms.Form):
    """How early one wants to know, and how many jobs a day holds."""

    notice_hours = forms.IntegerField(
        label=gettext_lazy("Hours of notice before a job at a time"),
        help_text=gettext_lazy("Jobs that cannot wait come only while “available now” is on."),
        min_value=0,
        max_value=336,
        widget=Stepper,
    )
    jobs_a_day = forms.IntegerField(
        label=gettext_lazy("Most jobs a day"),
        help_text=gettext_lazy("Leave it empty for as many as fit."),
        required=False,
        min_value=1,
        max_value=48,
        widget=Stepper,
    )


class Categories(forms.Form):
    """The kinds of work one takes."""

    categories = forms.MultipleChoiceField(label=gettext_lazy("Kinds of work"))

    def __init__(self, data: Any = None, *, offered: Sequence[CategoryCard], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        choices = self.fields["categories"]
        assert isinstance(choices, forms.MultipleChoiceField)
        choices.choices = [(one.key, one.name) for one in offered]
        choices.widget = CheckCards(
            details={one.key: Detail(one.description, one.icon) for one in offered}, choices=choices.choices
        )


class Area(forms.Form):
    """Where one works: so many miles around a point, or a shape drawn on the map."""

    shape = forms.ChoiceField(
        label=gettext_lazy("Your area is"),
        choices=[("circle", gettext_lazy("A circle")), ("drawn", gettext_lazy("A shape I draw"))],
        widget=ChoiceCards(is_row=True),
    )
    miles = forms.FloatField(
        label=gettext_lazy("Miles around the middle"),
        min_value=0.1,
        max_value=_MILES_MAX,
        required=False,
        widget=forms.NumberInput({"step": "any", "inputmode": "decimal"}),
    )
    latitude = forms.FloatField(
        label=gettext_lazy("Latitude of the middle"), min_value=-85, max_value=85, required=False
    )
    longitude = forms.FloatField(
        label=gettext_lazy("Longitude of the middle"), min_value=-180, max_value=180, required=False
    )
    geojson = forms.CharField(
        label=gettext_lazy("The shape, as GeoJSON"),
        help_text=gettext_lazy("A Polygon or MultiPolygon; degrees, longitude first. The map fills it in."),
        required=False,
        max_length=_GEOJSON_LENGTH_MAX,
        widget=forms.Textarea({"rows": 4, "spellcheck": "false"}),
    )

    def clean_geojson(self) -> dict[str, Any] | None:
        """Read the shape."""
        text: str = self.cleaned_data["geojson"]
        if not text.strip():
            return None
        try:
            shape = json.loads(text)
        except (ValueError, RecursionError):
            raise forms.ValidationError(_("This is not GeoJSON.")) from None
        if not isinstance(shape, dict):
            raise forms.ValidationError(_("This is not GeoJSON."))
        return shape

    def clean(self) -> dict[str, Any]:
        """Ask for what the chosen kind of area needs."""
        cleaned = super().clean() or {}
        needed = {"circle": ("miles", "latitude", "longitude"), "drawn": ("geojson",)}
        for name in needed.get(cleaned.get("shape", ""), ()):
            if cleaned.get(name) is None and name not in self.errors:
                self.add_error(name, _("Please fill this in."))
        return cleaned

    @property
    def radius_metres(self) -> float:
        """The radius of a valid circle."""
        return float(self.cleaned_data["miles"]) * METRES_A_MILE


class About(forms.Form):
    """What customers read."""

    bio = forms.CharField(
        label=gettext_lazy("About you"),
        help_text=gettext_lazy("What you are good at, and what you bring along. Customers read it before they book."),
        max_length=_BIO_LENGTH_MAX,
        widget=forms.Textarea({"rows": 6}),
    )


class Portrait(forms.Form):
    """One's own photograph."""

    photograph = forms.FileField(
        label=gettext_lazy("A photograph of you"),
        widget=Drop(
            hint=gettext_lazy("JPEG, PNG or WebP, at most 10 MB. Where and when it was taken is removed."),
            attrs={"accept": "image/jpeg,image/png,image/webp"},
        ),
    )


class ListingChange(forms.Form):
    """What is said of something that can be booked from oneself by name."""

    category = forms.ChoiceField(label=gettext_lazy("Kind of work"))
    title = forms.CharField(label=gettext_lazy("Title"), max_length=120)
    description = forms.CharField(
        label=gettext_lazy("What is included"),
        required=False,
        max_length=4_000,
        widget=forms.Textarea({"rows": 4}),
    )
    price_model = forms.ChoiceField(
        label=gettext_lazy("Price"),
        choices=[
            (PriceModel.HOURLY.value, gettext_lazy("By the hour")),
            (PriceModel.FIXED.value, gettext_lazy("Fixed")),
            (PriceModel.QUOTE.value, gettext_lazy("On request")),
        ],
        initial=PriceModel.HOURLY.value,
        widget=ChoiceCards(is_row=True),
    )
    price = forms.DecimalField(
        label=gettext_lazy("Price in dollars"),
        required=False,
        min_value=1,
        max_value=_PRICE_MAX,
        decimal_places=2,
        widget=forms.NumberInput({"inputmode": "decimal"}),
    )
    duration = forms.IntegerField(
        label=gettext_lazy("Usual length in minutes"), required=False, min_value=15, max_value=720
    )

    def __init__(self, data: Any = None, *, offered: Sequence[CategoryCard], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        choices = self.fields["category"]
        assert isinstance(choices, forms.ChoiceField)
        choices.choices = [(one.key, one.name) for one in offered]
        self.fields["price"].is_asked_by_choice = True  # type: ignore[attr-defined]  # for its label: needed when it is shown

    def clean(self) -> dict[str, Any]:
        """Ask for the price that was promised; what is on request has none."""
        cleaned = super().clean() or {}
        if cleaned.get("price_model") == PriceModel.QUOTE.value:
            cleaned["price"] = None
        elif cleaned.get("price") is None and "price" not in self.errors:
            self.add_error("price", _("Say your price, or choose that it is on request."))
        return cleaned

    @property
    def wanted(self) -> dict[str, Any]:
        """What a valid form says, as the commands of listings take it."""
        said = self.cleaned_data
        return {
            "category": said["category"],
            "title": said["title"],
            "description": said["description"],
            "price_model": PriceModel(said["price_model"]),
            "price": None if said["price"] is None else Money(int(said["price"] * 100), _CURRENCY),
            "duration_minutes": said["duration"],
        }


class Listing(ListingChange):
    """Something more that can be booked from oneself by name."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=new_key)
