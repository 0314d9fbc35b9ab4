"""What others may learn about providers."""

import json
from collections.abc import Collection
from uuid import UUID

from guildhall.identity.queries import get_contacts
from guildhall.kernel.money import Money
from guildhall.kernel.refusals import NotFound
from guildhall.kernel.rows import fetch, fetch_all, read
from guildhall.media.types import MediaId
from guildhall.providers.models import Provider, ProviderCategory, ServiceArea, WeeklyHours
from guildhall.providers.models import Service as ServiceRow
from guildhall.providers.types import Hours, PayoutAccount, Profile, ProviderRow, Reach, Schedule, Service


def require_provider(provider_id: UUID) -> None:
    """
    Let the id of a provider pass.

    :raises NotFound: it is nobody's, or a customer's.
    """
    if not Provider.objects.filter(pk=provider_id).exists():
        raise NotFound


def get_profile(provider_id: UUID) -> Profile:
    """
    Give what anybody may see of a provider.

    :raises NotFound: no such provider.
    """
    profiles = get_profiles([provider_id])
    if provider_id not in profiles:
        raise NotFound
    return profiles[provider_id]


def get_profiles(provider_ids: Collection[UUID]) -> dict[UUID, Profile]:
    """Give what anybody may see of providers, by id, in four queries; unknown ids are left out."""
    people = get_contacts(provider_ids)
    categories = _category_ids(provider_ids)
    services: dict[UUID, list[Service]] = {}
    for row in read(
        ServiceRow, "where provider_id = any(%s) and is_listed order by added_at, id", [list(provider_ids)]
    ):
        services.setdefault(row.provider_id, []).append(_service(row))
    return {
        row.pk: Profile(
            id=row.pk,
            first_name=people[row.pk].first_name,
            last_initial=people[row.pk].last_name[:1],
            bio=row.bio,
            tier_rank=row.tier_rank,
            category_ids=categories.get(row.pk, []),
            hourly_rate=row.hourly_rate,
            time_zone=row.time_zone,
            available_now=row.available_now,
            rating=row.rating,
            rating_count=row.rating_count,
            response_seconds=row.response_seconds,
            services=services.get(row.pk, []),
            registered_at=row.registered_at,
            photograph=MediaId(row.photograph_id) if row.photograph_id else None,
        )
        for row in fetch_all(Provider, "account", provider_ids)
    }


def find_providers(
    *,
    tier_rank: int | None = None,
    has_tier: bool = True,
    category_id: int | None = None,
    among: Collection[UUID] | None = None,
    before: UUID | None = None,
    limit: int = 50,
) -> list[ProviderRow]:
    """
    Give providers for operators, the newest first; `before` is the last id seen, `among` leaves all others out.

    `has_tier` False asks for those who have none yet.
    """
    rows = Provider.objects.order_by("-pk").defer("home_point")  # A shape is made of each point that is read.
    if tier_rank is not None:
        rows = rows.filter(tier_rank=tier_rank)
    if not has_tier:
        rows = rows.filter(tier_rank=None)
    if category_id is not None:
        rows = rows.filter(pk__in=ProviderCategory.objects.filter(category_id=category_id).values("provider_id"))
    if among is not None:
        rows = rows.filter(pk__in=among)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[:limit])
    categories = _category_ids([row.pk for row in found])
    return [_row(row, categories.get(row.pk, [])) for row in found]


def _row(row: Provider, category_ids: list[int]) -> ProviderRow:
    return ProviderRow(
        id=row.pk,
        tier_rank=row.tier_rank,
        category_ids=category_ids,
        available_now=row.available_now,
        rating=row.rating,
        rating_count=row.rating_count,
        offers_accepted=row.offers_accepted,
        offers_declined=row.offers_declined,
        offers_ignored=row.offers_ignored,
        response_seconds=row.response_seconds,
        payouts_enabled=row.payouts_enabled,
        time_zone=row.time_zone,
        registered_at=row.registered_at,
    )


def get_service(service_id: UUID) -> Service:
    """
    Give a listing that is shown.

    :raises NotFound: no such listing.
    """
    row = ServiceRow.objects.filter(id=service_id, is_listed=True).first()
    if row is None:
        raise NotFound
    return _service(row)


def get_payout_account(provider_id: UUID) -> PayoutAccount:
    """
    Give where a provider is paid.

    :raises NotFound: no such provider.
    """
    row = _provider(provider_id)
    return PayoutAccount(row.payout_account, row.payouts_enabled)


def find_by_payout_account(account_ref: str) -> UUID | None:
    """Give the provider whom the vendor knows by this account, or None."""
    if not account_ref:
        return None
    return Provider.objects.filter(payout_account=account_ref).values_list("pk", flat=True).first()


def get_schedule(provider_id: UUID) -> Schedule:
    """
    Give when a provider works.

    :raises NotFound: no such provider.
    """
    row = _provider(provider_id)
    weekly = WeeklyHours.objects.filter(provider_id=provider_id).order_by("weekday", "starts")
    return Schedule(
        provider_id=provider_id,
        time_zone=row.time_zone,
        weekly=[Hours(hours.weekday, hours.starts, hours.ends) for hours in weekly],
        minimum_notice_minutes=row.minimum_notice_minutes,
        jobs_a_day_max=row.jobs_a_day_max,
    )


def get_reach(provider_id: UUID) -> Reach:
    """
    Give where and for what a provider can be asked.

    :raises NotFound: no such provider.
    """
    row = _provider(provider_id)
    area = ServiceArea.objects.filter(provider_id=provider_id).first()
    return Reach(
        provider_id=provider_id,
        tier_rank=row.tier_rank,
        category_ids=_category_ids([provider_id]).get(provider_id, []),
        area=json.loads(area.area.geojson) if area else None,
        home_latitude=row.home_latitude,
        home_longitude=row.home_longitude,
        available_now=row.available_now,
    )


def _provider(provider_id: UUID) -> Provider:
    row = fetch(Provider, "account", provider_id)
    if row is None:
        raise NotFound
    return row


def _category_ids(provider_ids: Collection[UUID]) -> dict[UUID, list[int]]:
    found: dict[UUID, list[int]] = {}
    for row in read(ProviderCategory, "where provider_id = any(%s) order by category_id", [list(provider_ids)]):
        found.setdefault(row.provider_id, []).append(row.category_id)
    return found


def _service(row: ServiceRow) -> Service:
    return Service(
        id=row.id,
        provider_id=row.provider_id,
        category_id=row.category_id,
        title=row.title,
        description=row.description,
        price_model=row.price_model,
        price=None if row.price_minor is None else Money(row.price_minor, row.currency),
        duration_minutes=row.duration_minutes,
    )
