"""What stands beside the queue: one booking with all that a decision needs, and what can be done with it."""

from typing import Any
from uuid import UUID

from guildhall.bookings.types import BookingCard
from guildhall.customers.queries import get_address
from guildhall.identity.types import Scope
from guildhall.kernel.money import Money
from guildhall.kernel.refusals import NotFound
from guildhall.payments.queries import get_payment
from guildhall.payments.types import PaymentCard
from guildhall.web.operator import words
from guildhall.web.operator.actions import ActionForm, offers_for
from guildhall.web.operator.reading import Person, is_over, lines_of
from guildhall.web.signin.access import PageRequest

_MAY_ACT = {Scope.SUPPORT, Scope.ADMINISTRATOR}


def booking_pane(
    card: BookingCard,
    request: PageRequest,
    tried: ActionForm | None = None,
    people: dict[UUID, Person] | None = None,
) -> dict[str, Any]:
    """Give what the pane and the head of a booking's page show; `people` when its two sides have been looked up."""
    (line,) = lines_of([card], people)
    payment = payment_of(card)
    may_act = not _MAY_ACT.isdisjoint(request.account.scopes)
    return {
        "line": line,
        "booking": card,
        "mode": words.MODES[card.mode],
        "address": get_address(card.customer_id, card.address_id) if card.address_id else None,
        "payment": payment,
        "payment_state": words.word(words.PAYMENT_STATES, payment.payment_state if payment else "none"),
        "payout_state": words.word(words.PAYOUT_STATES, payment.payout_state if payment else "none"),
        "authorized": Money(payment.authorized_minor, card.currency) if payment else None,
        "captured": Money(payment.captured_minor, card.currency) if payment else None,
        "is_over": is_over(card.deadline_at, request.received_at),
        "offers": offers_for(card, request.received_at, tried, request.GET.get("open", "")) if may_act else [],
    }


def payment_of(card: BookingCard) -> PaymentCard | None:
    """Give where a booking's money stands, or None before it has any."""
    try:
        return get_payment(card.reference)
    except NotFound:
        return None
