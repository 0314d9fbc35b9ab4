"""Words that those above payments use."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

Purpose = Literal["save_card", "authorize"]
Endpoint = Literal["platform", "connect", "thin"]

FOLLOWED: dict[Endpoint, frozenset[str]] = {
    "platform": frozenset(
        {
            "charge.refund.updated",
            "charge.refunded",
            "checkout.session.completed",
            "checkout.session.expired",
            "payment_intent.amount_capturable_updated",
            "payment_intent.canceled",
            "payment_intent.payment_failed",
            "payment_intent.requires_action",
            "payment_intent.succeeded",
            "transfer.created",
            "transfer.reversed",
        }
    ),
    "connect": frozenset({"payout.canceled", "payout.created", "payout.failed", "payout.paid", "payout.updated"}),
    "thin": frozenset(
        {
            "v2.core.account.closed",
            "v2.core.account.updated",
            "v2.core.account[configuration.recipient].capability_status_updated",
            "v2.core.account[requirements].updated",
        }
    ),
}
"""The events that each endpoint is to be sent: those after which something of ours may stand differently, not each step of the vendor's."""


def cards_reference(customer_id: UUID) -> str:
    """Name the visits of a customer that belong to no booking: to have a card on file."""
    return f"cards:{customer_id}"


class PaymentState(StrEnum):
    """Where the customer's money for a reference stands."""

    NONE = "none"
    AUTHORIZED = "authorized"
    ACTION_NEEDED = "action_needed"
    CAPTURED = "captured"
    REFUNDED = "refunded"
    FAILED = "failed"
    WRITTEN_OFF = "written_off"


class PayoutState(StrEnum):
    """Where the provider's share of a reference stands."""

    NONE = "none"
    HELD = "held"
    TRANSFERRED = "transferred"
    PAID_OUT = "paid_out"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Settlement:
    """How a captured amount is split: `provider_minor + fee_minor + tax_minor = total_minor`, none of them negative."""

    total_minor: int
    tax_minor: int
    fee_minor: int
    provider_minor: int
    currency: str
    provider_id: UUID

    def __post_init__(self) -> None:
        """Refuse parts that do not sum to the whole: rounding happened before, once."""
        if min(self.tax_minor, self.fee_minor, self.provider_minor) < 0:
            raise ValueError("No part of a settlement is negative.")
        if self.provider_minor + self.fee_minor + self.tax_minor != self.total_minor:
            raise ValueError("The parts of a settlement sum to its total.")


@dataclass(frozen=True, kw_only=True)
class Checkout:
    """A visit to the vendor's hosted page. `url` is None until the worker has asked the vendor for it."""

    id: UUID
    reference: str
    purpose: Purpose
    status: str
    url: str | None
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class OnboardingLink:
    """A visit to the vendor's onboarding of a provider, good for one use. `url` is None until the worker has asked for it."""

    id: UUID
    provider_id: UUID
    status: str
    url: str | None
    expires_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class PaymentCard:
    """The money of a reference. `card_*` are those of the customer's saved card."""

    reference: str
    payment_state: str
    payout_state: str
    currency: str
    authorized_minor: int
    captured_minor: int
    refunded_minor: int
    transferred_minor: int
    fee_minor: int
    tax_minor: int
    capture_before: datetime | None
    is_blocked: bool
    card_brand: str
    card_last4: str


@dataclass(frozen=True, kw_only=True)
class Posting:
    """One entry of the ledger. What the house owes or has earned counts up (positive), what it owns counts down (negative)."""

    journal_id: int
    kind: str
    account: str
    owner: str
    amount_minor: int
    currency: str
    posted_at: datetime


@dataclass(frozen=True, kw_only=True)
class PayoutCard:
    """Money on its way from a provider's balance to their bank."""

    id: UUID
    amount_minor: int
    currency: str
    status: str
    arrives_at: datetime | None
    failure_code: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Earning:
    """
    What one settlement is for its provider: `kind` is work, cancellation or tip, `reference` that of the job.

    `payout_state` says how far the money is; a case keeps it where it is while `is_blocked`.
    """

    reference: str
    kind: str
    amount_minor: int
    currency: str
    settled_at: datetime
    payout_state: str
    is_blocked: bool


@dataclass(frozen=True, kw_only=True)
class TipCard:
    """A tip: `status` is requested, paid or refused (`refusal_code` says why: the bank's word, or authentication_required)."""

    id: UUID
    amount_minor: int
    currency: str
    status: str
    refusal_code: str
    payout_state: str
    given_at: datetime


@dataclass(frozen=True, kw_only=True)
class Transaction:
    """A movement as the vendor knows it (R86). `kind` is authorization, charge, capture, transfer or payout."""

    id: UUID
    reference: str
    kind: str
    amount_minor: int
    currency: str
    status: str
    vendor_ref: str
    account_ref: str
    at: datetime
