"""The first page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from guildhall.bookings.commands import terms_now
from guildhall.catalog.queries import list_categories, list_cities
from guildhall.kernel.money import Money
from guildhall.web.pages import moments


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Say what this is, what can be booked from which price an hour, and where to begin."""
    categories = list_categories()
    context = {
        "categories": [(card, _least(card.key)) for card in categories],
        "cities": moments.listed([city.name for city in list_cities()]),
    }
    return render(request, "public/home.html", context)


def _least(category_key: str) -> Money | None:
    """The lowest price of an hour; None when nothing is priced."""
    terms = terms_now(category_key)
    least = min((price.hourly_minor for price in terms.prices), default=None)
    return None if least is None else Money(least, terms.currency)
