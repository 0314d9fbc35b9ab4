"""How the operators' side of a booking looks in the API: its facts, its candidates, its money, the switches and the pulse."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field, model_validator

from guildhall.eventlog.types import Fact
from guildhall.kernel.ids import public_id
from guildhall.matching.types import CandidateCard
from guildhall.payments.types import Posting, Transaction
from guildhall.policy.types import PauseCard
from guildhall.web.api.fields import BookingId, Instant, Line, Minutes, PauseId, ProviderId, Text, TransactionId
from guildhall.web.api.schemas import Body, MoneyOut
from guildhall.web.api.v1.booking_shapes import booking_of

_ID_PREFIXES = {
    "customer_id": "cu",
    "provider_id": "pr",
    "provider_ids": "pr",
    "withdrawn_provider_id": "pr",
    "released_provider_id": "pr",
    "direct_to": "pr",
    "offer_id": "of",
    "offer_ids": "of",
    "cascade_id": "ca",
    "address_id": "ad",
}
_PEOPLE = {"customer": "cu", "provider": "pr", "operator": "op"}
_AGGREGATES = {"booking": "bk", "cascade": "ca", "payment": "pm", "offer": "of"}


class AssignmentIn(Body):
    """The provider of the operator's choice: the ranking is overridden, the gate never."""

    provider_user_id: ProviderId


class DecisionIn(Body):
    """Either so many minutes are final, or the booking is cancelled without a charge; and why."""

    settled_minutes: Minutes | None = None
    cancel: bool = False
    reason: Annotated[Text, Field(min_length=1)]

    @model_validator(mode="after")
    def _one_of_both(self) -> "DecisionIn":
        if self.cancel == (self.settled_minutes is not None):
            raise ValueError("Give either settled_minutes or cancel.")
        return self


class PauseIn(Body):
    """What to stop, where (a city's key, or `*` for everywhere), and why."""

    what: Literal["matching", "notifications", "payouts"]
    city: Annotated[str, Field(pattern=r"^(\*|[a-z0-9]+(-[a-z0-9]+)*)$", max_length=60)] = "*"
    reason: Annotated[Line, Field(min_length=1)]


class PauseOut(Schema):
    """A switch that is thrown now."""

    id: PauseId
    what: str
    city: str
    reason: str
    paused_by: str
    paused_at: Instant

    @classmethod
    def of(cls, card: PauseCard) -> "PauseOut":
        """Show a switch."""
        return cls(
            id=card.id,
            what=card.what,
            city=card.city,
            reason=card.reason,
            paused_by=shown_actor(card.paused_by),
            paused_at=card.paused_at,
        )


class FactOut(Schema):
    """One fact of a booking's story: what happened to what, when, and who did it. `details` are ids, enums and amounts."""

    name: str
    about: str
    version: int
    actor: str
    occurred_at: Instant
    details: dict[str, Any]

    @classmethod
    def of(cls, fact: Fact) -> "FactOut":
        """Show a fact, ids by their outside names."""
        kind, _, aggregate_id = fact.aggregate.partition(":")
        prefix = _AGGREGATES.get(kind)
        return cls(
            name=fact.name,
            about=public_id(prefix, UUID(aggregate_id)) if prefix else kind,
            version=fact.version,
            actor=shown_actor(fact.actor),
            occurred_at=fact.occurred_at,
            details=shown_details(fact.payload),
        )


class CandidateOut(Schema):
    """Somebody who was considered: place in the order, score by signal, or why not."""

    wave_number: int
    position: int
    provider_id: ProviderId
    tier_rank: int | None
    distance_metres: int | None
    score: float
    reasons: dict[str, Any]
    is_eligible: bool
    refusal: str
    was_asked: bool

    @classmethod
    def of(cls, card: CandidateCard) -> "CandidateOut":
        """Show a candidate."""
        return cls(
            wave_number=card.wave_number,
            position=card.position,
            provider_id=card.provider_id,
            tier_rank=card.tier_rank,
            distance_metres=card.distance_metres,
            score=card.score,
            reasons=card.reasons,
            is_eligible=card.eligible,
            refusal=card.refusal,
            was_asked=card.asked,
        )


class PostingOut(Schema):
    """One entry of the ledger. What the house owes or has earned counts up, what it owns counts down."""

    journal_id: int
    kind: str
    account: str
    owner: str
    amount: MoneyOut
    posted_at: Instant

    @classmethod
    def of(cls, posting: Posting) -> "PostingOut":
        """Show an entry."""
        return cls(
            journal_id=posting.journal_id,
            kind=posting.kind,
            account=posting.account,
            owner=posting.owner,
            amount=MoneyOut(amount_minor=posting.amount_minor, currency=posting.currency),
            posted_at=posting.posted_at,
        )


class TransactionOut(Schema):
    """A movement as the vendor knows it (R86): authorization, charge, capture, transfer or payout."""

    id: TransactionId
    booking_id: BookingId
    amount: int
    currency: str
    status: str
    gateway_ref_id: str
    transaction_type: str
    stripe_account_id: str
    at: Instant

    @classmethod
    def of(cls, transaction: Transaction) -> "TransactionOut":
        """Show a movement; `amount` is in minor units."""
        return cls(
            id=transaction.id,
            booking_id=booking_of(transaction.reference),
            amount=transaction.amount_minor,
            currency=transaction.currency,
            status=transaction.status,
            gateway_ref_id=transaction.vendor_ref,
            transaction_type=transaction.kind,
            stripe_account_id=transaction.account_ref,
            at=transaction.at,
        )


class LedgerOut(Schema):
    """The money of a booking: the ledger's entries, and the vendor's movements."""

    postings: list[PostingOut]
    transactions: list[TransactionOut]


class SubscriptionOut(Schema):
    """How far one subscription is behind the log, in facts, and how many of its facts are parked."""

    name: str
    position: int
    behind: int
    parked: int


class HealthOut(Schema):
    """The pulse: facts not delivered, deadlines passed and not fired or parked, how far each subscription is behind."""

    now: Instant
    next_deadline: Instant | None
    deadlines_overdue: int
    deadlines_parked: int
    facts_waiting: int
    subscriptions: list[SubscriptionOut]


def shown_actor(actor: str) -> str:
    """Name an actor as stored (`customer:<uuid>`, `system:timer`) for the outside."""
    kind, _, rest = actor.partition(":")
    return public_id(_PEOPLE[kind], UUID(rest)) if kind in _PEOPLE and rest else actor


def shown_details(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Put outside names on the ids of a fact's members."""
    return {
        name: _shown(value, _ID_PREFIXES[name]) if name in _ID_PREFIXES else value for name, value in payload.items()
    }


def _shown(value: Any, prefix: str) -> Any:
    if isinstance(value, list):
        return [_shown(one, prefix) for one in value]
    return public_id(prefix, UUID(value)) if value else value
