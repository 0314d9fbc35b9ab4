"""
What a catalogue holds, as a pack says it (`Catalogue`) and as readers get it (the cards).

A card keeps the words it was loaded with (`own_...`) and gives them in the language that is active when they are shown. What
was never translated, or is called something else by now, is shown as it is.
"""

from dataclasses import dataclass
from functools import cache
from typing import Annotated, Self
from zoneinfo import available_timezones

from django.utils.translation import pgettext
from pydantic import BaseModel, ConfigDict, Field, model_validator

Key = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
Minutes = Annotated[int, Field(ge=1, le=1_440)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TierSpec(_Part):
    """A tier; its rank is its place in the pack, the first is the highest."""

    key: Key
    label: str = Field(min_length=1, max_length=60)


class RateSpec(_Part):
    """A price in minor units an hour, with the call-out fee and the minutes charged at least."""

    hourly_minor: int = Field(ge=1, le=10_000_000)
    call_out_minor: int = Field(ge=0, le=10_000_000)
    minimum_minutes: int = Field(ge=0, le=480)


class JobSpec(_Part):
    """A usual job and how long it takes."""

    key: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
    name: str = Field(min_length=1, max_length=80)
    minutes_from: Minutes
    minutes_to: Minutes

    @model_validator(mode="after")
    def _from_to(self) -> Self:
        if self.minutes_from > self.minutes_to:
            raise ValueError("minutes_from must not exceed minutes_to")
        return self


class CategorySpec(_Part):
    """A trade with its usual jobs and a price for every tier."""

    key: Key
    name: str = Field(min_length=1, max_length=60)
    description: str = Field(min_length=1, max_length=500)
    icon: Key
    rates: dict[Key, RateSpec]
    jobs: tuple[JobSpec, ...] = Field(min_length=1, max_length=50)


@cache
def _zones() -> frozenset[str]:
    """Name the zones; the library reads its folders again each time it is asked."""
    return frozenset(available_timezones())


class CitySpec(_Part):
    """A circle in which the marketplace works."""

    key: Key
    name: str = Field(min_length=1, max_length=80)
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    radius_metres: int = Field(ge=1_000, le=300_000)
    time_zone: str

    @model_validator(mode="after")
    def _zone_exists(self) -> Self:
        if self.time_zone not in _zones():
            raise ValueError(f"there is no time zone {self.time_zone!r}")
        return self


class Catalogue(_Part):
    """Everything `load_pack` needs: tiers, categories with jobs and rates, cities, one currency."""

    key: Key
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    tiers: tuple[TierSpec, ...] = Field(min_length=1, max_length=9)
    categories: tuple[CategorySpec, ...] = Field(min_length=1, max_length=63)
    cities: tuple[CitySpec, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _keys_are_unique(self) -> Self:
        _refuse_twins("tiers", [tier.key for tier in self.tiers])
        _refuse_twins("categories", [category.key for category in self.categories])
        _refuse_twins("cities", [city.key for city in self.cities])
        _refuse_twins("jobs", [job.key for category in self.categories for job in category.jobs])
        return self

    @model_validator(mode="after")
    def _every_tier_has_its_price(self) -> Self:
        tiers = {tier.key for tier in self.tiers}
        for category in self.categories:
            if category.rates.keys() != tiers:
                wrong = ", ".join(sorted(category.rates.keys() ^ tiers))
                raise ValueError(f"categories.{category.key}.rates must name each tier once: {wrong}")
        return self


def _refuse_twins(what: str, keys: list[str]) -> None:
    twins = sorted({key for key in keys if keys.count(key) > 1})
    if twins:
        raise ValueError(f"{what}: key used twice: {', '.join(twins)}")


@dataclass(frozen=True, kw_only=True)
class TierCard:
    """A tier that is offered."""

    rank: int
    key: str
    own_label: str

    @property
    def label(self) -> str:
        """What the tier is called in the active language."""
        return pgettext("tier", self.own_label)


@dataclass(frozen=True, kw_only=True)
class CategoryCard:
    """A category (R83)."""

    id: int
    key: str
    own_name: str
    own_description: str
    icon: str
    is_offered: bool

    @property
    def name(self) -> str:
        """What the category is called in the active language."""
        return pgettext("category", self.own_name)

    @property
    def description(self) -> str:
        """What belongs to it, in the active language."""
        return pgettext("category", self.own_description)


@dataclass(frozen=True, kw_only=True)
class JobKindCard:
    """A usual job and how long it takes, from - to."""

    key: str
    category_id: int
    category_key: str
    own_name: str
    minutes_from: int
    minutes_to: int

    @property
    def name(self) -> str:
        """What the job is called in the active language."""
        return pgettext("kind of job", self.own_name)


@dataclass(frozen=True, kw_only=True)
class JobName:
    """
    What a job is called wherever it is shown: `name` first, `category` second.

    The name is the kind of job; one of no usual kind is called by its category, and then `category` is empty.
    """

    name: str
    category: str
    icon: str

    def __str__(self) -> str:
        """Give both on one line."""
        return f"{self.name} · {self.category}" if self.category else self.name


@dataclass(frozen=True, kw_only=True)
class Rate:
    """The price of dispatched work at a tier, amounts in minor units."""

    tier_rank: int
    hourly_minor: int
    call_out_minor: int
    minimum_minutes: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class CityCard:
    """A city where the marketplace works."""

    key: str
    name: str
    latitude: float
    longitude: float
    radius_metres: int
    time_zone: str
