"""Where and for what a provider can be asked. Each change is a fact that discovery hears."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.db.transaction import atomic
from django.utils.translation import gettext_noop
from shapely.geometry import MultiPolygon as Shape

from guildhall.catalog.queries import get_category, list_tiers
from guildhall.eventlog.commands import publish
from guildhall.kernel.actors import Actor
from guildhall.kernel.refusals import Invalid
from guildhall.providers import areas, permissions, rules
from guildhall.providers.areas import BadArea
from guildhall.providers.events import ProviderReachChanged, ProviderTierSet
from guildhall.providers.models import Provider, ProviderCategory, ServiceArea
from guildhall.providers.types import Circle


class UnknownTier(Invalid):
    """The vertical has no such tier."""

    code = "unknown_tier"
    default_detail = "There is no such tier."


@atomic
def set_tier(*, provider_id: UUID, rank: int, by: Actor, at: datetime) -> None:
    """
    Say how experienced a provider is; rank 1 is the highest. Setting the same again changes nothing.

    :raises NotAllowed: by somebody who is no operator.
    :raises UnknownTier: the vertical has no such rank.
    :raises NotFound: no such provider.
    """
    permissions.require_operator(by)
    if rank not in {tier.rank for tier in list_tiers()}:
        raise UnknownTier
    provider = Provider.locked(provider_id)
    if provider.tier_rank == rank:
        return
    Provider.objects.filter(pk=provider_id).update(tier_rank=rank)
    publish(ProviderTierSet(aggregate_id=provider_id, version=Provider.advance(provider_id), rank=rank), by=by, at=at)
    tell_reach_changed(provider_id, "tier", by=by, at=at)


@atomic
def set_categories(*, provider_id: UUID, categories: Collection[str], by: Actor, at: datetime) -> None:
    """
    Say which categories of work (by key) a provider takes, in place of those before.

    :raises UnknownCategory: the vertical has no such category.
    :raises NotFound: no such provider, or another's.
    """
    permissions.require_own(provider_id, by)
    ids = {get_category(key).id for key in categories}
    Provider.locked(provider_id)
    ProviderCategory.objects.filter(provider_id=provider_id).delete()
    ProviderCategory.objects.bulk_create(
        ProviderCategory(provider_id=provider_id, category_id=category_id) for category_id in sorted(ids)
    )
    tell_reach_changed(provider_id, "categories", by=by, at=at)


@atomic
def set_home(*, provider_id: UUID, latitude: float, longitude: float, time_zone: str, by: Actor, at: datetime) -> None:
    """
    Say where a provider sets out from (WGS 84 degrees), and the IANA zone their hours are in.

    :raises BadArea: the point is not on the globe.
    :raises UnknownTimeZone: no such zone.
    :raises NotFound: no such provider, or another's.
    """
    permissions.require_own(provider_id, by)
    areas.require_point(latitude, longitude)
    Provider.locked(provider_id)
    _place(provider_id, latitude, longitude)
    Provider.objects.filter(pk=provider_id).update(time_zone=rules.require_time_zone(time_zone))
    tell_reach_changed(provider_id, "home", by=by, at=at)


@atomic
def set_service_area(
    *,
    provider_id: UUID,
    by: Actor,
    at: datetime,
    circle: Circle | None = None,
    geojson: Mapping[str, Any] | None = None,
) -> None:
    """
    Say where a provider works: a circle, or a GeoJSON Polygon or MultiPolygon. Who has no home yet sets out from its middle.

    :raises BadArea: with a sentence that says what is wrong.
    :raises NotFound: no such provider, or another's.
    """
    permissions.require_own(provider_id, by)
    if (circle is None) == (geojson is None):
        raise BadArea(gettext_noop("An area is either a circle or a shape."))
    shape = areas.from_circle(circle) if circle else areas.from_geojson(geojson or {})
    provider = Provider.locked(provider_id)
    area = _stored(shape)
    ServiceArea.objects.update_or_create(provider_id=provider_id, defaults={"area": area})
    if provider.home_point is None:
        middle = area.point_on_surface
        latitude, longitude = (circle.latitude, circle.longitude) if circle else (middle.y, middle.x)
        _place(provider_id, latitude, longitude)
    tell_reach_changed(provider_id, "area", by=by, at=at)


@atomic
def set_available_now(*, provider_id: UUID, available: bool, by: Actor, at: datetime) -> None:
    """
    Turn the switch "I can come now", without which no ASAP job is offered. Setting the same again changes nothing.

    :raises NotFound: no such provider, or another's.
    """
    permissions.require_own(provider_id, by)
    provider = Provider.locked(provider_id)
    if provider.available_now == available:
        return
    Provider.objects.filter(pk=provider_id).update(available_now=available)
    tell_reach_changed(provider_id, "available_now", by=by, at=at)


def tell_reach_changed(provider_id: UUID, what: str, *, by: Actor, at: datetime) -> None:
    """Publish that a provider's reach changed, in the transaction of the change."""
    event = ProviderReachChanged(aggregate_id=provider_id, version=Provider.advance(provider_id), what=what)
    publish(event, by=by, at=at)


def _stored(shape: Shape) -> MultiPolygon:
    parts = [Polygon(*[ring.coords[:] for ring in (part.exterior, *part.interiors)]) for part in shape.geoms]
    return MultiPolygon(parts, srid=4326)


def _place(provider_id: UUID, latitude: float, longitude: float) -> None:
    Provider.objects.filter(pk=provider_id).update(
        home_latitude=latitude, home_longitude=longitude, home_point=Point(longitude, latitude, srid=4326)
    )
