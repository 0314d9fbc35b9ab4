"""Facts of providers."""

from dataclasses import dataclass
from typing import ClassVar

from guildhall.eventlog.types import Event


@dataclass(frozen=True, kw_only=True)
class ProviderRegistered(Event):
    """Somebody wants to work here."""

    name: ClassVar[str] = "provider.registered"
    aggregate_type: ClassVar[str] = "provider"


@dataclass(frozen=True, kw_only=True)
class ProviderTierSet(Event):
    """An operator said how experienced a provider is; 1 is the highest rank."""

    name: ClassVar[str] = "provider.tier_set"
    aggregate_type: ClassVar[str] = "provider"
    rank: int


@dataclass(frozen=True, kw_only=True)
class ProviderReachChanged(Event):
    """
    Where, when or for what a provider can be asked has changed.

    `what`: area, home, categories, tier, hours, limits, available_now or account.
    """

    name: ClassVar[str] = "provider.reach_changed"
    aggregate_type: ClassVar[str] = "provider"
    what: str


@dataclass(frozen=True, kw_only=True)
class ProviderPayoutAccountRecorded(Event):
    """The vendor knows where to pay a provider; `enabled` says whether it would pay today."""

    name: ClassVar[str] = "provider.payout_account_recorded"
    aggregate_type: ClassVar[str] = "provider"
    enabled: bool
