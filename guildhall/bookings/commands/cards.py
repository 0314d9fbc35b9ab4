"""Cards on file and the bookings that need them."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from guildhall.bookings.models import Booking
from guildhall.bookings.types import BookingStatus
from guildhall.customers.queries import list_cards
from guildhall.kernel.actors import Actor
from guildhall.kernel.refusals import NotAllowed, NotFound, Refused
from guildhall.payments import commands as payments


class CardInUse(Refused):
    """A booking goes on that is paid with the only card on file."""

    code = "card_in_use"
    default_detail = (
        "A booking of yours is still to be paid with this card. Add another card first; then this one can go."
    )


@transaction.atomic
def remove_card(*, customer_id: UUID, card_id: UUID, by: Actor, at: datetime) -> None:
    """
    Take a card off file. While a booking goes on there is always one left: the others are paid with what is the default then.

    :raises CardInUse: when it is the last, and a booking goes on.
    :raises NotFound: when the customer has no such card.
    """
    if by.kind not in {"customer", "operator"}:
        raise NotAllowed
    if by.kind == "customer" and by.id != customer_id:
        raise NotFound
    cards = list_cards(customer_id)
    over = [BookingStatus.CANCELLED, BookingStatus.CLOSED]
    goes_on = Booking.objects.filter(customer_id=customer_id, is_proposal=False).exclude(status__in=over)
    if [card.id for card in cards] == [card_id] and goes_on.exists():
        raise CardInUse
    payments.forget_card(customer_id=customer_id, card_id=card_id, by=by, at=at)
