"""Every component in every state, on one page: for those who build pages and for the tests in a browser."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from guildhall.kernel.money import Money
from guildhall.web.pages.forms import CheckCards, ChoiceCards, Detail, Drop, Stars, Stepper
from guildhall.web.pages.maps import Circle, Point
from guildhall.web.pages.navigation import Place

_MONDAY = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
_ZONE = "America/Los_Angeles"


class Sample(forms.Form):
    """One of each field; being an example, it takes no focus when something is wrong with it."""

    is_example = True

    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        help_text=gettext_lazy("We send a code to it."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    note = forms.CharField(label=gettext_lazy("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    city = forms.ChoiceField(label=gettext_lazy("City"), choices=[("sd", "San Diego"), ("la", "Los Angeles")])
    speed = forms.ChoiceField(
        label=gettext_lazy("When do you need it?"),
        choices=[("asap", gettext_lazy("As soon as possible")), ("later", gettext_lazy("At a time I choose"))],
        widget=ChoiceCards(
            details={
                "asap": Detail(gettext_lazy("Somebody leaves within minutes"), "zap", "$95"),
                "later": Detail(gettext_lazy("An arrival window of two hours"), "calendar", "$80"),
            }
        ),
    )
    days = forms.MultipleChoiceField(
        label=gettext_lazy("Days"),
        required=False,
        choices=[("mon", gettext_lazy("Mon")), ("tue", gettext_lazy("Tue")), ("wed", gettext_lazy("Wed"))],
        widget=CheckCards(is_row=True),
    )
    hours = forms.IntegerField(label=gettext_lazy("Hours"), min_value=1, max_value=8, initial=2, widget=Stepper)
    stars = forms.ChoiceField(
        label=gettext_lazy("How was it?"), choices=[(str(number), str(number)) for number in range(1, 6)], widget=Stars
    )
    photograph = forms.FileField(
        label=gettext_lazy("Photograph"),
        required=False,
        widget=Drop(
            hint=gettext_lazy("JPEG or PNG, at most 10 MB"), attrs={"accept": "image/*", "capture": "environment"}
        ),
    )
    agreed = forms.BooleanField(label=gettext_lazy("I agree to the terms of cancellation"))


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Show the components."""
    return render(request, "pages/styleguide.html", _context())


def _context() -> dict[str, Any]:
    return {
        "form": Sample(auto_id="good_%s", initial={"speed": "asap", "stars": "4", "days": ["mon"]}),
        "wrong_form": Sample({"email": "priya", "speed": "", "hours": "40"}, auto_id="wrong_%s"),
        "now": _MONDAY,
        "soon": _MONDAY + timedelta(seconds=74),
        "start": _MONDAY,
        "end": _MONDAY + timedelta(hours=2),
        "past": _MONDAY - timedelta(minutes=12),
        "zone": _ZONE,
        "price": Money(12_450, "USD"),
        "less": Money(8_000, "USD"),
        "credit": Money(-2_500, "USD"),
        "button_kinds": ["primary", "", "quiet", "danger"],
        "badges": _badges(),
        "steps": _steps(),
        "places": _places(),
        "views": [
            Place("#tabs", _("Upcoming"), "calendar", count=3, is_current=True),
            Place("#tabs", _("Past"), "clock"),
            Place("#tabs", _("Cancelled"), "x"),
        ],
        "head": [_("Booking"), _("Provider"), _("Hours"), _("Amount")],
        "rows": [
            ["bk_4rmq", "Priya Natarajan", "2.5", "$312.50"],
            ["bk_9xtw", "Marcus Oyelaran", "1.0", "$95.00"],
            ["bk_2hnz", "Lena Fitzgerald-Castellanos", "12.0", "$1,140.00"],
            ["bk_7ktd", "", "", "$140.00"],
        ],
        "numbers": [3, 4],
        "points": _points(),
        "areas": [Circle(32.7485, -117.1500, 2_500, _("About here"))],
    }


def _badges() -> list[tuple[str, str, str]]:
    return [
        (_("Draft"), "", ""),
        (_("Expert"), "accent", "sparkles"),
        (_("Confirmed"), "success", "check"),
        (_("Waiting for a card"), "warning", "clock"),
        (_("Payment failed"), "danger", "circle-alert"),
        (_("On the way"), "info", "car"),
    ]


def _steps() -> list[dict[str, Any]]:
    return [
        {"title": _("Requested"), "state": "done", "at": _MONDAY - timedelta(minutes=12), "zone": _ZONE},
        {"title": _("Priya accepted"), "state": "done", "at": _MONDAY - timedelta(minutes=9), "zone": _ZONE},
        {"title": _("On the way"), "state": "now", "note": _("About 14 minutes, 6 miles")},
        {"title": _("Work begins"), "state": "next", "note": _("You give Priya a code of four digits")},
        {"title": _("Paid"), "state": "next", "note": ""},
    ]


def _places() -> list[Place]:
    return [
        Place("#home", _("Home"), "house"),
        Place("#bookings", _("Bookings"), "calendar", is_current=True),
        Place("#messages", _("Messages"), "message-circle", count=2, is_loud=True),
        Place("#account", _("Account"), "user"),
    ]


def _points() -> list[Point]:
    return [
        Point(32.7485, -117.1300, "92104"),
        Point(32.7412, -117.1270, "North Park"),
        Point(32.7650, -117.1180, "Normal Heights"),
        Point(32.7157, -117.1611, "San Diego"),
        Point(32.7485, -117.1500, _("Your address"), "pin"),
        Point(32.7300, -117.1350, "Priya", "person"),
    ]
