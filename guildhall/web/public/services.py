"""A category: what is done, what it costs, who does it."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from guildhall.bookings.commands import estimate_category
from guildhall.bookings.types import Quote
from guildhall.catalog.queries import list_cities, list_job_kinds, list_tiers
from guildhall.catalog.types import JobKindCard
from guildhall.discovery.queries import search
from guildhall.kernel.ids import public_id
from guildhall.kernel.money import Money
from guildhall.kernel.refusals import NotFound
from guildhall.providers.queries import get_profiles
from guildhall.providers.types import Profile
from guildhall.web.middleware import received_at
from guildhall.web.public.steps import offered

_PEOPLE_SHOWN = 6


@dataclass(frozen=True)
class Priced:
    """A kind of job and its price, from - to."""

    kind: JobKindCard
    least: Money
    most: Money


@dataclass(frozen=True)
class Shown:
    """Somebody who does this work: their public name, tier and page."""

    profile: Profile
    public_id: str
    tier: str


@require_safe
def page(request: HttpRequest, category: str) -> HttpResponse:
    """Show a category. The people are those of one city: the first, or the one that was asked for."""
    card = offered(category)
    if card is None:
        raise NotFound
    prices, cities = estimate_category(category=card.key), list_cities()
    city = next((one for one in cities if one.key == request.GET.get("city")), cities[0])
    found = search(
        latitude=city.latitude,
        longitude=city.longitude,
        category_key=card.key,
        start=None,
        end=None,
        at=received_at(request),
        limit=_PEOPLE_SHOWN,
    )
    profiles = get_profiles([one.provider_id for one in found])
    tiers = {tier.rank: tier.label for tier in list_tiers()}
    context = {
        "category": card,
        "jobs": [_priced(kind, prices) for kind in list_job_kinds(card.key)],
        "people": [
            Shown(profiles[one.provider_id], public_id("pr", one.provider_id), tiers.get(one.tier_rank, ""))
            for one in found
        ],
        "city": city,
        "cities": cities,
    }
    return render(request, "public/service.html", context)


def _priced(kind: JobKindCard, prices: dict[str, Quote]) -> Priced:
    quote = prices[kind.key]
    return Priced(kind, Money(quote.from_minor, quote.currency), Money(quote.to_minor, quote.currency))
