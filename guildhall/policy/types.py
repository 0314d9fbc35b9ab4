"""The policies: frozen values with bounds. Defaults hold until an operator or the vertical pack sets another version."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Annotated, ClassVar, Literal, Self, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from guildhall.policy.matrix import DEFAULT_RULES
from guildhall.policy.matrix import Rule as Rule  # noqa: PLC0414 - given on: rules are read with their policy

Percent = Annotated[int, Field(ge=0, le=100)]
BasisPoints = Annotated[int, Field(ge=0, le=10_000)]
Weight = Annotated[float, Field(ge=0, le=10, allow_inf_nan=False)]
Switch = Literal["matching", "notifications", "payouts"]
EVERY_CITY = "*"
SETTLING_HOURS = 12
"""Room between the end of the contest window and the capture, in the sum that keeps an authorization alive."""
AUTHORIZATION_HOURS = 114
"""The life of an off-session card authorization at the networks (4 days and 18 hours)."""


class Policy(BaseModel):
    """What every policy document has: a name under which its versions are kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    document: ClassVar[str]


P = TypeVar("P", bound=Policy)


def _exceeds(less: str, more: str) -> PydanticCustomError:
    """Refuse a member that is more than another; pages know both by other names, so they are told which."""
    return PydanticCustomError("exceeds", "{less} must not exceed {more}", {"less": less, "more": more})


class RankingWeights(BaseModel):
    """
    How much each signal counts when the providers of a wave are ranked.

    Every signal lies between 0 (worst) and 1 (best); the score is the weighted mean. `distance`: near the job; `rating`: the mean
    of the ratings, drawn to the middle while there are few; `response`: answers offers fast; `newcomer`: has had few jobs yet;
    `waiting`: long without an offer. `acceptance` (the share of offers accepted) is 0 unless an operator raises it, because
    declining must be free.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    distance: Weight = 0.35
    rating: Weight = 0.25
    response: Weight = 0.15
    newcomer: Weight = 0.10
    waiting: Weight = 0.15
    acceptance: Weight = 0.0

    @model_validator(mode="after")
    def _something_counts(self) -> Self:
        if not any((self.distance, self.rating, self.response, self.newcomer, self.waiting, self.acceptance)):
            raise PydanticCustomError("nothing_counts", "at least one signal must count")
        return self


class ModeMatching(BaseModel):
    """Windows to accept in (seconds) and how many are asked, for bookings of one mode."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    favourites_window_seconds: int = Field(ge=5, le=172_800)
    tier_window_seconds: int = Field(ge=5, le=172_800)
    wave_size: int = Field(ge=1, le=100)
    favourites_wave_size: int = Field(ge=1, le=100)
    waves_per_tier: int = Field(ge=1, le=10)


def _asap() -> ModeMatching:
    return ModeMatching(
        favourites_window_seconds=45, tier_window_seconds=60, wave_size=5, favourites_wave_size=5, waves_per_tier=1
    )


def _scheduled() -> ModeMatching:
    return ModeMatching(
        favourites_window_seconds=7_200,
        tier_window_seconds=14_400,
        wave_size=10,
        favourites_wave_size=10,
        waves_per_tier=1,
    )


class MatchingPolicy(Policy):
    """Who is asked, how many at once, and for how long."""

    document = "matching"

    asap: ModeMatching = Field(default_factory=_asap)
    scheduled: ModeMatching = Field(default_factory=_scheduled)
    starts_days_before: int = Field(default=7, ge=1, le=90)
    last_wave_ends_hours_before: int = Field(default=26, ge=1, le=336)
    last_wave_ends_hours_before_if_late: int = Field(default=2, ge=0, le=48)
    asap_travel_allowance_minutes: int = Field(default=45, ge=0, le=240)
    weights: RankingWeights = Field(default_factory=RankingWeights)
    search_radius_metres: int = Field(default=50_000, ge=1_000, le=500_000)

    @model_validator(mode="after")
    def _late_is_later(self) -> Self:
        if self.last_wave_ends_hours_before_if_late > self.last_wave_ends_hours_before:
            raise _exceeds("last_wave_ends_hours_before_if_late", "last_wave_ends_hours_before")
        if self.last_wave_ends_hours_before >= self.starts_days_before * 24:
            raise PydanticCustomError("ends_before_it_starts", "the last wave must end after matching starts")
        return self


class BookingPolicy(Policy):
    """
    Deadlines and sizes of a booking.

    A provider on the way is shown where they were at most `position_minutes_max` ago; positions closer than
    `position_seconds_min` are passed over. How long they still drive is estimated from the straight line:
    `drive_detour_percent` more by road (1.2 times as far in cities: Newell, Traffic Flow on Transportation Networks, 1980), at
    `drive_kmh` (25 mph, what California's Vehicle Code section 22352 allows in business and residence districts).
    """

    document = "booking"

    card_minutes: int = Field(default=35, ge=5, le=1_440)
    proposal_hours: int = Field(default=24, ge=1, le=168)
    unfilled_minutes_asap: int = Field(default=30, ge=1, le=1_440)
    unfilled_hours_before: int = Field(default=2, ge=0, le=72)
    start_grace_minutes: int = Field(default=20, ge=0, le=240)
    forgotten_stop_hours: int = Field(default=4, ge=1, le=48)
    contest_hours: int = Field(default=48, ge=1, le=336)
    reminder_hours_before: int = Field(default=24, ge=1, le=168)
    geofence_metres: int = Field(default=200, ge=20, le=2_000)
    travel_buffer_minutes: int = Field(default=30, ge=0, le=240)
    minutes_min: int = Field(default=30, ge=1, le=1_440)
    minutes_max: int = Field(default=720, ge=15, le=1_440)
    horizon_days: int = Field(default=365, ge=1, le=730)
    scheduled_notice_minutes: int = Field(default=180, ge=0, le=10_080)
    alarm_hours: int = Field(default=24, ge=1, le=336)
    position_seconds_min: int = Field(default=10, ge=1, le=600)
    position_minutes_max: int = Field(default=5, ge=1, le=60)
    drive_detour_percent: Percent = 20
    drive_kmh: int = Field(default=40, ge=5, le=130)

    @model_validator(mode="after")
    def _shortest_first(self) -> Self:
        if self.minutes_min > self.minutes_max:
            raise _exceeds("minutes_min", "minutes_max")
        return self


class MoneyPolicy(Policy):
    """Currency, the platform's fee, tax, and when and for how much a card is authorized."""

    document = "money"

    currency: str = Field(default="USD", pattern=r"^[A-Z]{3}$")
    platform_fee_basis_points: BasisPoints = 2_000
    tax_basis_points: BasisPoints = 0
    authorize_hours_before: int = Field(default=24, ge=1, le=112)
    headroom_percent: Percent = 25
    provider_cancellation_share_percent: Percent = 80


class CancellationPolicy(Policy):
    """
    What a customer's cancellation costs.

    Scheduled: nothing up to `free_hours_before` the start, then `late_fee_percent` of the lower estimate. ASAP: nothing until the
    provider is on the way, then the call-out fee when `asap_call_out` is set.
    """

    document = "cancellation"

    free_hours_before: int = Field(default=48, ge=0, le=336)
    late_fee_percent: Percent = 50
    asap_call_out: bool = True


class ReviewPolicy(Policy):
    """Until how many days after the work both sides may review each other, unseen by one another."""

    document = "review"

    window_days: int = Field(default=14, ge=1, le=90)


class TipPolicy(Policy):
    """
    Thanks in money: until how many days after the work, and how much.

    `least_minor` is for one tip, `most_minor` for all tips of a booking together. All of a tip is the provider's: there is no fee on it.
    """

    document = "tip"

    window_days: int = Field(default=30, ge=1, le=180)
    least_minor: int = Field(default=100, ge=50, le=100_000)
    most_minor: int = Field(default=50_000, ge=100, le=1_000_000)

    @model_validator(mode="after")
    def _least_is_less(self) -> Self:
        if self.least_minor > self.most_minor:
            raise _exceeds("least_minor", "most_minor")
        return self


class QuietHours(BaseModel):
    """From when to when (local time of the recipient) a message that is not time-critical waits for the morning."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    starts: time = time(22)
    ends: time = time(8)


class NotificationPolicy(Policy):
    """Who is told of which event by which channel with which template. What no rule names is not sent."""

    document = "notification"

    rules: tuple[Rule, ...] = Field(default=DEFAULT_RULES, max_length=500)
    quiet_hours: QuietHours = Field(default_factory=QuietHours)

    @model_validator(mode="after")
    def _one_rule_each(self) -> Self:
        seen = set()
        for rule in self.rules:
            if rule.key in seen:
                raise PydanticCustomError("two_rules", "two rules for {rule}", {"rule": " x ".join(rule.key)})
            seen.add(rule.key)
        return self

    def rules_for(self, event: str) -> list[Rule]:
        """Give the rules of an event by its dotted name."""
        return [rule for rule in self.rules if rule.event == event]


POLICIES: dict[str, type[Policy]] = {
    policy.document: policy
    for policy in (
        MatchingPolicy,
        BookingPolicy,
        MoneyPolicy,
        CancellationPolicy,
        ReviewPolicy,
        TipPolicy,
        NotificationPolicy,
    )
}


@dataclass(frozen=True, kw_only=True)
class PauseCard:
    """A stop switch that is thrown now: what, where (`*` is everywhere), why, by whom, since when."""

    id: UUID
    what: str
    city: str
    reason: str
    paused_by: str
    paused_at: datetime


@dataclass(frozen=True, kw_only=True)
class VersionCard:
    """One version of a policy and who set it why."""

    document: str
    version: int
    value: Policy
    reason: str
    set_by: str
    set_at: datetime
