"""
Reading the catalogue: at most a second old, and always with what this transaction has loaded.

Lists show what is offered; a category by id is found for ever.
"""

from collections.abc import Collection, Iterable

from guildhall.catalog import cache
from guildhall.catalog.rules import metres_between
from guildhall.catalog.types import CategoryCard, CityCard, JobKindCard, JobName, Rate, TierCard
from guildhall.kernel.refusals import DoesNotExist


class UnknownCategory(DoesNotExist):
    """No such category is offered."""

    default_detail = "There is no such category."


class UnknownJobKind(DoesNotExist):
    """No such kind of job is offered."""

    default_detail = "There is no such kind of job."


def list_categories() -> list[CategoryCard]:
    """Give the categories that are offered, in the pack's order."""
    return [card for card in cache.categories() if card.is_offered]


def get_category(key: str) -> CategoryCard:
    """
    Give a category that is offered.

    :raises UnknownCategory: when there is none by that key.
    """
    found = next((card for card in list_categories() if card.key == key), None)
    if found is None:
        raise UnknownCategory
    return found


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
    """Give categories by id, offered or not; unknown ids are left out."""
    wanted = set(category_ids)
    known = {card.id: card for card in cache.categories() if card.id in wanted}
    if len(known) < len(wanted):
        known = {card.id: card for card in cache.categories(afresh=True) if card.id in wanted}
    return known


def list_job_kinds(category_key: str) -> list[JobKindCard]:
    """
    Give the kinds of job of a category, in the pack's order.

    :raises UnknownCategory: when there is none by that key.
    """
    category = get_category(category_key)
    return [kind for kind in cache.job_kinds() if kind.category_id == category.id]


def get_job_kind(key: str) -> JobKindCard:
    """
    Give a kind of job that is offered.

    :raises UnknownJobKind: when there is none by that key.
    """
    found = next((kind for kind in cache.job_kinds() if kind.key == key), None)
    if found is None:
        raise UnknownJobKind
    return found


def name_job(category_id: int, kind: str) -> JobName:
    """
    Say what a job is called; a kind that is offered no more (or none) leaves it its category's name.

    :raises UnknownCategory: when the category's id was never given.
    """
    named = name_jobs([(category_id, kind)])
    if not named:
        raise UnknownCategory
    return named[category_id, kind]


def name_jobs(jobs: Iterable[tuple[int, str]]) -> dict[tuple[int, str], JobName]:
    """Say what jobs are called, by category's id and kind; those of unknown categories are left out."""
    wanted = set(jobs)
    categories = get_categories({category_id for category_id, _kind in wanted})
    keys = {kind for _category, kind in wanted if kind}
    kinds = {one.key: one.name for one in cache.job_kinds() if one.key in keys} if keys else {}
    return {
        (category_id, kind): _named(categories[category_id], kinds.get(kind, ""))
        for category_id, kind in wanted
        if category_id in categories
    }


def _named(category: CategoryCard, kind: str) -> JobName:
    return JobName(name=kind or category.name, category=category.name if kind else "", icon=category.icon)


def list_tiers() -> list[TierCard]:
    """Give the tiers, the highest (rank 1) first."""
    return list(cache.tiers())


def rate_card(category_key: str) -> list[Rate]:
    """
    Give the prices of a category, one for each tier, the highest tier first.

    :raises UnknownCategory: when there is none by that key.
    """
    return list(cache.rates().get(get_category(category_key).id, ()))


def list_cities() -> list[CityCard]:
    """Give the cities, by name."""
    return list(cache.cities())


def city_of(latitude: float, longitude: float) -> CityCard | None:
    """Give the city whose circle holds the point, the one with the nearest centre if several do, or None."""
    distances = [(metres_between(latitude, longitude, city.latitude, city.longitude), city) for city in cache.cities()]
    inside = [(metres, city.key, city) for metres, city in distances if metres <= city.radius_metres]
    return min(inside)[2] if inside else None
