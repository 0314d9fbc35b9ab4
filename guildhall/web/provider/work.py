"""What one does, where, when, and how it is shown to customers."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guildhall.catalog.queries import get_category_by_id, list_categories, list_cities, list_tiers
from guildhall.kernel.ids import public_id, read_public_id
from guildhall.kernel.refusals import NotFound
from guildhall.providers import commands
from guildhall.providers.queries import get_profile, get_reach, get_schedule
from guildhall.providers.types import Circle, Service
from guildhall.web.api.idempotency import once
from guildhall.web.pages.maps import Point
from guildhall.web.provider import work_forms as forms
from guildhall.web.provider.reading import glance
from guildhall.web.provider.rounding import METRES_A_MILE, round_miles
from guildhall.web.provider.standing import missing_of
from guildhall.web.signin.access import PageRequest
from guildhall.web.signin.answering import UNPROCESSABLE, SeeOther, refusals_beside, sent

_MINUTES_PER_HOUR = 60


@require_safe
def page(request: PageRequest) -> HttpResponse:
    """Show how one is set up, and where each part is changed."""
    who = request.account.id
    profile, schedule = get_profile(who), get_schedule(who)
    names = {one.id: one.name for one in list_categories()}
    tiers = {one.rank: one.label for one in list_tiers()}
    context = {
        "section": "work",
        "profile": profile,
        "categories": [names[one] for one in profile.category_ids if one in names],
        "tier": tiers.get(profile.tier_rank or 0, ""),
        "schedule": schedule,
        "days": len({one.weekday for one in schedule.weekly}),
        "has_area": get_reach(who).area is not None,
        "missing": missing_of(who, request.received_at),
    }
    return render(request, "provider/work.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def hours(request: PageRequest) -> HttpResponse:
    """Say in which hours of a week one works."""
    schedule = get_schedule(request.account.id)
    form = forms.Week(sent(request), weekly=schedule.weekly)

    def save() -> None:
        commands.set_weekly_hours(weekly=form.weekly(), **_own(request))

    return _saved(request, "provider/hours.html", form, save, zone=schedule.time_zone)


@require_http_methods(["GET", "HEAD", "POST"])
def limits(request: PageRequest) -> HttpResponse:
    """Say how early one wants to know of a job, and how many a day holds."""
    schedule = get_schedule(request.account.id)
    known = {
        "notice_hours": schedule.minimum_notice_minutes // _MINUTES_PER_HOUR,
        "jobs_a_day": schedule.jobs_a_day_max,
    }
    form = forms.Limits(sent(request), initial=known)

    def save() -> None:
        commands.set_limits(
            minimum_notice_minutes=form.cleaned_data["notice_hours"] * _MINUTES_PER_HOUR,
            jobs_a_day_max=form.cleaned_data["jobs_a_day"],
            **_own(request),
        )

    return _saved(request, "provider/simple.html", form, save, title=_("Notice and jobs a day"))


@require_http_methods(["GET", "HEAD", "POST"])
def categories(request: PageRequest) -> HttpResponse:
    """Choose the kinds of work one takes."""
    offered = list_categories()
    taken = set(get_reach(request.account.id).category_ids)
    known = {"categories": [one.key for one in offered if one.id in taken]}
    form = forms.Categories(sent(request), offered=offered, initial=known)

    def save() -> None:
        commands.set_categories(categories=form.cleaned_data["categories"], **_own(request))

    return _saved(request, "provider/simple.html", form, save, title=_("Kinds of work"))


@require_http_methods(["GET", "HEAD", "POST"])
def area(request: PageRequest) -> HttpResponse:
    """Say where one works: a circle or a shape, drawn on the map or written down."""
    reach = get_reach(request.account.id)
    cities = list_cities()
    latitude = reach.home_latitude if reach.home_latitude is not None else cities[0].latitude
    longitude = reach.home_longitude if reach.home_longitude is not None else cities[0].longitude
    miles = round_miles(reach.area, latitude, longitude) if reach.area else None
    known = {
        "shape": "drawn" if reach.area and miles is None else "circle",
        "miles": miles or 10,
        "latitude": round(latitude, 6),
        "longitude": round(longitude, 6),
        "geojson": json.dumps(reach.area) if reach.area and miles is None else "",
    }
    form = forms.Area(sent(request), initial=known)

    def save() -> None:
        wanted = form.cleaned_data
        if wanted["shape"] == "circle":
            circle = Circle(wanted["latitude"], wanted["longitude"], form.radius_metres)
            commands.set_service_area(circle=circle, **_own(request))
        else:
            commands.set_service_area(geojson=wanted["geojson"], **_own(request))

    points = [Point(city.latitude, city.longitude, city.name) for city in cities]
    seen = glance(latitude, longitude, round(miles * METRES_A_MILE)) if reach.area and miles else None
    return _saved(request, "provider/area.html", form, save, points=points, area=seen)


@require_safe
def listings(request: PageRequest) -> HttpResponse:
    """List what can be booked from oneself by name."""
    profile = get_profile(request.account.id)
    names = {one.id: one for one in list_categories()}
    shown = [(public_id("sv", one.id), one, names.get(one.category_id)) for one in profile.services]
    return render(request, "provider/listings.html", {"section": "work", "listings": shown})


@require_http_methods(["GET", "HEAD", "POST"])
def listing(request: PageRequest) -> HttpResponse:
    """List something new."""
    form = forms.Listing(sent(request), offered=list_categories())

    def save() -> None:
        once(
            request.actor,
            str(form.cleaned_data["key"]),
            lambda: str(commands.add_service(**form.wanted, **_own(request))),
        )

    title = _("Something to book from you")
    return _saved(request, "provider/simple.html", form, save, title=title, home="listings")


@require_http_methods(["GET", "HEAD", "POST"])
def listing_change(request: PageRequest, service_id: str) -> HttpResponse:
    """Say something else in a listing; what was booked from it stays as it was promised."""
    found = read_public_id("sv", service_id)
    listed = next((one for one in get_profile(request.account.id).services if one.id == found), None)
    if listed is None:
        raise NotFound
    form = forms.ListingChange(sent(request), offered=list_categories(), initial=_said_in(listed))

    def save() -> None:
        commands.change_service(provider_id=request.account.id, service_id=found, **form.wanted, by=request.actor)

    title = _("Change what can be booked from you")
    note = _("What was booked already stays as it was promised.")
    return _saved(request, "provider/simple.html", form, save, title=title, note=note, home="listings")


def _said_in(listed: Service) -> dict[str, Any]:
    return {
        "category": get_category_by_id(listed.category_id).key,
        "title": listed.title,
        "description": listed.description,
        "price_model": listed.price_model,
        "price": Decimal(listed.price.minor) / 100 if listed.price else None,
        "duration": listed.duration_minutes,
    }


@require_POST
def listing_removal(request: PageRequest, service_id: str) -> HttpResponse:
    """Show a listing no longer; what was booked from it stays booked."""
    found = read_public_id("sv", service_id)
    commands.set_service_listed(provider_id=request.account.id, service_id=found, listed=False, by=request.actor)
    return SeeOther(request.application.url("listings"))


def _own(request: PageRequest) -> dict[str, Any]:
    return {"provider_id": request.account.id, "by": request.actor, "at": request.received_at}


def _saved(
    request: PageRequest, template: str, form: Form, save: Callable[[], None], *, home: str = "work", **context: Any
) -> HttpResponse:
    """Answer a form's page: saved, back to where one came from, which says so; refused, the form with what is wrong."""
    if form.is_valid():
        with refusals_beside(form):
            save()
        if not form.errors:
            return SeeOther(f"{request.application.url(home)}?saved")
    status = UNPROCESSABLE if form.errors else 200
    shown = {"section": "work", "form": form, "back": request.application.url(home), **context}
    return render(request, template, shown, status=status)
