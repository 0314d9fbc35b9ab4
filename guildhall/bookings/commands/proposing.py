"""On the telephone: an operator writes down what was said, and nothing happens before the customer has said yes to it in writing."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from guildhall.bookings import lifecycle, rules
from guildhall.bookings.commands.changing import NO_PROPOSAL, reschedule
from guildhall.bookings.commands.requesting import drafted, go_on, what_is_asked, window_of
from guildhall.bookings.commands.steps import DEADLINE, locked, note
from guildhall.bookings.events import BookingProposed, BookingRequested, TimeDeclined, TimeProposed
from guildhall.bookings.models import Booking
from guildhall.bookings.permissions import require_party
from guildhall.bookings.types import BookingRequest, BookingStatus
from guildhall.eventlog.commands import publish
from guildhall.eventlog.queries import timeline
from guildhall.kernel.actors import Actor
from guildhall.kernel.refusals import NotAllowed, Refused
from guildhall.payments import commands as payments
from guildhall.policy import queries as policy
from guildhall.policy.types import BookingPolicy
from guildhall.timers.commands import set_timer

_PAUSE = timedelta(minutes=1)


class NothingProposed(Refused):
    """There is nothing to say yes to: it was answered, replaced, or its time is over."""

    code = "nothing_proposed"
    default_detail = "This was answered already, or the time for it is over."


class JustSent(Refused):
    """The customer was told a moment ago."""

    code = "just_sent"
    default_detail = "The link was sent less than a minute ago. Give it a moment to arrive."


@transaction.atomic
def propose_booking(*, customer_id: UUID, request: BookingRequest, by: Actor, at: datetime) -> UUID:
    """
    Write a request down for a customer, at a frozen price. Gives the booking's id.

    It waits for the customer's yes (`confirm_proposal`) until its deadline, and is cancelled free of charge without one.

    :raises NotAllowed: when the asker is not an operator.
    :raises Refused: as `request_booking` does.
    """
    _require_operator(by)
    booking = drafted(customer_id=customer_id, request=request, at=at)
    limits = policy.get(BookingPolicy)
    # Work that is to begin at once has no use for an answer tomorrow.
    latest = at if booking.mode == "asap" else booking.starts_at - timedelta(minutes=limits.scheduled_notice_minutes)
    until = _answer_until(at, before=latest)
    booking.is_proposal, booking.deadline_at = True, until
    booking.save(force_insert=True)
    set_timer(kind=DEADLINE, reference=str(booking.id), due_at=until)
    payments.expect_payment(reference=booking.reference, customer_id=customer_id, currency=booking.currency)
    publish(BookingProposed.of(booking, **what_is_asked(booking), deadline_at=until), by=by, at=at)
    return booking.id


@transaction.atomic
def confirm_proposal(*, booking_id: UUID, by: Actor, at: datetime) -> None:
    """
    Say yes as the customer: it is a request like any other from now on, with the time for the card beginning now.

    :raises NothingProposed: when it was answered already, or the time for it is over.
    """
    booking = locked(booking_id)
    require_party(booking, by, "customer")
    if not _is_open(booking, at):
        raise NothingProposed
    deadline_at = at + timedelta(minutes=booking.promised.card_minutes)
    set_timer(kind=DEADLINE, reference=str(booking.id), due_at=deadline_at)
    told = what_is_asked(booking)
    note(booking, BookingRequested, by=by, at=at, tell=told, is_proposal=False, deadline_at=deadline_at)
    go_on(booking, by=by, at=at)


@transaction.atomic
def propose_time(*, booking_id: UUID, starts_at: datetime, fold: int | None, by: Actor, at: datetime) -> datetime:
    """
    Propose another wall time (naive) at the job's place to its customer; nothing moves before their yes (`confirm_time`).

    A proposal takes the place of the one before. Gives until when it can be answered.

    :raises NotAllowed: when the asker is not an operator.
    :raises MoveRefused: when somebody is already on the way, or it is over.
    :raises BadTime: when the start is in the past, too near or too far ahead.
    """
    _require_operator(by)
    booking = locked(booking_id)
    lifecycle.RESCHEDULE_NOW.apply(booking.status)
    limits = policy.get(BookingPolicy)
    window = window_of(starts_at, fold, zone=booking.time_zone, at=at, limits=limits, terms=booking.promised)
    until = _answer_until(at, before=_stands_until(booking, window.starts_at))
    note(
        booking,
        TimeProposed,
        by=by,
        at=at,
        tell={"starts_at": window.starts_at, "deadline_at": until},
        proposed_local=window.starts_local,
        proposed_fold=fold,
        proposed_until=until,
    )
    return until


@transaction.atomic
def confirm_time(*, booking_id: UUID, by: Actor, at: datetime) -> None:
    """
    Say yes to the proposed time as the customer: the booking is rescheduled to it.

    :raises NothingProposed: when it was answered already, the time for it is over, or the booking can be moved no more.
    """
    booking = locked(booking_id)
    require_party(booking, by, "customer")
    if not _is_time_open(booking, at):
        raise NothingProposed
    wall, fold = datetime.fromisoformat(booking.proposed_local), booking.proposed_fold
    reschedule(booking, starts_at=wall, fold=fold, by=by, at=at)


@transaction.atomic
def decline_time(*, booking_id: UUID, by: Actor, at: datetime) -> None:
    """
    Keep the time as it is, as the customer.

    :raises NothingProposed: when it was answered already, or the time for it is over.
    """
    booking = locked(booking_id)
    require_party(booking, by, "customer")
    if not _is_time_open(booking, at):
        raise NothingProposed
    note(booking, TimeDeclined, by=by, at=at, **NO_PROPOSAL)


@transaction.atomic
def send_link_again(*, booking_id: UUID, by: Actor, at: datetime) -> None:
    """
    Tell the customer once more what was proposed; until when they can answer stays as it was.

    :raises NotAllowed: when the asker is not an operator.
    :raises NothingProposed: when it was answered already, or the time for it is over.
    :raises JustSent: when they were told less than a minute ago.
    """
    _require_operator(by)
    booking = locked(booking_id)
    fact: type[BookingProposed | TimeProposed]
    if _is_open(booking, at):
        fact, told = BookingProposed, {**what_is_asked(booking), "deadline_at": booking.deadline_at}
    elif _is_time_open(booking, at):
        fact, told = TimeProposed, {"starts_at": booking.proposed_starts_at, "deadline_at": booking.proposed_until}
    else:
        raise NothingProposed
    if any(one.name == fact.name and one.occurred_at > at - _PAUSE for one in timeline(booking.reference)):
        raise JustSent
    note(booking, fact, by=by, at=at, tell={**told, "is_again": True})


def _is_open(booking: Booking, at: datetime) -> bool:
    is_asked = booking.is_proposal and booking.status == BookingStatus.AWAITING_CARD
    return is_asked and booking.deadline_at is not None and booking.deadline_at > at


def _is_time_open(booking: Booking, at: datetime) -> bool:
    is_movable = booking.status in lifecycle.RESCHEDULE_NOW.sources
    return is_movable and booking.proposed_until is not None and booking.proposed_until > at


def _require_operator(by: Actor) -> None:
    if by.kind != "operator":
        raise NotAllowed


def _stands_until(booking: Booking, starts_at: datetime) -> datetime:
    """Until when an answer makes sense: before either start comes near, and before an unfilled booking is given up."""
    nearest = min(booking.starts_at, starts_at) if booking.provider_id else starts_at
    latest = nearest - timedelta(minutes=policy.get(BookingPolicy).scheduled_notice_minutes)
    if booking.status == BookingStatus.UNFILLED and booking.deadline_at is not None:
        return min(latest, booking.deadline_at)
    return latest


def _answer_until(at: datetime, *, before: datetime) -> datetime:
    limits = policy.get(BookingPolicy)
    return rules.answer_until(at, hours=limits.proposal_hours, minutes_least=limits.card_minutes, before=before)
