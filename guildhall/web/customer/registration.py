"""Signing up as a customer."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from guildhall.customers.commands import register_customer
from guildhall.customers.types import CustomerKind
from guildhall.web.pages.forms import ChoiceCards
from guildhall.web.signin.access import OpenRequest, open_page
from guildhall.web.signin.answering import SeeOther, sent
from guildhall.web.signin.forms import Registration
from guildhall.web.signin.joining import register
from guildhall.web.signin.returning import path_after

_COMPANY_LENGTH_MAX = 120


class CustomerRegistration(Registration):
    """A household or a business; a business is called by its name."""

    kind = forms.ChoiceField(
        label=_("This account is for"),
        choices=[(CustomerKind.RESIDENTIAL.value, _("My home")), (CustomerKind.BUSINESS.value, _("A business"))],
        initial=CustomerKind.RESIDENTIAL.value,
        widget=ChoiceCards,
    )
    company_name = forms.CharField(
        label=_("Company"),
        required=False,
        max_length=_COMPANY_LENGTH_MAX,
        help_text=_("For a business."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    field_order = ["kind", "company_name", "first_name", "last_name", "email", "phone_number", "password", "terms"]

    def clean(self) -> dict[str, Any]:
        """Ask a business for its name."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("kind") == CustomerKind.BUSINESS.value and not cleaned.get("company_name"):
            self.add_error("company_name", _("Say what the business is called."))
        return cleaned


@open_page
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: OpenRequest) -> HttpResponse:
    """Sign up; the code comes by mail. Who is signed in goes on to where they wanted."""
    if request.method != "POST" and request.account:
        return SeeOther(path_after(request, request.application))
    return register(request, CustomerRegistration(sent(request)), register_customer, _wishes)


def _wishes(cleaned: dict[str, Any]) -> dict[str, Any]:
    kind = CustomerKind(cleaned["kind"])
    return {"kind": kind, "company_name": cleaned["company_name"] if kind == CustomerKind.BUSINESS else ""}
