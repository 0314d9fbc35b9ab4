"""Thanks in money after the hours are settled."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from guildhall.bookings.commands.steps import locked
from guildhall.bookings.permissions import require_party
from guildhall.bookings.types import BookingStatus as S
from guildhall.kernel.actors import Actor
from guildhall.kernel.money import Money
from guildhall.kernel.refusals import Refused
from guildhall.payments import commands as payments
from guildhall.policy.queries import get
from guildhall.policy.types import TipPolicy


class NothingToThankFor(Refused):
    """Tips follow settled work."""

    code = "not_settled"
    default_detail = "A tip can be given once the work is done and its hours are settled."


class TipsClosed(Refused):
    """The work was too long ago."""

    code = "tips_closed"
    status = 410
    default_detail = "The time for a tip is over."


@transaction.atomic
def give_tip(*, booking_id: UUID, amount_minor: int, by: Actor, at: datetime) -> UUID:
    """
    Thank the provider of a settled booking with an amount (minor units of its currency), charged to the saved card.

    `tip.paid` or `tip.refused` tells how it ended (`payments.queries.list_tips`). What payments refuse: `NoCard`, `BadTip`, `TipUnderWay`.

    :raises NothingToThankFor: before the hours are settled, or when no work was done. :raises TipsClosed: after `TipPolicy.window_days`.
    """
    booking = locked(booking_id)
    require_party(booking, by, "customer")
    is_settled = booking.status in {S.SETTLED, S.CLOSED} and booking.settled_minutes is not None
    if not is_settled or booking.finished_at is None or booking.provider_id is None:
        raise NothingToThankFor
    if at > booking.finished_at + timedelta(days=get(TipPolicy).window_days):
        raise TipsClosed
    return payments.give_tip(
        reference=booking.reference,
        customer_id=booking.customer_id,
        provider_id=booking.provider_id,
        amount=Money(amount_minor, booking.currency),
        by=by,
        at=at,
    )
