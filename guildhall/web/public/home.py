"""The first page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from guildhall.catalog.queries import list_categories


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Say what this is, what can be booked, and where to sign up."""
    return render(request, "public/home.html", {"categories": list_categories()})
