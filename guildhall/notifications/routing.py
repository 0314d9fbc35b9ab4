"""From a fact to messages: the matrix says which roles are told how, the fact says who they are."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from guildhall.bookings.events import BookingRescheduled, ProviderWithdrew
from guildhall.eventlog.types import Event, Fact
from guildhall.identity.queries import get_contacts
from guildhall.matching.events import CascadeClosed, OfferWithdrawn, WaveOpened
from guildhall.notifications import queueing, statements
from guildhall.notifications.rules import lifetime
from guildhall.notifications.statements import NewMessage
from guildhall.notifications.types import Channel
from guildhall.payments.events import PayoutFailed, PayoutPaid
from guildhall.policy.queries import get
from guildhall.policy.types import NotificationPolicy, Rule
from guildhall.reviews.events import ReviewFact, ReviewReplied, ReviewSubmitted
from guildhall.reviews.types import Side

_LISTS = frozenset({"offer_ids", "provider_ids"})
_ENDS = ("expires_at", "deadline_at")


@dataclass(frozen=True)
class Party:
    """Somebody whom a fact concerns, in a role, with what concerns only them."""

    role: str
    id: UUID
    own: dict[str, Any] = field(default_factory=dict)


def tell(event: Event, fact: Fact) -> None:
    """Queue what the matrix asks for. The same fact again queues nothing."""
    rules = [rule for rule in get(NotificationPolicy).rules_for(event.name) if rule.channel in set(Channel)]
    if not rules:
        return
    people = list(parties(event, {rule.role for rule in rules}))
    messages = [_message(event, fact, rule, party) for rule in rules for party in people if party.role == rule.role]
    queueing.defer(statements.insert_messages(messages))


def parties(event: Event, roles: set[str]) -> Iterator[Party]:
    """Give whom a fact concerns, in their roles; operators only when one of `roles`."""
    if isinstance(event, WaveOpened | OfferWithdrawn | CascadeClosed):
        for offer_id, provider_id in zip(event.offer_ids, event.provider_ids, strict=True):
            yield Party("provider", provider_id, {"offer_id": str(offer_id)})
    elif event.aggregate_type == "account":
        for contact in get_contacts([event.aggregate_id]).values():
            yield Party(contact.role, contact.id)
    elif isinstance(event, ReviewFact):
        yield from _concerned(event)
    else:
        yield from named(event)
    if "operator" in roles:
        for account_id in statements.operator_ids():
            yield Party("operator", account_id)


def named(event: Event) -> Iterator[Party]:
    """The two sides that a fact names; whoever lost the job by it is still its provider here."""
    if (customer_id := getattr(event, "customer_id", None)) is not None:
        yield Party("customer", customer_id)
    providers: set[UUID | None] = {getattr(event, "provider_id", None)}
    if isinstance(event, BookingRescheduled):
        providers.add(event.released_provider_id)
    if isinstance(event, ProviderWithdrew):
        providers.add(event.withdrawn_provider_id)
    for provider_id in filter(None, providers):
        yield Party("provider", provider_id)


def _concerned(event: ReviewFact) -> Iterator[Party]:
    """Whom a review is about, or for a reply who wrote it. Of a second review both learn by its becoming visible."""
    if isinstance(event, ReviewSubmitted) and not event.is_first:
        return
    side = event.side if isinstance(event, ReviewReplied) else event.side.other
    yield Party(side.value, event.customer_id if side is Side.CUSTOMER else event.provider_id)


def inbox_items(event: Event, fact: Fact) -> list[NewMessage]:
    """Give what the matrix wants in whose inbox."""
    rules = [rule for rule in get(NotificationPolicy).rules_for(event.name) if rule.channel == "in_app"]
    if not rules:
        return []
    people = list(parties(event, {rule.role for rule in rules}))
    return [_message(event, fact, rule, party) for rule in rules for party in people if party.role == rule.role]


def _message(event: Event, fact: Fact, rule: Rule, party: Party) -> NewMessage:
    facts = {name: value for name, value in event.payload().items() if name not in _LISTS}
    return NewMessage(
        event_seq=fact.seq,
        event_name=event.name,
        recipient_id=party.id,
        role=rule.role,
        channel=rule.channel,
        template=rule.template,
        # One payout pays many bookings, and each of them has its own fact.
        topic=f"{event.name}:{event.payout_id}" if isinstance(event, PayoutPaid | PayoutFailed) else "",
        is_time_critical=rule.time_critical,
        reference=event.reference,
        facts=facts | party.own,
        queued_at=fact.at,
        expires_at=_expiry(event, fact, rule),
    )


def _expiry(event: Event, fact: Fact, rule: Rule) -> datetime:
    for name in _ENDS:
        if isinstance(end := getattr(event, name, None), datetime):
            return end
    if event.name == "booking.reminder_due":
        starts_at: datetime = getattr(event, "starts_at")  # noqa: B009 - only the name is known here
        return starts_at
    return fact.at + lifetime(event.name, is_time_critical=rule.time_critical)
