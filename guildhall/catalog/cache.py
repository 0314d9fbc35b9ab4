"""The catalogue as one database connection knows it: changed by deploying a pack, read by almost every page."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from guildhall.catalog.models import Category, City, JobKind, RateCard, Tier
from guildhall.catalog.types import CategoryCard, CityCard, JobKindCard, Rate, TierCard
from guildhall.kernel.remembered import Remembered

CATALOGUE = Remembered()


def categories(*, afresh: bool = False) -> Sequence[CategoryCard]:
    """Give every category there ever was, in the pack's order; `afresh` with those that another process has just made."""
    return CATALOGUE.get("categories", _read_categories, afresh=afresh)


def job_kinds() -> Sequence[JobKindCard]:
    """Give the kinds of job that are offered, in the pack's order within their category."""
    return CATALOGUE.get("job kinds", _read_job_kinds)


def tiers() -> Sequence[TierCard]:
    """Give the tiers that are offered, by rank."""
    return CATALOGUE.get("tiers", _read_tiers)


def rates() -> Mapping[int, Sequence[Rate]]:
    """Give the prices of the tiers that are offered, by the category's id and then by rank."""
    return CATALOGUE.get("rates", _read_rates)


def cities() -> Sequence[CityCard]:
    """Give the cities that are offered, by name."""
    return CATALOGUE.get("cities", _read_cities)


def _read_categories() -> Sequence[CategoryCard]:
    return tuple(
        CategoryCard(
            id=row.id,
            key=row.key,
            own_name=row.name,
            own_description=row.description,
            icon=row.icon,
            is_offered=row.is_offered,
        )
        for row in Category.objects.order_by("position")
    )


def _read_job_kinds() -> Sequence[JobKindCard]:
    rows = JobKind.objects.filter(is_offered=True, category__is_offered=True).select_related("category")
    return tuple(
        JobKindCard(
            key=row.key,
            category_id=row.category_id,
            category_key=row.category.key,
            own_name=row.name,
            minutes_from=row.minutes_from,
            minutes_to=row.minutes_to,
        )
        for row in rows.order_by("category__position", "position")
    )


def _read_tiers() -> Sequence[TierCard]:
    rows = Tier.objects.filter(is_offered=True).order_by("rank")
    return tuple(TierCard(rank=row.rank, key=row.key, own_label=row.label) for row in rows)


def _read_rates() -> Mapping[int, Sequence[Rate]]:
    found: dict[int, list[Rate]] = defaultdict(list)
    for row in RateCard.objects.filter(tier__is_offered=True).order_by("tier_id"):
        found[row.category_id].append(
            Rate(
                tier_rank=row.tier_id,
                hourly_minor=row.hourly_minor,
                call_out_minor=row.call_out_minor,
                minimum_minutes=row.minimum_minutes,
                currency=row.currency,
            )
        )
    return dict(found)


def _read_cities() -> Sequence[CityCard]:
    return tuple(
        CityCard(
            key=row.key,
            name=row.name,
            latitude=row.latitude,
            longitude=row.longitude,
            radius_metres=row.radius_metres,
            time_zone=row.time_zone,
        )
        for row in City.objects.filter(is_offered=True).order_by("name")
    )
