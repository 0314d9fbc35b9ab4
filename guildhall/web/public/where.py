"""The second step: where. An address without a pin lies in the middle of its ZIP code, and says so."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from guildhall.catalog.queries import city_of, list_cities
from guildhall.customers.queries import find_place
from guildhall.customers.types import Place
from guildhall.web.asking.draft import Draft
from guildhall.web.pages import moments
from guildhall.web.pages.maps import Circle, Point
from guildhall.web.public.steps import go_on, show_step
from guildhall.web.signin.answering import SeeOther, refusals_beside, sent

_STREET_LENGTH_MAX = 120
_ZIP_LENGTH_MAX = 10
_ABOUT_METRES = 1_500


class Where(forms.Form):
    """Street and ZIP code; the rest follows from them."""

    street = forms.CharField(
        label=_("Street and number"),
        max_length=_STREET_LENGTH_MAX,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    zip_code = forms.CharField(
        label=_("ZIP code"),
        max_length=_ZIP_LENGTH_MAX,
        widget=forms.TextInput(attrs={"autocomplete": "postal-code", "inputmode": "numeric"}),
    )


class Pin(forms.Form):
    """A spot on the map, WGS 84 degrees."""

    latitude = forms.FloatField(min_value=-90, max_value=90, widget=forms.HiddenInput)
    longitude = forms.FloatField(min_value=-180, max_value=180, widget=forms.HiddenInput)


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Ask for the address, and say at once when nobody works there."""
    draft = Draft.read(request)
    form = Where(sent(request), initial={"street": draft.street, "zip_code": draft.zip_code})
    if form.is_valid():
        with refusals_beside(form):
            place = find_place(form.cleaned_data["zip_code"])
            if city_of(place.latitude, place.longitude) is None:
                form.add_error("zip_code", _not_yet(place))
        if not form.errors:
            street = form.cleaned_data["street"].strip()
            is_same = (street, place.zip_code) == (draft.street, draft.zip_code)
            changes = {} if is_same else {"latitude": None, "longitude": None, "address_id": None}
            return go_on(draft.but(street=street, zip_code=place.zip_code, **changes), to="pin")
    if request.method != "POST" and draft.missing == "what":
        return SeeOther("/request")
    return show_step(request, "public/where.html", form, 2)


@require_http_methods(["GET", "HEAD", "POST"])
def pin(request: HttpRequest) -> HttpResponse:
    """Show where that is on the map, and let the pin be moved."""
    draft = Draft.read(request)
    place = find_place(draft.zip_code) if draft.zip_code else None
    middle = (place.latitude, place.longitude) if place else (0.0, 0.0)
    spot = (draft.latitude, draft.longitude) if draft.latitude is not None else middle
    form = Pin(sent(request), initial={"latitude": spot[0], "longitude": spot[1]})
    if form.is_valid():
        chosen = (form.cleaned_data["latitude"], form.cleaned_data["longitude"])
        if place is not None and city_of(*chosen) is None:
            form.add_error(None, gettext("The pin lies where nobody of ours works. Put it back near the address."))
        elif place is None or chosen == middle:
            return go_on(draft)
        else:
            return go_on(draft.but(latitude=chosen[0], longitude=chosen[1], address_id=None))
    if place is None and request.method != "POST":
        return SeeOther("/request/where")
    return show_step(request, "public/pin.html", form, 2, place=place, street=draft.street, **_map(place, spot, draft))


def _map(place: Place | None, spot: tuple[float | None, float | None], draft: Draft) -> dict[str, object]:
    if place is None or spot[0] is None or spot[1] is None:
        return {"points": [], "areas": []}
    pin = Point(spot[0], spot[1], draft.street or place.zip_code, "pin")
    cities = [Point(city.latitude, city.longitude, city.name) for city in list_cities()]
    about = [Circle(place.latitude, place.longitude, _ABOUT_METRES)] if draft.latitude is None else []
    return {"points": [pin, *cities], "areas": about, "is_placed_by_hand": draft.latitude is not None}


def _not_yet(place: Place) -> str:
    cities = moments.listed([city.name for city in list_cities()])
    words = gettext("We do not work in %(place)s yet. We work in and around %(cities)s.")
    return words % {"place": f"{place.city}, {place.state}", "cities": cities}
