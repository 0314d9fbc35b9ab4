"""Facts about money. Those of a payment carry its reference; `reference.cleared` may come again after a later release."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from guildhall.eventlog.types import Event


@dataclass(frozen=True, kw_only=True)
class PaymentFact(Event):
    """What every fact of one payment has in common."""

    aggregate_type: ClassVar[str] = "payment"


@dataclass(frozen=True, kw_only=True)
class CardSaved(PaymentFact):
    """The customer has a card with the vendor that may be charged later for this reference."""

    name: ClassVar[str] = "card.saved"
    customer_id: UUID


@dataclass(frozen=True, kw_only=True)
class CheckoutExpired(PaymentFact):
    """The visit to the vendor's page ended with nothing done; another may be started."""

    name: ClassVar[str] = "checkout.expired"
    customer_id: UUID
    checkout_id: UUID
    purpose: str


@dataclass(frozen=True, kw_only=True)
class AuthorizationMade(PaymentFact):
    """The bank holds the amount until `capture_before`. Comes once more when a long case renews it (`is_renewal`)."""

    name: ClassVar[str] = "authorization.made"
    customer_id: UUID
    authorized_minor: int
    currency: str
    capture_before: datetime | None
    is_renewal: bool


@dataclass(frozen=True, kw_only=True)
class AuthorizationRefused(PaymentFact):
    """The bank said no. `needs_customer`: it wants to see the customer; start a checkout with purpose `authorize`."""

    name: ClassVar[str] = "authorization.refused"
    customer_id: UUID
    needs_customer: bool
    code: str
    is_renewal: bool


@dataclass(frozen=True, kw_only=True)
class AuthorizationReleased(PaymentFact):
    """The bank holds nothing any more: it was released, or ran out."""

    name: ClassVar[str] = "authorization.released"
    customer_id: UUID
    released_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class PaymentCaptured(PaymentFact):
    """The settled amount was collected; the rest of the authorization is free again."""

    name: ClassVar[str] = "payment.captured"
    customer_id: UUID
    provider_id: UUID
    captured_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class PaymentTransferred(PaymentFact):
    """The provider's share lies on their balance with the vendor."""

    name: ClassVar[str] = "payment.transferred"
    customer_id: UUID
    provider_id: UUID
    transferred_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class TipFact(PaymentFact):
    """What every fact of a tip tells. Its `reference` is that of the job."""

    customer_id: UUID
    provider_id: UUID
    tip_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class TipRequested(TipFact):
    """The customer wants to thank the provider; the bank is asked."""

    name: ClassVar[str] = "tip.requested"


@dataclass(frozen=True, kw_only=True)
class TipPaid(TipFact):
    """The bank has paid. All of it is the provider's."""

    name: ClassVar[str] = "tip.paid"


@dataclass(frozen=True, kw_only=True)
class TipRefused(TipFact):
    """The bank said no, or wanted the customer in person (`needs_customer`): nothing was charged, and nothing is owed."""

    name: ClassVar[str] = "tip.refused"
    needs_customer: bool
    code: str


@dataclass(frozen=True, kw_only=True)
class TipTransferred(TipFact):
    """The tip lies on the provider's balance with the vendor."""

    name: ClassVar[str] = "tip.transferred"


@dataclass(frozen=True, kw_only=True)
class ReferenceCleared(PaymentFact):
    """Nothing is left to collect, pay or hold. `uncollected_minor` is what the customer owes when a compensation was refused."""

    name: ClassVar[str] = "reference.cleared"
    captured_minor: int
    transferred_minor: int
    uncollected_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class PayoutPaid(PaymentFact):
    """The provider's share of this reference reached their bank, in full, with this payout."""

    name: ClassVar[str] = "payout.paid"
    provider_id: UUID
    payout_id: UUID
    amount_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class PayoutFailed(PaymentFact):
    """The bank sent the payout back; the money is on the provider's balance again."""

    name: ClassVar[str] = "payout.failed"
    provider_id: UUID
    payout_id: UUID
    amount_minor: int
    currency: str
    code: str


@dataclass(frozen=True, kw_only=True)
class PayoutAccountChanged(Event):
    """The vendor lets this provider be paid (`is_active`), or not. The aggregate is the provider's payout account."""

    name: ClassVar[str] = "payout_account.changed"
    aggregate_type: ClassVar[str] = "payout_account"
    provider_id: UUID
    is_active: bool
    status: str
