"""What the vendor showed us: its objects, read again and reduced to what we act on. Times are UTC, amounts minor units."""

from dataclasses import dataclass
from datetime import datetime


class Later(Exception):
    """No answer, or one that settles nothing: ask again with the same idempotency key. The message is for the log."""


@dataclass(frozen=True, kw_only=True)
class SeenCard:
    """A card as it may be shown, and the vendor's name for it."""

    payment_method_ref: str
    brand: str
    last4: str
    exp_month: int
    exp_year: int


@dataclass(frozen=True, kw_only=True)
class SeenCustomer:
    """A customer with the vendor."""

    ref: str


@dataclass(frozen=True, kw_only=True)
class SeenDetached:
    """A card that the vendor has forgotten."""

    ref: str


@dataclass(frozen=True, kw_only=True)
class SeenPayment:
    """A payment intent. `status` is the vendor's word; `authorization` and `checkout` are the ids we put into its metadata."""

    ref: str
    status: str
    amount_minor: int
    captured_minor: int
    currency: str
    charge_ref: str = ""
    capture_before: datetime | None = None
    refusal_code: str = ""
    authorization: str = ""
    checkout: str = ""


@dataclass(frozen=True, kw_only=True)
class SeenCheckout:
    """A session of the hosted page."""

    ref: str
    status: str
    url: str
    expires_at: datetime
    checkout: str = ""
    card: SeenCard | None = None
    payment: SeenPayment | None = None


@dataclass(frozen=True, kw_only=True)
class SeenTransfer:
    """A transfer to a connected account."""

    ref: str
    transfer: str


@dataclass(frozen=True, kw_only=True)
class SeenAccount:
    """A provider's account; `capability` says whether money may be transferred to it."""

    ref: str
    capability: str
    provider: str


@dataclass(frozen=True, kw_only=True)
class SeenLink:
    """A link to the hosted onboarding, good for one visit."""

    url: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class SeenPayout:
    """A payout from a connected account to its bank; `payout` is our id when we asked for it."""

    ref: str
    account_ref: str
    status: str
    amount_minor: int
    currency: str
    arrives_at: datetime | None
    failure_code: str
    payout: str = ""


@dataclass(frozen=True, kw_only=True)
class Rejected:
    """The vendor will not do it, and did nothing."""

    code: str


Seen = SeenCustomer | SeenDetached | SeenPayment | SeenCheckout | SeenTransfer | SeenAccount | SeenLink | SeenPayout
