"""Reading the catalogue. Lists show what is offered; a category by id is found for ever."""

from collections.abc import Collection

from django.db.models import QuerySet

from guildhall.catalog.models import Category, City, JobKind, RateCard, Tier
from guildhall.catalog.rules import metres_between
from guildhall.catalog.types import CategoryCard, CityCard, JobKindCard, Rate, TierCard
from guildhall.kernel.refusals import DoesNotExist


class UnknownCategory(DoesNotExist):
    """No such category is offered."""

    default_detail = "There is no such category."


class UnknownJobKind(DoesNotExist):
    """No such kind of job is offered."""

    default_detail = "There is no such kind of job."


def list_categories() -> list[CategoryCard]:
    """Give the categories that are offered, in the pack's order."""
    return [_category(row) for row in Category.objects.filter(is_offered=True).order_by("position")]


def get_category(key: str) -> CategoryCard:
    """
    Give a category that is offered.

    :raises UnknownCategory: when there is none by that key.
    """
    return _category(_offered(key))


def get_category_by_id(category_id: int) -> CategoryCard:
    """
    Give a category by its id, offered or not: what a booking or a provider refers to.

    :raises UnknownCategory: when the id was never given.
    """
    found = get_categories([category_id])
    if category_id not in found:
        raise UnknownCategory
    return found[category_id]


def get_categories(category_ids: Collection[int]) -> dict[int, CategoryCard]:
    """Give categories by id, offered or not, in one query; unknown ids are left out."""
    return {row.id: _category(row) for row in Category.objects.filter(id__in=category_ids)}


def list_job_kinds(category_key: str) -> list[JobKindCard]:
    """
    Give the kinds of job of a category, in the pack's order.

    :raises UnknownCategory: when there is none by that key.
    """
    return [_job_kind(row) for row in _job_kinds().filter(category=_offered(category_key)).order_by("position")]


def get_job_kind(key: str) -> JobKindCard:
    """
    Give a kind of job that is offered.

    :raises UnknownJobKind: when there is none by that key.
    """
    row = _job_kinds().filter(key=key).first()
    if row is None:
        raise UnknownJobKind
    return _job_kind(row)


def list_tiers() -> list[TierCard]:
    """Give the tiers, the highest (rank 1) first."""
    rows = Tier.objects.filter(is_offered=True).order_by("rank")
    return [TierCard(rank=row.rank, key=row.key, label=row.label) for row in rows]


def rate_card(category_key: str) -> list[Rate]:
    """
    Give the prices of a category, one for each tier, the highest tier first.

    :raises UnknownCategory: when there is none by that key.
    """
    rows = RateCard.objects.filter(category=_offered(category_key), tier__is_offered=True).order_by("tier_id")
    return [
        Rate(
            tier_rank=row.tier_id,
            hourly_minor=row.hourly_minor,
            call_out_minor=row.call_out_minor,
            minimum_minutes=row.minimum_minutes,
            currency=row.currency,
        )
        for row in rows
    ]


def list_cities() -> list[CityCard]:
    """Give the cities, by name."""
    return [_city(row) for row in City.objects.filter(is_offered=True).order_by("name")]


def city_of(latitude: float, longitude: float) -> CityCard | None:
    """Give the city whose circle holds the point, the one with the nearest centre if several do, or None."""
    distances = [(metres_between(latitude, longitude, city.latitude, city.longitude), city) for city in list_cities()]
    inside = [(metres, city.key, city) for metres, city in distances if metres <= city.radius_metres]
    return min(inside)[2] if inside else None


def _offered(key: str) -> Category:
    row = Category.objects.filter(key=key, is_offered=True).first()
    if row is None:
        raise UnknownCategory
    return row


def _job_kinds() -> QuerySet[JobKind]:
    return JobKind.objects.filter(is_offered=True, category__is_offered=True).select_related("category")


def _category(row: Category) -> CategoryCard:
    return CategoryCard(
        id=row.id,
        key=row.key,
        name=row.name,
        description=row.description,
        icon=row.icon,
        is_offered=row.is_offered,
    )


def _job_kind(row: JobKind) -> JobKindCard:
    return JobKindCard(
        key=row.key,
        category_id=row.category_id,
        category_key=row.category.key,
        name=row.name,
        minutes_from=row.minutes_from,
        minutes_to=row.minutes_to,
    )


def _city(row: City) -> CityCard:
    return CityCard(
        key=row.key,
        name=row.name,
        latitude=row.latitude,
        longitude=row.longitude,
        radius_metres=row.radius_metres,
        time_zone=row.time_zone,
    )
