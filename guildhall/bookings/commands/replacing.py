"""Another provider instead of the one who has the job."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from guildhall.bookings import lifecycle, rules
from guildhall.bookings.commands.accepting import assign_by_hand
from guildhall.bookings.commands.cancelling import withdraw_provider
from guildhall.bookings.types import BookingCard
from guildhall.kernel.actors import Actor
from guildhall.kernel.refusals import NotAllowed


def can_be_replaced(card: BookingCard, *, at: datetime) -> bool:
    """Whether the job may be taken from its provider for another now. Changes nothing."""
    has_begun = rules.has_begun(mode=card.mode, starts_at=card.starts_at, at=at)
    return card.status in lifecycle.WITHDRAW.sources and not has_begun


@transaction.atomic
def replace_by_hand(*, booking_id: UUID, provider_id: UUID, reason: str, by: Actor, at: datetime) -> None:
    """
    Take a job from its provider and give it to another of the operator's choice, or change nothing.

    :raises NotAllowed: when the asker is not an operator.
    :raises MoveRefused: when nobody has the job, work has begun, or the appointment is past.
    :raises Refused: with the reason, when the other provider is not eligible.
    """
    if by.kind != "operator":
        raise NotAllowed
    withdraw_provider(booking_id=booking_id, reason=reason, by=by, at=at)
    assign_by_hand(booking_id=booking_id, provider_id=provider_id, by=by, at=at)
