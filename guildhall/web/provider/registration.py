"""Signing up as a provider."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from guildhall.providers.commands import register_provider
from guildhall.web.signin.access import OpenRequest, open_page
from guildhall.web.signin.answering import sent
from guildhall.web.signin.forms import Registration, phone_field
from guildhall.web.signin.joining import register

_ZONES = [
    ("America/Los_Angeles", _("Pacific time")),
    ("America/Denver", _("Mountain time")),
    ("America/Phoenix", _("Arizona")),
    ("America/Chicago", _("Central time")),
    ("America/New_York", _("Eastern time")),
    ("America/Anchorage", _("Alaska")),
    ("Pacific/Honolulu", _("Hawaii")),
]


class ProviderRegistration(Registration):
    """Somebody who wants to work; offers go to the telephone, so there must be one."""

    phone_number = phone_field(required=True)
    time_zone = forms.ChoiceField(label=_("Where you work"), choices=_ZONES)
    field_order = ["first_name", "last_name", "email", "phone_number", "time_zone", "password", "terms"]


@open_page
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: OpenRequest) -> HttpResponse:
    """Sign up; the code comes by mail."""
    return register(request, ProviderRegistration(sent(request)), register_provider, _wishes)


def _wishes(cleaned: dict[str, Any]) -> dict[str, Any]:
    return {"time_zone": cleaned["time_zone"]}
