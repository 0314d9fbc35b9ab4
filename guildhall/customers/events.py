"""Facts of customers."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from guildhall.eventlog.types import Event


@dataclass(frozen=True, kw_only=True)
class CustomerRegistered(Event):
    """Somebody wants to book here."""

    name: ClassVar[str] = "customer.registered"
    aggregate_type: ClassVar[str] = "customer"
    kind: str


@dataclass(frozen=True, kw_only=True)
class CustomerAddressAdded(Event):
    """A customer named a place; `precision` says how exactly it is known."""

    name: ClassVar[str] = "customer.address_added"
    aggregate_type: ClassVar[str] = "customer"
    address_id: UUID
    precision: str


@dataclass(frozen=True, kw_only=True)
class CustomerAddressChanged(Event):
    """A customer said something else about a place, or moved its pin."""

    name: ClassVar[str] = "customer.address_changed"
    aggregate_type: ClassVar[str] = "customer"
    address_id: UUID
    precision: str


@dataclass(frozen=True, kw_only=True)
class PaymentCustomerRecorded(Event):
    """The vendor knows a customer."""

    name: ClassVar[str] = "customer.payment_customer_recorded"
    aggregate_type: ClassVar[str] = "customer"


@dataclass(frozen=True, kw_only=True)
class CustomerCardRecorded(Event):
    """A customer has a card on file, good to the end of a month."""

    name: ClassVar[str] = "customer.card_recorded"
    aggregate_type: ClassVar[str] = "customer"
    exp_month: int
    exp_year: int


@dataclass(frozen=True, kw_only=True)
class CustomerDefaultCardChanged(Event):
    """Another card on file is used from now on."""

    name: ClassVar[str] = "customer.default_card_changed"
    aggregate_type: ClassVar[str] = "customer"
    card_id: UUID


@dataclass(frozen=True, kw_only=True)
class CustomerCardRemoved(Event):
    """A card is not on file any more."""

    name: ClassVar[str] = "customer.card_removed"
    aggregate_type: ClassVar[str] = "customer"
    card_id: UUID


@dataclass(frozen=True, kw_only=True)
class CustomerFavouritesChanged(Event):
    """The providers whom a customer wants asked first, in order."""

    name: ClassVar[str] = "customer.favourites_changed"
    aggregate_type: ClassVar[str] = "customer"
    provider_ids: list[UUID]


@dataclass(frozen=True, kw_only=True)
class ProviderBlocked(Event):
    """A customer and a provider are not brought together again."""

    name: ClassVar[str] = "customer.provider_blocked"
    aggregate_type: ClassVar[str] = "customer"
    provider_id: UUID
    blocked_by: str


@dataclass(frozen=True, kw_only=True)
class ProviderUnblocked(Event):
    """Who had kept a customer and a provider apart lets them meet again."""

    name: ClassVar[str] = "customer.provider_unblocked"
    aggregate_type: ClassVar[str] = "customer"
    provider_id: UUID
