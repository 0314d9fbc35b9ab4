"""What the pack offers to be done, read once for a whole city."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from guildhall.catalog.queries import list_categories, list_job_kinds, rate_card
from guildhall.catalog.types import CategoryCard, JobKindCard
from guildhall.cli.demo.people import Provider
from guildhall.kernel.money import Money


@dataclass(frozen=True)
class Trades:
    """Categories in the pack's order; the usual jobs of each, and its hourly price by tier, both by category key."""

    categories: Sequence[CategoryCard]
    kinds: dict[str, list[JobKindCard]]
    rates: dict[str, dict[int, Money]]

    @classmethod
    def read(cls) -> Self:
        """Read them from the catalogue."""
        offered = list_categories()
        return cls(
            categories=offered,
            kinds={one.key: list_job_kinds(one.key) for one in offered},
            rates={
                one.key: {rate.tier_rank: Money(rate.hourly_minor, rate.currency) for rate in rate_card(one.key)}
                for one in offered
            },
        )

    def of(self, person: Provider) -> list[CategoryCard]:
        """What somebody does, among what is offered."""
        offered = self.categories
        return [offered[index] for index in person.categories if index < len(offered)] or list(offered[:1])

    def rate(self, person: Provider, category: str) -> Money:
        """What an hour of somebody's work costs."""
        return self.rates[category][person.tier_rank]

    def bio(self, person: Provider) -> str:
        """What customers read of somebody."""
        *others, last = (category.name.lower() for category in self.of(person))
        names = f"{', '.join(others)} and {last}" if others else last
        return f"{person.years} years of {names} in and around {person.place.town}."

    def listings(self, person: Provider) -> list[JobKindCard]:
        """The jobs that somebody lists: the first of their trade."""
        return self.kinds[self.of(person)[0].key][: person.listings]
