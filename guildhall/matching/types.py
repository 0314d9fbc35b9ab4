"""Words of matching, and what its answers are made of."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from guildhall.kernel.money import Money


class Mode(StrEnum):
    """As soon as possible, or at an appointed time: they differ in windows and in when work starts."""

    ASAP = "asap"
    SCHEDULED = "scheduled"


class CascadeStatus(StrEnum):
    """Whether somebody is being sought, and how that ended."""

    LIVE = "live"
    FILLED = "filled"
    EXHAUSTED = "exhausted"
    CLOSED = "closed"


class OfferStatus(StrEnum):
    """What became of an offer. It ends exactly once."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class WaveKind(StrEnum):
    """Whom a wave asks."""

    DIRECT = "direct"
    FAVOURITES = "favourites"
    TIER = "tier"


class Outcome(StrEnum):
    """What `matching.take_offer` answers."""

    TAKEN = "taken"
    ALREADY_YOURS = "already_yours"
    ALREADY_TAKEN = "already_taken"
    EXPIRED = "expired"
    NOT_YOURS = "not_yours"


@dataclass(frozen=True)
class Place:
    """Where the work is: WGS 84 degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True)
class Area:
    """A circle that holds the place without giving it away; the centre is rounded."""

    latitude: float
    longitude: float
    radius_metres: int


@dataclass(frozen=True)
class OfferCard:
    """
    One offer, as its provider may see it before accepting: an area instead of the address.

    `net` is what the provider earns after fees; `ends_at` is the end of the planned time (travel buffer included),
    `earliest_end_at` the end of the shortest expected job,
    `kind` the key of the usual job (empty: none). An ASAP job starts anew when it is accepted.
    """

    id: UUID
    reference: str
    cascade_id: UUID
    provider_id: UUID
    status: OfferStatus
    mode: Mode
    category_id: int
    kind: str
    wave_number: int
    tier_rank: int
    net: Money
    distance_metres: int
    area: Area
    starts_at: datetime
    ends_at: datetime
    earliest_end_at: datetime
    offered_at: datetime
    expires_at: datetime
    answered_at: datetime | None
    reason: str


@dataclass(frozen=True)
class WaveCard:
    """One wave that was opened: whom it asked, how many, until when."""

    number: int
    kind: WaveKind
    tier_rank: int | None
    asked: int
    opened_at: datetime
    until: datetime


@dataclass(frozen=True)
class CascadeCard:
    """The newest cascade of a reference. `wave` is the one asked now (None before the first and after the end)."""

    id: UUID
    reference: str
    mode: Mode
    status: CascadeStatus
    opened_at: datetime
    wave: WaveCard | None
    waves: list[WaveCard]
    asked: int
    declined: int


@dataclass(frozen=True)
class CandidateCard:
    """Why somebody was asked, or was not, in one wave: place in the order, score by signal, refusal."""

    wave_number: int
    position: int
    provider_id: UUID
    tier_rank: int | None
    distance_metres: int | None
    score: float
    reasons: dict[str, object]
    eligible: bool
    refusal: str
    asked: bool
