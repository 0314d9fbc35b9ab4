"""Words of bookings."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

Mode = Literal["asap", "scheduled"]


class BookingStatus(StrEnum):
    """Where a booking is. The table of `docs/contexts.md` says who moves it on and by when."""

    AWAITING_CARD = "awaiting_card"
    WAITING = "waiting"
    MATCHING = "matching"
    UNFILLED = "unfilled"
    CONFIRMED = "confirmed"
    EN_ROUTE = "en_route"
    ARRIVED = "arrived"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CONTESTED = "contested"
    UNRESOLVED = "unresolved"
    SETTLED = "settled"
    CANCELLED = "cancelled"
    CLOSED = "closed"


class Waiting(StrEnum):
    """Why a booking waits for an operator."""

    UNFILLED = "unfilled"
    CONTESTED = "contested"
    UNRESOLVED = "unresolved"
    LATE = "late"
    """The appointment has begun, the work has not."""
    OVERRUN = "overrun"
    """The work goes on after its planned end: it may be a forgotten stop."""
    UNCOLLECTED = "uncollected"
    """Settled or cancelled, and its money is not through although the alarm has rung."""


class TierPrice(BaseModel):
    """What an hour of a tier costs, and how it is split: minor units, ten-thousandths, minutes."""

    model_config = ConfigDict(frozen=True)

    tier_rank: int
    hourly_minor: int
    call_out_minor: int
    minimum_minutes: int


class Terms(BaseModel):
    """
    Everything of the policies and the rate card that was promised when the booking was requested.

    Later changes of a policy do not reach a booking that exists.
    """

    model_config = ConfigDict(frozen=True)

    currency: str
    prices: tuple[TierPrice, ...]
    platform_fee_basis_points: int
    tax_basis_points: int
    headroom_percent: int
    authorize_hours_before: int
    provider_cancellation_share_percent: int
    free_hours_before: int
    late_fee_percent: int
    asap_call_out: bool
    start_grace_minutes: int
    forgotten_stop_hours: int
    contest_hours: int
    reminder_hours_before: int
    geofence_metres: int
    asap_travel_allowance_minutes: int
    starts_days_before: int
    unfilled_minutes_asap: int
    unfilled_hours_before: int
    card_minutes: int
    alarm_hours: int


@dataclass(frozen=True, kw_only=True)
class Quote:
    """Prices before anybody is found: from the cheapest tier and shortest time to the dearest and longest; all minor units."""

    currency: str
    minutes_from: int
    minutes_to: int
    from_minor: int
    to_minor: int
    authorize_minor: int


@dataclass(frozen=True, kw_only=True)
class Split:
    """A total and who gets what of it. The parts sum to the whole."""

    total_minor: int
    tax_minor: int
    fee_minor: int
    provider_minor: int


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """
    What a final price is made of, minor units: `billed_minutes` at `hourly_minor`, tax, and what went beyond the promised "up to".

    `labour_minor + tax_minor - over_minor = total_minor`.
    """

    worked_minutes: int
    billed_minutes: int
    hourly_minor: int
    labour_minor: int
    tax_minor: int
    over_minor: int
    total_minor: int


@dataclass(frozen=True, kw_only=True)
class BookingRequest:
    """
    What a customer asks for.

    `starts_at` is the local wall time at the job's place (naive) for a scheduled booking and None for an ASAP one; `fold`
    picks one of two equal wall times when clocks go back. Minutes are of work, without travel. `provider_id` makes it direct.
    """

    mode: Mode
    category: str
    address_id: UUID
    kind: str | None = None
    starts_at: datetime | None = None
    fold: int | None = None
    minutes_from: int | None = None
    minutes_to: int | None = None
    provider_id: UUID | None = None
    service_id: UUID | None = None
    instructions: str = ""
    purchase_order: str = ""


@dataclass(frozen=True, kw_only=True)
class BookingFilter:
    """Which bookings an operator looks for; what is None or empty lets all through. The person is either side."""

    status: str = ""
    city_key: str = ""
    category_id: int | None = None
    person_id: UUID | None = None
    starts_from: datetime | None = None
    starts_before: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Photograph:
    """A picture that was put with a booking; `media_id` is its name in media."""

    id: UUID
    media_id: UUID
    is_mine: bool
    added_at: datetime


@dataclass(frozen=True, kw_only=True)
class Work:
    """The work so far: since when it pauses (None: it does not), minutes worked by the clock, notes, photographs."""

    paused_since: datetime | None
    worked_minutes: int
    break_minutes: int
    notes: str
    photographs: list[Photograph]


@dataclass(frozen=True, kw_only=True)
class Position:
    """Where somebody is: degrees, WGS 84."""

    latitude: float
    longitude: float


@dataclass(frozen=True, kw_only=True)
class OnTheWay:
    """
    Where the provider was last (`seen_at`), how far that is from the job in a straight line, and an estimate of the drive.

    `bearing_degrees` is the direction from the job, clockwise from the north.
    `arrives_at` counts from `seen_at`; `minutes` from now on, at least one. See `BookingPolicy` for how it is estimated.
    """

    position: Position
    accuracy_metres: int
    seen_at: datetime
    distance_metres: int
    bearing_degrees: int
    minutes: int
    arrives_at: datetime


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What an operator proposed and the customer has not answered: the whole booking, or another time for it."""

    what: Literal["booking", "time"]
    starts_at: datetime
    answer_until: datetime


@dataclass(frozen=True, kw_only=True)
class BookingCard:
    """
    What may be shown of a booking to one who may see it; fields that the viewer may not see are None or empty.

    `is_pinned`: its place is a point that somebody set, and not the middle of a ZIP code.
    """

    id: UUID
    version: int
    status: str
    mode: str
    customer_id: UUID
    provider_id: UUID | None
    category_id: int
    kind: str
    service_id: UUID | None
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    minutes_from: int
    minutes_to: int
    latitude: float
    longitude: float
    is_exact_place: bool
    is_pinned: bool
    address_id: UUID | None
    city_key: str
    instructions: str
    purchase_order: str
    start_code: str | None
    currency: str
    estimate_from_minor: int
    estimate_to_minor: int
    authorize_minor: int
    total_minor: int | None
    tier_rank: int | None
    requested_at: datetime
    is_proposal: bool
    """An operator wrote it down, and the customer has not said yes: nothing happens before that."""
    proposed_starts_at: datetime | None
    """The other time that an operator proposed, if the customer may still say yes to it until `proposed_until`."""
    proposed_until: datetime | None
    deadline_at: datetime | None
    confirmed_at: datetime | None
    arrived_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    logged_minutes: int | None
    contested_minutes: int | None
    settled_minutes: int | None
    break_minutes: int
    is_flagged: bool
    cancelled_by: str
    cancellation_fee_minor: int
    reason: str
    terms: Terms

    @property
    def reference(self) -> str:
        """The name by which contexts below know this booking."""
        return f"booking:{self.id}"
