"""Committing a provider to a job."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from guildhall.bookings import statements
from guildhall.bookings.commands.steps import locked
from guildhall.bookings.lifecycle import CONFIRM
from guildhall.credentialing.commands import NoWorkRight
from guildhall.kernel.actors import Actor
from guildhall.kernel.refusals import NotAllowed, NotFound, Refused
from guildhall.matching import commands as matching
from guildhall.matching.commands import AlreadyTaken, OfferExpired
from guildhall.scheduling.commands import DayIsFull, SlotTaken

_REFUSALS: dict[str, type[Refused]] = {
    "no_right": NoWorkRight,
    "already_taken": AlreadyTaken,
    "expired": OfferExpired,
    "not_yours": NotFound,
    "slot_taken": SlotTaken,
    "day_is_full": DayIsFull,
}


def accept_offer(*, offer_id: UUID, by: Actor, at: datetime) -> UUID:
    """
    Commit the provider to the job and reserve their time for it. Asked again by the winner, gives the same answer.

    One statement of the database locks booking, cascade and provider in that order, decides by its own clock, and writes
    everything or nothing (`sql/published.sql`). Gives the booking's id.

    :raises AlreadyTaken: when another provider was first.
    :raises OfferExpired: when the window has ended, or the job was cancelled or given to somebody by hand.
    :raises SlotTaken: when the provider took other work in the meantime.
    :raises DayIsFull: when the provider has as many jobs on that day as they want.
    :raises NoWorkRight: when the provider may not work until the job's end.
    :raises NotFound: when the offer was not made to this provider.
    """
    if by.kind != "provider":
        raise NotAllowed
    return _accept(offer_id, provider_id=by.account_id, by=by, at=at)


@transaction.atomic
def assign_by_hand(*, booking_id: UUID, provider_id: UUID, by: Actor, at: datetime) -> None:
    """
    Give the job to a provider of the operator's choice: the ranking is overridden, the gate never.

    :raises NotAllowed: when the asker is not an operator.
    :raises MoveRefused: when the booking is not looking for anybody.
    :raises Refused: with the reason, when the provider is not eligible.
    """
    if by.kind != "operator":
        raise NotAllowed
    booking = locked(booking_id)
    CONFIRM.apply(booking.status)
    offer_id = matching.force_offer(reference=booking.reference, provider_id=provider_id, by=by, at=at)
    _accept(offer_id, provider_id=provider_id, by=by, at=at)


def _accept(offer_id: UUID, *, provider_id: UUID, by: Actor, at: datetime) -> UUID:
    outcome, booking_id = statements.accept_offer(offer_id, provider_id=provider_id, by=by, at=at)
    if outcome in _REFUSALS:
        raise _REFUSALS[outcome]
    return booking_id
