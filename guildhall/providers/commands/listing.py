"""A provider's listings."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.transaction import atomic

from guildhall.catalog.queries import get_category
from guildhall.kernel.actors import Actor
from guildhall.kernel.money import Money
from guildhall.kernel.refusals import Invalid, NotFound
from guildhall.kernel.texts import clean_line, clean_text
from guildhall.providers import permissions
from guildhall.providers.models import Provider, Service
from guildhall.providers.types import PriceModel

_TITLE_LENGTH_MAX = 120
_DESCRIPTION_LENGTH_MAX = 4000
_PRICE_MINOR_MAX = 10_000_000
_DURATION_MINUTES_MAX = 720


class BadListing(Invalid):
    """Price, price model and duration do not fit each other."""

    code = "bad_listing"
    default_detail = "Hourly and fixed work has a price, quoted work has none; a duration is 1 to 720 minutes."


@atomic
def add_service(
    *,
    provider_id: UUID,
    category: str,
    title: str,
    description: str,
    price_model: PriceModel,
    price: Money | None,
    duration_minutes: int | None,
    by: Actor,
    at: datetime,
) -> UUID:
    """
    List a service of a provider under a category (by key); gives its id.

    :raises UnknownCategory: the vertical has no such category.
    :raises BadText: title or description cannot be used.
    :raises BadListing: price, price model and duration do not fit.
    :raises NotFound: no such provider, or another's.
    """
    permissions.require_own(provider_id, by)
    said = _words(category, title, description) | _terms(price_model, price, duration_minutes)
    service = Service(provider=Provider.locked(provider_id), added_at=at, **said)
    service.save(force_insert=True)
    return service.id


@atomic
def change_service(
    *,
    provider_id: UUID,
    service_id: UUID,
    category: str,
    title: str,
    description: str,
    price_model: PriceModel,
    price: Money | None,
    duration_minutes: int | None,
    by: Actor,
) -> None:
    """
    Say something else in a listing that is shown; what was booked from it stays as it was promised.

    :raises UnknownCategory: the vertical has no such category.
    :raises BadText: title or description cannot be used.
    :raises BadListing: price, price model and duration do not fit.
    :raises NotFound: no such listing of this provider, or it was taken down.
    """
    permissions.require_own(provider_id, by)
    said = _words(category, title, description) | _terms(price_model, price, duration_minutes)
    mine = Service.objects.filter(id=service_id, provider_id=provider_id, is_listed=True)
    if not mine.update(**said):
        raise NotFound


@atomic
def set_service_listed(*, provider_id: UUID, service_id: UUID, listed: bool, by: Actor) -> None:
    """
    Show a listing, or show it no longer.

    :raises NotFound: no such listing of this provider.
    """
    permissions.require_own(provider_id, by)
    if not Service.objects.filter(id=service_id, provider_id=provider_id).update(is_listed=listed):
        raise NotFound


def _words(category: str, title: str, description: str) -> dict[str, Any]:
    return {
        "category_id": get_category(category).id,
        "title": clean_line(title, field="title", length_max=_TITLE_LENGTH_MAX),
        "description": clean_text(description, field="description", length_max=_DESCRIPTION_LENGTH_MAX),
    }


def _terms(price_model: PriceModel, price: Money | None, duration_minutes: int | None) -> dict[str, Any]:
    """Give what the work costs, as columns; without a price the listing keeps the currency that it has."""
    if (price_model == PriceModel.QUOTE) != (price is None):
        raise BadListing
    if price is not None and not 0 < price.minor <= _PRICE_MINOR_MAX:
        raise BadListing
    if duration_minutes is not None and not 0 < duration_minutes <= _DURATION_MINUTES_MAX:
        raise BadListing
    amount = {"price_minor": None} if price is None else {"price_minor": price.minor, "currency": price.currency}
    return {"price_model": price_model, "duration_minutes": duration_minutes, **amount}
