"""A provider, as anybody may see one."""

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from guildhall.catalog.queries import list_categories, list_tiers
from guildhall.credentialing.queries import has_right
from guildhall.kernel.ids import public_id, read_public_id
from guildhall.providers.queries import get_profile
from guildhall.reviews.queries import reviews_of
from guildhall.web.api.reading import make_time_cursor, read_time_cursor
from guildhall.web.middleware import received_at

_REVIEWS_SHOWN = 10


@require_safe
def page(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Show a provider: tier, rating, what they offer, what others say."""
    profile = get_profile(read_public_id("pr", provider_id))
    kind = f"page of reviews:{profile.id}"
    before = read_time_cursor(kind, request.GET.get("before"))
    reviews = reviews_of(profile.id, before=before, limit=_REVIEWS_SHOWN + 1)
    shown = reviews[:_REVIEWS_SHOWN]
    older = _cursor(kind, shown[-1].published_at, shown[-1].id) if len(reviews) > _REVIEWS_SHOWN else ""
    tiers = {tier.rank: tier.label for tier in list_tiers()}
    categories = {card.id: card for card in list_categories()}
    context = {
        "provider": profile,
        "provider_id": provider_id,
        "tier": tiers.get(profile.tier_rank or 0, ""),
        "is_vetted": has_right(profile.id, received_at(request)),
        "categories": [categories[one] for one in profile.category_ids if one in categories],
        "services": [
            (service, public_id("sv", service.id), categories[service.category_id])
            for service in profile.services
            if service.category_id in categories
        ],
        "reviews": shown,
        "older": older,
        "is_first_page": before is None,
    }
    return render(request, "public/provider.html", context)


def _cursor(kind: str, at: datetime | None, review_id: UUID) -> str:
    assert at is not None, "what is shown is published"
    return f"?before={make_time_cursor(kind, at, review_id)}"
