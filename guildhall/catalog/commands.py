"""Loading a vertical's catalogue."""

import hashlib
import json
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from django.db import connection, transaction

from guildhall.catalog.cache import CATALOGUE
from guildhall.catalog.events import CatalogLoaded
from guildhall.catalog.models import CATEGORY_ID_MAX, Category, City, JobKind, Loading, RateCard, Tier
from guildhall.catalog.types import Catalogue
from guildhall.eventlog.commands import publish
from guildhall.kernel.actors import Actor
from guildhall.kernel.refusals import Invalid

_CATALOG_ID = uuid5(NAMESPACE_URL, "guildhall:catalog")


class TooManyCategories(Invalid):
    """A database knows 63 categories in its life, because a provider's categories are one 64-bit word."""

    code = "too_many_categories"
    default_detail = f"There can be {CATEGORY_ID_MAX} categories in all, counting those no longer offered."


@transaction.atomic
def load_pack(pack: Catalogue, *, by: Actor, at: datetime) -> bool:
    """
    Make the catalogue what the pack says; True when that changed anything.

    Rows are found by key and never deleted: what the pack does not list is no longer offered, and comes back with its old id.

    :raises TooManyCategories: when the ids run out.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('catalog.load_pack'))")
    digest = _digest(pack)
    latest = Loading.objects.order_by("-version").first()
    if latest is not None and latest.digest == digest:
        return False
    CATALOGUE.distrust()
    _load_tiers(pack)
    ids = _load_categories(pack)
    _load_rates(pack, ids)
    _load_job_kinds(pack, ids)
    _load_cities(pack)
    version = latest.version + 1 if latest else 1
    Loading.objects.create(version=version, pack=pack.key, digest=digest, loaded_by=str(by), loaded_at=at)
    loaded = CatalogLoaded(aggregate_id=_CATALOG_ID, version=version, pack=pack.key, category_ids=sorted(ids.values()))
    publish(loaded, by=by, at=at)
    return True


def _digest(pack: Catalogue) -> str:
    content = pack.model_dump(mode="json", include=set(Catalogue.model_fields))
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _load_tiers(pack: Catalogue) -> None:
    rows = [Tier(rank=rank, key=tier.key, label=tier.label) for rank, tier in enumerate(pack.tiers, 1)]
    Tier.objects.update(is_offered=False)
    Tier.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["rank"], update_fields=["key", "label", "is_offered"]
    )


def _load_categories(pack: Catalogue) -> dict[str, int]:
    """Ids of known keys stay; new keys get the next ids in the pack's order."""
    ids = dict(Category.objects.values_list("key", "id"))
    for category in pack.categories:
        ids.setdefault(category.key, max(ids.values(), default=0) + 1)
    if len(ids) > CATEGORY_ID_MAX:
        raise TooManyCategories
    Category.objects.update(is_offered=False)
    Category.objects.bulk_create(
        [
            Category(
                id=ids[category.key],
                key=category.key,
                name=category.name,
                description=category.description,
                icon=category.icon,
                position=position,
            )
            for position, category in enumerate(pack.categories, 1)
        ],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["name", "description", "icon", "position", "is_offered"],
    )
    return {category.key: ids[category.key] for category in pack.categories}


def _load_rates(pack: Catalogue, ids: dict[str, int]) -> None:
    RateCard.objects.bulk_create(
        [
            RateCard(
                category_id=ids[category.key],
                tier_id=rank,
                currency=pack.currency,
                **category.rates[tier.key].model_dump(),
            )
            for category in pack.categories
            for rank, tier in enumerate(pack.tiers, 1)
        ],
        update_conflicts=True,
        unique_fields=["category", "tier"],
        update_fields=["hourly_minor", "call_out_minor", "minimum_minutes", "currency"],
    )


def _load_job_kinds(pack: Catalogue, ids: dict[str, int]) -> None:
    JobKind.objects.update(is_offered=False)
    JobKind.objects.bulk_create(
        [
            JobKind(category_id=ids[category.key], position=position, **job.model_dump())
            for category in pack.categories
            for position, job in enumerate(category.jobs, 1)
        ],
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=["category", "name", "minutes_from", "minutes_to", "position", "is_offered"],
    )


def _load_cities(pack: Catalogue) -> None:
    City.objects.update(is_offered=False)
    City.objects.bulk_create(
        [City(**city.model_dump()) for city in pack.cities],
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=["name", "latitude", "longitude", "radius_metres", "time_zone", "is_offered"],
    )
