"""A customer's places: where work was done before, what is said about each, and where the next request is for."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guildhall.customers.commands import add_address, change_address
from guildhall.customers.queries import get_address, get_customer, list_addresses
from guildhall.customers.types import Address, CustomerKind
from guildhall.kernel.ids import public_id, read_public_id
from guildhall.web.asking.draft import Draft
from guildhall.web.pages.maps import Point
from guildhall.web.signin.access import PageRequest
from guildhall.web.signin.answering import SeeOther, refusals_beside, sent, show_form

_LINE_LENGTH_MAX = 120
_ZIP_LENGTH_MAX = 10
_NOTES_LENGTH_MAX = 1_000
_LIST = "/my/addresses"


class Said(forms.Form):
    """What is said about a place."""

    label = forms.CharField(
        label=_("Name"),
        required=False,
        max_length=_LINE_LENGTH_MAX,
        help_text=_("Home, office, shop; only you see it."),
    )
    access_notes = forms.CharField(
        label=_("How do they get in?"),
        required=False,
        max_length=_NOTES_LENGTH_MAX,
        help_text=_("Bell, floor, parking. Seen only by who accepted."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    contact_on_site = forms.CharField(
        label=_("Contact on site"),
        required=False,
        max_length=_LINE_LENGTH_MAX,
        help_text=_("Who opens, and how to reach them."),
    )


class Change(Said):
    """What is said about a place, and its pin."""

    latitude = forms.FloatField(min_value=-90, max_value=90, widget=forms.HiddenInput)
    longitude = forms.FloatField(min_value=-180, max_value=180, widget=forms.HiddenInput)


class Place(Said):
    """A new place."""

    street = forms.CharField(
        label=_("Street and number"),
        max_length=_LINE_LENGTH_MAX,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    zip_code = forms.CharField(
        label=_("ZIP code"),
        max_length=_ZIP_LENGTH_MAX,
        widget=forms.TextInput(attrs={"autocomplete": "postal-code", "inputmode": "numeric"}),
    )
    field_order = ["street", "zip_code", "label", "access_notes", "contact_on_site"]


@require_safe
def page(request: PageRequest) -> HttpResponse:
    """List one's places."""
    places = [(place, public_id("ad", place.id)) for place in list_addresses(request.account.id)]
    return render(request, "customer/addresses.html", {"places": places, **_words(request)})


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: PageRequest) -> HttpResponse:
    """Add a place; without a pin it lies in the middle of its ZIP code."""
    form = Place(sent(request))
    if form.is_valid():
        with refusals_beside(form):
            added = add_address(**form.cleaned_data, **_own(request))
        if not form.errors:
            return SeeOther(f"{_LIST}/{public_id('ad', added)}")
    return show_form(request, "customer/address_new.html", form, **_words(request))


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: PageRequest, address_id: str) -> HttpResponse:
    """Change what is said about a place, and move its pin."""
    place = get_address(request.account.id, read_public_id("ad", address_id))
    said = ("label", "access_notes", "contact_on_site", "latitude", "longitude")
    form = Change(sent(request), initial={name: getattr(place, name) for name in said})
    if form.is_valid():
        with refusals_beside(form):
            change_address(address_id=place.id, **_but_unmoved(place, form.cleaned_data), **_own(request))
        if not form.errors:
            return SeeOther(_LIST)
    points = [Point(place.latitude, place.longitude, place.label or place.street, "pin")]
    context = {"place": place, "address_id": address_id, "points": points, **_words(request)}
    return show_form(request, "customer/address.html", form, **context)


def _but_unmoved(place: Address, said: dict[str, Any]) -> dict[str, Any]:
    """Leave a pin that was not moved out: the middle of a ZIP code is no pin that somebody set."""
    if (said["latitude"], said["longitude"]) == (place.latitude, place.longitude):
        return {**said, "latitude": None, "longitude": None}
    return said


@require_safe
def book(request: PageRequest) -> HttpResponse:
    """Ask where the next work is: at a place that is known, or elsewhere. Without any, the request begins at once."""
    places = [(place, public_id("ad", place.id)) for place in list_addresses(request.account.id)]
    if not places:
        return SeeOther("/request?anew")
    return render(request, "customer/book.html", {"places": places, **_words(request)})


@require_POST
def book_here(request: PageRequest, address_id: str) -> HttpResponse:
    """Begin a request for a place that is known."""
    place = get_address(request.account.id, read_public_id("ad", address_id))
    response = SeeOther("/request?anew")
    Draft(street=place.street, zip_code=place.zip_code, address_id=place.id).keep(response)
    return response


def _own(request: PageRequest) -> dict[str, Any]:
    return {"customer_id": request.account.id, "by": request.actor, "at": request.received_at}


def _words(request: PageRequest) -> dict[str, Any]:
    is_business = get_customer(request.account.id).kind == CustomerKind.BUSINESS
    return {"is_business": is_business, "section": "home"}
