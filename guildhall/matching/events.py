"""What matching tells. Every fact belongs to a cascade and carries the booking's reference."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from guildhall.eventlog.types import Event


@dataclass(frozen=True, kw_only=True)
class CascadeEvent(Event):
    """A fact about a cascade; the aggregate's id is the cascade's."""

    aggregate_type: ClassVar[str] = "cascade"


@dataclass(frozen=True, kw_only=True)
class CascadeOpened(CascadeEvent):
    """Somebody is being sought. `direct_to` is the one provider who is asked, if the customer chose."""

    name: ClassVar[str] = "cascade.opened"

    mode: str
    category_id: int
    city_key: str
    direct_to: UUID | None


@dataclass(frozen=True, kw_only=True)
class WaveOpened(CascadeEvent):
    """A wave was offered; the offers of the wave before it are over. The lists are in the order of the ranking, and may be empty."""

    name: ClassVar[str] = "wave.opened"

    mode: str
    wave_number: int
    wave_kind: str
    tier_rank: int | None
    expires_at: datetime
    offer_ids: list[UUID]
    provider_ids: list[UUID]


@dataclass(frozen=True, kw_only=True)
class OfferAccepted(CascadeEvent):
    """One provider has the job; the cascade is filled. `offered_at` tells how long they took."""

    name: ClassVar[str] = "offer.accepted"

    offer_id: UUID
    provider_id: UUID
    wave_number: int
    tier_rank: int
    net_minor: int
    currency: str
    offered_at: datetime


@dataclass(frozen=True, kw_only=True)
class OfferDeclined(CascadeEvent):
    """One provider said no."""

    name: ClassVar[str] = "offer.declined"

    offer_id: UUID
    provider_id: UUID
    wave_number: int
    offered_at: datetime


@dataclass(frozen=True, kw_only=True)
class OfferWithdrawn(CascadeEvent):
    """Open offers are gone: another accepted (`taken`), or the right to work was revoked (`right_revoked`)."""

    name: ClassVar[str] = "offer.withdrawn"

    reason: str
    offer_ids: list[UUID]
    provider_ids: list[UUID]


@dataclass(frozen=True, kw_only=True)
class CascadeExhausted(CascadeEvent):
    """Nobody accepted in any wave."""

    name: ClassVar[str] = "cascade.exhausted"

    mode: str
    waves: int


@dataclass(frozen=True, kw_only=True)
class CascadeClosed(CascadeEvent):
    """The search was stopped from above; its open offers were withdrawn with it."""

    name: ClassVar[str] = "cascade.closed"

    reason: str
    offer_ids: list[UUID]
    provider_ids: list[UUID]
