"""Words of providers."""

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from uuid import UUID

from guildhall.kernel.money import Money
from guildhall.media.types import MediaId


class PriceModel(StrEnum):
    """How a listing is priced."""

    HOURLY = "hourly"
    FIXED = "fixed"
    QUOTE = "quote"


class OfferAnswer(StrEnum):
    """What a provider did with an offer."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    IGNORED = "ignored"


@dataclass(frozen=True)
class Circle:
    """A service area around a point: WGS 84 degrees, metres."""

    latitude: float
    longitude: float
    radius_metres: float


@dataclass(frozen=True)
class Hours:
    """
    One stretch of a week: wall time in the provider's zone, weekday 0 = Monday.

    `ends` at or before `starts` means the next day; equal means all round the clock.
    """

    weekday: int
    starts: time
    ends: time


@dataclass(frozen=True)
class Schedule:
    """When a provider works: the IANA zone that the hours are in, and how long before the start they want to know."""

    provider_id: UUID
    time_zone: str
    weekly: list[Hours]
    minimum_notice_minutes: int
    jobs_a_day_max: int | None


@dataclass(frozen=True)
class Service:
    """A listing; `price` is None for work that is quoted."""

    id: UUID
    provider_id: UUID
    category_id: int
    title: str
    description: str
    price_model: str
    price: Money | None
    duration_minutes: int | None


@dataclass(frozen=True)
class Profile:
    """
    What is shown of a provider. `rating` is the mean of 1..5, None before the first; no address, no phone number.

    `photograph` is their picture's name in media, None without one.
    """

    id: UUID
    first_name: str
    last_initial: str
    bio: str
    tier_rank: int | None
    category_ids: list[int]
    hourly_rate: Money | None
    time_zone: str
    available_now: bool
    rating: float | None
    rating_count: int
    response_seconds: float | None
    services: list[Service]
    registered_at: datetime
    photograph: MediaId | None = None


@dataclass(frozen=True, kw_only=True)
class ProviderRow:
    """A provider in the operators' list: tier, where they are paid, what is known of how they work."""

    id: UUID
    tier_rank: int | None
    category_ids: list[int]
    available_now: bool
    rating: float | None
    rating_count: int
    offers_accepted: int
    offers_declined: int
    offers_ignored: int
    response_seconds: float | None
    payouts_enabled: bool
    time_zone: str
    registered_at: datetime


@dataclass(frozen=True)
class PayoutAccount:
    """The vendor's account that a provider is paid to; `account_ref` is empty before onboarding."""

    account_ref: str
    enabled: bool


@dataclass(frozen=True, kw_only=True)
class ProviderRecord:
    """What operators see of one provider."""

    profile: Profile
    row: ProviderRow
    schedule: Schedule
    payout_account: PayoutAccount


@dataclass(frozen=True)
class Reach:
    """Where and for what a provider can be asked; `area` is a GeoJSON MultiPolygon, None before one is set."""

    provider_id: UUID
    tier_rank: int | None
    category_ids: list[int]
    area: dict[str, object] | None
    home_latitude: float | None
    home_longitude: float | None
    available_now: bool
