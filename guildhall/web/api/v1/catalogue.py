"""What anybody may look at before signing up: categories, providers, prices."""

from collections.abc import Mapping
from datetime import datetime

from django.http import HttpRequest
from ninja import Router

from guildhall.bookings.commands import estimate_booking
from guildhall.catalog.queries import list_categories, list_job_kinds, rate_card
from guildhall.credentialing.queries import has_right
from guildhall.discovery import queries as discovery
from guildhall.discovery.types import Found
from guildhall.kernel.money import Money
from guildhall.kernel.refusals import Invalid
from guildhall.media.queries import steady_url
from guildhall.providers.queries import get_profile, get_profiles, get_schedule
from guildhall.providers.types import Profile, Schedule
from guildhall.web.api.fields import Instant, Key, Latitude, Longitude, PageSize, ProviderId
from guildhall.web.api.reading import PAGE_SIZE, make_cursor, read_cursor, reads
from guildhall.web.api.schemas import MoneyOut, Page
from guildhall.web.api.v1.catalogue_shapes import (
    AvailabilityOut,
    CategoryOut,
    FoundOut,
    HoursOut,
    ProviderOut,
    QuoteIn,
    QuoteOut,
    RateOut,
    Words,
)
from guildhall.web.middleware import received_at

router = Router(tags=["catalogue"], auth=None)


class BadWindow(Invalid):
    """The window ends before it starts, lies in the past, or only one of its ends is given."""

    code = "bad_window"
    default_detail = "Give both `start` and `end`: in the future, and the end after the start."


@router.get("/categories", response=Page[CategoryOut])
@reads
def categories(request: HttpRequest) -> Page[CategoryOut]:
    """List what is offered, with usual jobs and prices, on one page."""
    cards = list_categories()
    items = [CategoryOut.of(card, list_job_kinds(card.key), rate_card(card.key)) for card in cards]
    return Page[CategoryOut](items=items, next_cursor=None)


@router.get("/services/search", response=Page[FoundOut])
@reads
def search(
    request: HttpRequest,
    *,
    latitude: Latitude,
    longitude: Longitude,
    category: Key,
    start: Instant | None = None,
    end: Instant | None = None,
    tier: int | None = None,
    limit: PageSize = PAGE_SIZE,
    cursor: str | None = None,
) -> Page[FoundOut]:
    """Find providers who cover a point in a category and are free in a window (R90): by tier, then rating."""
    at = received_at(request)
    _check_window(start, end, at)
    kind = f"search:{category}:{latitude}:{longitude}:{start}:{end}:{tier}"
    after = read_cursor(kind, cursor)
    found = discovery.search(
        latitude=latitude,
        longitude=longitude,
        category_key=category,
        start=start,
        end=end,
        at=at,
        tier_rank=tier,
        limit=limit + 1,
        after=after[0] if after else None,
    )
    shown = found[:limit]
    # The search gives a hundred at most, so on the largest page nobody can look one further.
    has_more = len(found) > limit or len(found) == discovery.PAGE_MAX
    return Page[FoundOut](
        items=_described(shown, category),
        next_cursor=make_cursor(kind, shown[-1].cursor) if has_more else None,
    )


@router.get("/providers/{provider_id}", response=ProviderOut)
@reads
def provider(request: HttpRequest, provider_id: ProviderId) -> ProviderOut:
    """Show a provider and what they offer (R91)."""
    return show_provider(get_profile(provider_id), get_schedule(provider_id), received_at(request))


@router.post("/quotes", response=QuoteOut)
@reads
def quote(request: HttpRequest, body: QuoteIn) -> QuoteOut:
    """Price a job before anybody signs up. Changes nothing, so it takes no Idempotency-Key."""
    estimate = estimate_booking(**body.model_dump())
    return QuoteOut(
        category=body.category,
        minutes_from=estimate.minutes_from,
        minutes_to=estimate.minutes_to,
        from_price=MoneyOut(amount_minor=estimate.from_minor, currency=estimate.currency),
        to_price=MoneyOut(amount_minor=estimate.to_minor, currency=estimate.currency),
        up_to=MoneyOut(amount_minor=estimate.authorize_minor, currency=estimate.currency),
        rates=[RateOut.of(rate) for rate in rate_card(body.category)],
    )


def show_provider(
    profile: Profile, schedule: Schedule, at: datetime, *, area: Mapping[str, object] | None = None
) -> ProviderOut:
    """Show a provider; `area` (GeoJSON) only to whom it may be shown."""
    words = Words.now()
    weekly = [HoursOut.of(hours) for hours in schedule.weekly]
    return ProviderOut(
        id=profile.id,
        user_id=profile.id,
        first_name=profile.first_name,
        last_initial=profile.last_initial,
        bio=profile.bio,
        photograph_url=steady_url(profile.photograph, 400) if profile.photograph else None,
        tier_rank=profile.tier_rank,
        tier=words.tiers.get(profile.tier_rank or 0),
        hourly_rate=MoneyOut.of(profile.hourly_rate) if profile.hourly_rate else None,
        rating=profile.rating,
        rating_count=profile.rating_count,
        response_seconds=profile.response_seconds,
        availability_json=AvailabilityOut(
            time_zone=schedule.time_zone, available_now=profile.available_now, weekly=weekly
        ),
        service_category_ids=[words.categories[one] for one in profile.category_ids if one in words.categories],
        background_check_status="cleared" if has_right(profile.id, at) else "pending",
        service_area_geojson=dict(area) if area else None,
        services=words.services(profile),
    )


def _check_window(start: datetime | None, end: datetime | None, at: datetime) -> None:
    if start is None and end is None:
        return
    if start is None or end is None or end <= start or end <= at:
        raise BadWindow


def _described(found: list[Found], category: str) -> list[FoundOut]:
    """Add names, prices and listings to what the index found."""
    profiles = get_profiles([one.provider_id for one in found])
    hourly = {rate.tier_rank: Money(rate.hourly_minor, rate.currency) for rate in rate_card(category)}
    words = Words.now()
    return [
        FoundOut(
            provider_id=one.provider_id,
            first_name=profiles[one.provider_id].first_name,
            last_initial=profiles[one.provider_id].last_initial,
            tier_rank=one.tier_rank,
            tier=words.tiers.get(one.tier_rank, ""),
            distance_metres=one.distance_metres,
            rating=one.rating,
            rating_count=one.rating_count,
            response_seconds=one.response_seconds,
            available_now=one.available_now,
            hourly=MoneyOut.of(hourly[one.tier_rank]) if one.tier_rank in hourly else None,
            services=words.services(profiles[one.provider_id], category=category),
        )
        for one in found
    ]
