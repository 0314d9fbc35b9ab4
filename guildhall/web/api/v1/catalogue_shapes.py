"""How categories, listings, providers and prices look in the API."""

from collections.abc import Sequence
from dataclasses import dataclass

from ninja import Schema
from pydantic import model_validator

from guildhall.catalog.queries import list_categories, list_tiers
from guildhall.catalog.types import CategoryCard, JobKindCard, Rate
from guildhall.providers.types import Hours, Profile, Service
from guildhall.web.api.fields import Key, Minutes, ProviderId, ServiceId
from guildhall.web.api.schemas import Body, MoneyOut


class RateOut(Schema):
    """What dispatched work costs at a tier."""

    tier_rank: int
    hourly: MoneyOut
    call_out: MoneyOut
    minimum_minutes: int

    @classmethod
    def of(cls, rate: Rate) -> "RateOut":
        """Show a price."""
        return cls(
            tier_rank=rate.tier_rank,
            hourly=MoneyOut(amount_minor=rate.hourly_minor, currency=rate.currency),
            call_out=MoneyOut(amount_minor=rate.call_out_minor, currency=rate.currency),
            minimum_minutes=rate.minimum_minutes,
        )


class JobKindOut(Schema):
    """A usual job and how long it takes, from - to."""

    id: str
    name: str
    minutes_from: int
    minutes_to: int


class CategoryOut(Schema):
    """A category (R83). `icon` names a picture of the front end; `icon_url` is null while there is none to fetch."""

    id: str
    name: str
    description: str
    icon: str
    icon_url: str | None = None
    job_kinds: list[JobKindOut]
    rates: list[RateOut]

    @classmethod
    def of(cls, card: CategoryCard, kinds: Sequence[JobKindCard], rates: Sequence[Rate]) -> "CategoryOut":
        """Show a category with its usual jobs and prices."""
        return cls(
            id=card.key,
            name=card.name,
            description=card.description,
            icon=card.icon,
            job_kinds=[
                JobKindOut(id=kind.key, name=kind.name, minutes_from=kind.minutes_from, minutes_to=kind.minutes_to)
                for kind in kinds
            ],
            rates=[RateOut.of(rate) for rate in rates],
        )


class ServiceOut(Schema):
    """A provider's listing (R84); `price` is null for work that is quoted."""

    id: ServiceId
    provider_id: ProviderId
    category_id: str
    title: str
    description: str
    price_model: str
    price: MoneyOut | None
    duration_minutes: int | None
    media_urls: list[str] = []


class FoundOut(Schema):
    """A provider who covers the place in this category; `hourly` is what an hour of their tier costs when we dispatch."""

    provider_id: ProviderId
    first_name: str
    last_initial: str
    tier_rank: int
    tier: str
    distance_metres: int
    rating: float | None
    rating_count: int
    response_seconds: float | None
    available_now: bool
    hourly: MoneyOut | None
    services: list[ServiceOut]


class HoursOut(Schema):
    """One stretch of a week: weekday 0 = Monday, wall time; an end at or before the start is on the next day."""

    weekday: int
    starts: str
    ends: str

    @classmethod
    def of(cls, hours: Hours) -> "HoursOut":
        """Show a stretch."""
        return cls(weekday=hours.weekday, starts=f"{hours.starts:%H:%M}", ends=f"{hours.ends:%H:%M}")


class AvailabilityOut(Schema):
    """When somebody works, in the wall time of their zone."""

    time_zone: str
    available_now: bool
    weekly: list[HoursOut]


class ProviderOut(Schema):
    """
    A provider (R82, R91) as anybody may see them: no address, no telephone number.

    `background_check_status` is `cleared` while they may work, else `pending`. `service_area_geojson` is given to the provider
    and to operators only, because its middle is mostly somebody's home. `photograph_url` opens for half an hour at least.
    """

    id: ProviderId
    user_id: ProviderId
    first_name: str
    last_initial: str
    bio: str
    photograph_url: str | None
    tier_rank: int | None
    tier: str | None
    hourly_rate: MoneyOut | None
    rating: float | None
    rating_count: int
    response_seconds: float | None
    availability_json: AvailabilityOut
    service_category_ids: list[str]
    background_check_status: str
    service_area_geojson: dict[str, object] | None = None
    services: list[ServiceOut]


class QuoteIn(Body):
    """A job: of a usual kind, or of so many minutes."""

    category: Key
    kind: Key | None = None
    minutes_from: Minutes | None = None
    minutes_to: Minutes | None = None

    @model_validator(mode="after")
    def _says_how_long(self) -> "QuoteIn":
        if self.kind is None and self.minutes_from is None:
            raise ValueError("Say what kind of job it is, or how long it takes.")
        return self


class QuoteOut(Schema):
    """From the cheapest tier and shortest time to the dearest and longest; `up_to` is held on the card, not charged."""

    category: str
    minutes_from: int
    minutes_to: int
    from_price: MoneyOut
    to_price: MoneyOut
    up_to: MoneyOut
    rates: list[RateOut]


@dataclass(frozen=True)
class Words:
    """The catalogue's names for what other contexts know by number: read once per answer."""

    tiers: dict[int, str]
    categories: dict[int, str]

    @classmethod
    def now(cls) -> "Words":
        """Read the names."""
        return cls(
            tiers={tier.rank: tier.label for tier in list_tiers()},
            categories={category.id: category.key for category in list_categories()},
        )

    def services(self, profile: Profile, *, category: str | None = None) -> list[ServiceOut]:
        """Show a provider's listings, of one category or all; those of a category that is not offered any more are left out."""
        return [
            self._service(service)
            for service in profile.services
            if service.category_id in self.categories and category in {None, self.categories[service.category_id]}
        ]

    def _service(self, service: Service) -> ServiceOut:
        return ServiceOut(
            id=service.id,
            provider_id=service.provider_id,
            category_id=self.categories[service.category_id],
            title=service.title,
            description=service.description,
            price_model=service.price_model,
            price=MoneyOut.of(service.price) if service.price else None,
            duration_minutes=service.duration_minutes,
        )
