"""Which facts reach whose feed, and what a row of it names: public ids, never a name or a word."""

from collections.abc import Iterator
from uuid import UUID

from guildhall.bookings import events as bookings
from guildhall.bookings.queries import customer_of
from guildhall.eventlog.types import Event
from guildhall.identity import events as identity
from guildhall.kernel.ids import public_id
from guildhall.matching import events as matching
from guildhall.notifications.handlers import HEARD
from guildhall.notifications.routing import named, parties
from guildhall.notifications.statements import operator_ids
from guildhall.payments import events as payments
from guildhall.reviews.events import ReviewFact

FOLLOWED: tuple[type[Event], ...] = (
    *(event for event in HEARD if event not in {identity.AccountRegisteredAgain, identity.CodeRequested}),
    identity.AccountDisabled,
    identity.SessionEnded,
    matching.OfferDeclined,
    bookings.BreakStarted,
    bookings.BreakEnded,
    bookings.EvidenceAdded,
    payments.CardSaved,
    payments.TipRequested,
    payments.TipTransferred,
)
FOR_OPERATORS = frozenset(
    {
        "booking.requested",
        "booking.unfilled",
        "booking.widened",
        "booking.confirmed",
        "booking.payment_action_needed",
        "booking.contested",
        "booking.unresolved",
        "booking.decided",
        "booking.cancelled",
        "booking.overdue",
        "booking.closed",
        "payout.failed",
    }
)
"""What changes an operator's pending work."""


def audience(event: Event) -> Iterator[tuple[UUID, dict[str, str]]]:
    """Give who may see a fact, each with the public ids that they may know."""
    ids = _ids(event)
    for account_id, own in _people(event):
        yield account_id, ids | own
    if event.name in FOR_OPERATORS:
        for account_id in operator_ids():
            yield account_id, ids


def _people(event: Event) -> Iterator[tuple[UUID, dict[str, str]]]:
    if isinstance(event, identity.SessionEnded):
        yield event.account_id, {}
    elif event.aggregate_type in {"account", "work_right"}:
        yield event.aggregate_id, {}
    elif isinstance(event, matching.WaveOpened | matching.OfferWithdrawn | matching.CascadeClosed):
        for party in parties(event, set()):
            yield party.id, {"offer": public_id("of", UUID(party.own["offer_id"]))}
        yield from _customer(event)
    elif isinstance(event, matching.OfferDeclined):
        yield from _customer(event)
    else:
        for party in named(event):
            yield party.id, {}


def _customer(event: Event) -> Iterator[tuple[UUID, dict[str, str]]]:
    """The customer who watches the search: that somebody was asked or declined, and not who."""
    customer_id = customer_of(booking_id=UUID(event.reference.removeprefix("booking:")))
    if customer_id is not None:
        yield customer_id, {}


def _ids(event: Event) -> dict[str, str]:
    ids = {}
    if event.reference.startswith("booking:"):
        ids["booking"] = public_id("bk", UUID(event.reference.removeprefix("booking:")))
    if isinstance(event, ReviewFact):
        ids["review"] = public_id("rv", event.aggregate_id)
    return ids
