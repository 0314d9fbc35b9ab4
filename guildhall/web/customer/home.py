"""The customer's first page."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from guildhall.web.signin.access import PageRequest


@require_safe
def page(request: PageRequest) -> HttpResponse:
    """Greet somebody who signed in; their bookings will stand here."""
    return render(request, "customer/home.html", {"section": "home"})
