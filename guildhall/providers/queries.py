"""What others may learn about providers."""

import json
from collections.abc import Collection, Sequence
from uuid import UUID

from guildhall.identity.queries import get_contacts
from guildhall.kernel.money import Money
from guildhall.kernel.refusals import NotFound
from guildhall.kernel.rows import cards, fetch, fetch_all, read
from guildhall.media.types import MediaId
from guildhall.providers.models import Provider, ProviderCategory, ServiceArea, WeeklyHours
from guildhall.providers.models import Service as ServiceRow
from guildhall.providers.types import (
    Hours,
    PayoutAccount,
    Profile,
    ProviderRecord,
    ProviderRow,
    Reach,
    Schedule,
    Service,
)

# Without the point of their base: a shape would be made of each.
_ROWS = """
select p.id, p.tier_rank, p.available_now, p.payouts_enabled, p.time_zone, p.registered_at,
  p.offers_accepted, p.offers_declined, p.offers_ignored, p.rating_sum::float8 / nullif(p.rating_count, 0) as rating, p.rating_count,
  p.response_seconds_sum::float8 / nullif(p.offers_accepted + p.offers_declined, 0) as response_seconds,
  array(select c.category_id from providers_provider_category c where c.provider_id = p.id order by 1) as category_ids
from providers_provider p
"""


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
    return _profiles(fetch_all(Provider, "account", provider_ids))


def _profiles(rows: Sequence[Provider]) -> dict[UUID, Profile]:
    provider_ids = [row.pk for row in rows]
    if not provider_ids:
        return {}
    people = get_contacts(provider_ids)
    categories = _category_ids(provider_ids)
    services: dict[UUID, list[Service]] = {}
    for one in read(ServiceRow, "where provider_id = any(%s) and is_listed order by added_at, id", [provider_ids]):
        services.setdefault(one.provider_id, []).append(_service(one))
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
        for row in rows
    }


def get_record(provider_id: UUID) -> ProviderRecord:
    """
    Give what operators see of a provider, each table read once.

    :raises NotFound: no such provider.
    """
    row = _provider(provider_id)
    profile = _profiles([row])[provider_id]
    return ProviderRecord(
        profile=profile,
        row=_row(row, profile.category_ids),
        schedule=_schedule(row),
        payout_account=_payout_account(row),
    )


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
    Give providers for operators, the newest first, in one query; `before` is the last id seen, `among` leaves all others out.

    `has_tier` False asks for those who have none yet.
    """
    of_category = "select provider_id from providers_provider_category where category_id = %(category_id)s"
    asked = [
        (tier_rank is not None, "p.tier_rank = %(tier_rank)s"),
        (not has_tier, "p.tier_rank is null"),
        (category_id is not None, f"p.id in ({of_category})"),
        (among is not None, "p.id = any(%(among)s)"),
        (before is not None, "p.id < %(before)s"),
    ]
    wanted = " and ".join(["true", *(condition for is_asked, condition in asked if is_asked)])
    params = {
        "tier_rank": tier_rank,
        "category_id": category_id,
        "among": list(among or ()),
        "before": before,
        "most": limit,
    }
    return cards(ProviderRow, f"{_ROWS} where {wanted} order by p.id desc limit %(most)s", params)


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
    return _payout_account(_provider(provider_id))


def _payout_account(row: Provider) -> PayoutAccount:
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
    return _schedule(_provider(provider_id))


def _schedule(row: Provider) -> Schedule:
    weekly = read(WeeklyHours, "where provider_id = %s order by weekday, starts", [row.pk])
    return Schedule(
        provider_id=row.pk,
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
