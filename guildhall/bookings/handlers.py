"""What bookings do when they hear from payments, matching and credentialing. Each may run twice."""

from uuid import UUID

from django.db import transaction

from guildhall.bookings import lifecycle, rules
from guildhall.bookings.commands import paying
from guildhall.bookings.commands.cancelling import withdraw
from guildhall.bookings.commands.requesting import find_a_provider
from guildhall.bookings.commands.steps import locked, step
from guildhall.bookings.events import BookingClosed, BookingUnfilled
from guildhall.bookings.models import Booking
from guildhall.bookings.types import BookingStatus as S
from guildhall.credentialing.events import WorkRightRevoked
from guildhall.eventlog.commands import on
from guildhall.eventlog.types import Fact
from guildhall.kernel.actors import Actor
from guildhall.matching.events import CascadeExhausted
from guildhall.payments import commands as payments
from guildhall.payments.events import AuthorizationMade, AuthorizationRefused, CardSaved, ReferenceCleared

SYSTEM = Actor.system("bookings")
_OURS = "booking:"


@on(CardSaved)
def look_for_a_provider_when_the_card_is_there(event: CardSaved, fact: Fact) -> None:
    """A scheduled booking needs no more than a card on file; a card that comes too late is given back."""
    if not event.reference.startswith(_OURS):
        return  # A card for whatever comes.
    booking = locked(booking_of(event.reference))
    if booking.status == S.AWAITING_CARD and booking.mode == "scheduled":
        _find_a_provider(booking, fact)
    elif booking.status in {S.CANCELLED, S.CLOSED}:
        payments.release(reference=booking.reference, at=fact.at)


@on(AuthorizationMade)
def look_for_a_provider_when_the_money_is_held(event: AuthorizationMade, fact: Fact) -> None:
    """An ASAP booking goes out as soon as its money is authorized; an authorization that comes too late is released."""
    booking = locked(booking_of(event.reference))
    if booking.status == S.AWAITING_CARD:
        _find_a_provider(booking, fact)
    elif booking.status in {S.UNFILLED, S.CANCELLED, S.CLOSED}:
        payments.release(reference=booking.reference, at=fact.at)


@on(AuthorizationRefused)
def ask_the_customer_when_the_bank_refuses(event: AuthorizationRefused, fact: Fact) -> None:
    """Another card, or the customer in person, is needed before the deadline."""
    if not event.is_renewal:
        paying.ask_customer_for_payment(locked(booking_of(event.reference)), by=SYSTEM, at=fact.at)


@on(CascadeExhausted)
def offer_choices_when_nobody_took_it(event: CascadeExhausted, fact: Fact) -> None:
    """Nobody accepted: the money is released at once, and the customer chooses."""
    booking = locked(booking_of(event.reference))
    if booking.status != S.MATCHING:
        return
    until = rules.unfilled_until(booking.promised, mode=booking.agreed_mode, starts_at=booking.starts_at, at=fact.at)
    told = {"deadline_at": until}
    step(booking, lifecycle.EXHAUST, BookingUnfilled, by=SYSTEM, at=fact.at, deadline_at=until, tell=told)
    if booking.mode == "asap":
        payments.release(reference=booking.reference, at=fact.at)


@on(ReferenceCleared)
def close_when_nothing_is_left(event: ReferenceCleared, fact: Fact) -> None:
    """Captured and transferred, or released: the story ends."""
    booking = locked(booking_of(event.reference))
    if booking.status in lifecycle.CLOSE.sources:
        step(booking, lifecycle.CLOSE, BookingClosed, by=SYSTEM, at=fact.at, deadline_at=None, closed_at=fact.at)


@on(WorkRightRevoked)
def find_others_when_the_right_to_work_is_gone(event: WorkRightRevoked, fact: Fact) -> None:
    """A provider without the right loses the jobs that have not begun."""
    held = Booking.objects.filter(provider_id=event.aggregate_id, status__in=lifecycle.WITHDRAW.sources)
    for booking_id in held.order_by("id").values_list("id", flat=True):
        with transaction.atomic():
            booking = locked(booking_id)
            if booking.status in lifecycle.WITHDRAW.sources and booking.provider_id == event.aggregate_id:
                withdraw(booking, reason="right to work revoked", by=SYSTEM, at=fact.at)


def booking_of(reference: str) -> UUID:
    """Read a reference of ours back."""
    return UUID(reference.removeprefix(_OURS))


def _find_a_provider(booking: Booking, fact: Fact) -> None:
    find_a_provider(booking, later=lifecycle.AWAIT_MATCHING, now=lifecycle.START_MATCHING, by=SYSTEM, at=fact.at)
