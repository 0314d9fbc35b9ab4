"""The card: asked for at the request, authorized before work, asked for again when the bank wants the customer."""

from dataclasses import asdict
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from guildhall.bookings.commands.steps import PAYMENT_DEADLINE, locked, note
from guildhall.bookings.events import PaymentActionNeeded
from guildhall.bookings.lifecycle import BEFORE_CONFIRMATION
from guildhall.bookings.models import Booking
from guildhall.bookings.permissions import require_party
from guildhall.bookings.types import BookingStatus, Split
from guildhall.customers.queries import saved_card
from guildhall.kernel.actors import Actor
from guildhall.kernel.ids import public_id
from guildhall.kernel.money import Money
from guildhall.kernel.refusals import Refused
from guildhall.payments import commands as payments
from guildhall.payments.queries import get_payment
from guildhall.payments.types import Purpose, Settlement
from guildhall.timers.commands import set_timer

_HOURS_BEFORE_START = 2
_MINUTES_AT_LEAST = 15
_REFUSED = frozenset({"action_needed", "failed"})


class CardNotNeeded(Refused):
    """The booking's card is in order, or its story is over."""

    code = "card_not_needed"
    default_detail = "This booking does not need a card now."


class NotConfirmedYet(CardNotNeeded):
    """An operator wrote the booking down, and the customer has not said yes to it."""

    code = "not_confirmed_yet"
    default_detail = "Say yes to the booking first."


def page_of(booking: Booking) -> str:
    """The customer's page of a booking, where the vendor's page leads back to."""
    return f"{settings.PUBLIC_URL}/my/bookings/{public_id('bk', booking.id)}"


def is_authorized(booking: Booking) -> bool:
    """Whether the money for the job is held on the customer's card now."""
    return get_payment(booking.reference).payment_state == "authorized"


def arrange(booking: Booking, *, at: datetime) -> bool:
    """
    Ask for what the booking's mode needs first; says whether matching may go on at once.

    ASAP: an authorization, from the saved card or in one visit of the vendor's page. Scheduled: a card on file.
    """
    card = saved_card(booking.customer_id)
    if booking.mode == "scheduled":
        if card is not None and payments.use_saved_card(
            reference=booking.reference, customer_id=booking.customer_id, at=at
        ):
            return True
        _start_checkout(booking, purpose="save_card", at=at)
        return False
    if card is None:
        _start_checkout(booking, purpose="authorize", at=at)
    else:
        authorize(booking, at=at)
    return False


def authorize(booking: Booking, *, at: datetime) -> None:
    """Hold the estimate and its headroom on the saved card, without the customer present."""
    payments.authorize(
        reference=booking.reference,
        customer_id=booking.customer_id,
        amount=Money(booking.authorize_minor, booking.currency),
        at=at,
    )


def _start_checkout(booking: Booking, *, purpose: Purpose, at: datetime) -> None:
    amount = Money(booking.authorize_minor, booking.currency) if purpose == "authorize" else None
    payments.start_checkout(
        reference=booking.reference,
        customer_id=booking.customer_id,
        purpose=purpose,
        amount=amount,
        return_url=page_of(booking),
        at=at,
    )


@transaction.atomic
def open_card_page(*, booking_id: UUID, by: Actor, at: datetime) -> None:
    """
    Open the vendor's page for this booking's card: at the request, and again after a refusal. `payments.queries.get_checkout`
    gives its address as soon as the vendor has answered.

    :raises CardNotNeeded: when the booking waits for no card.
    :raises NotConfirmedYet: when it waits for its customer's yes.
    """
    booking = locked(booking_id)
    require_party(booking, by, "customer", "operator")
    if booking.is_proposal:
        raise NotConfirmedYet
    if booking.status == BookingStatus.AWAITING_CARD:
        _start_checkout(booking, purpose="authorize" if booking.mode == "asap" else "save_card", at=at)
    elif booking.status == BookingStatus.CONFIRMED and get_payment(booking.reference).payment_state in _REFUSED:
        _start_checkout(booking, purpose="authorize", at=at)
    else:
        raise CardNotNeeded


def ask_customer_for_payment(booking: Booking, *, by: Actor, at: datetime) -> None:
    """The bank refused or wants the customer: open the vendor's page, tell the customer, and set the deadline."""
    if booking.status not in {BookingStatus.AWAITING_CARD, BookingStatus.CONFIRMED}:
        return
    deadline_at = _payment_deadline(booking, at)
    _start_checkout(booking, purpose="authorize", at=at)
    note(booking, PaymentActionNeeded, by=by, at=at, tell={"deadline_at": deadline_at})
    if booking.status not in BEFORE_CONFIRMATION:
        set_timer(kind=PAYMENT_DEADLINE, reference=str(booking.id), due_at=deadline_at)


def _payment_deadline(booking: Booking, at: datetime) -> datetime:
    if booking.status == BookingStatus.AWAITING_CARD and booking.deadline_at is not None:
        return booking.deadline_at
    before_start = booking.starts_at - timedelta(hours=_HOURS_BEFORE_START)
    return max(before_start, at + timedelta(minutes=_MINUTES_AT_LEAST))


def settlement_of(booking: Booking, parts: Split) -> Settlement:
    """Say to payments who gets what of the booking's final amount."""
    assert booking.provider_id is not None
    return Settlement(**asdict(parts), currency=booking.currency, provider_id=booking.provider_id)
