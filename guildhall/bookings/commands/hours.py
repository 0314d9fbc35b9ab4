"""After the work: hours confirmed, contested or decided; money follows."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from guildhall.bookings import lifecycle, rules
from guildhall.bookings.commands import paying
from guildhall.bookings.commands.steps import locked, note, step
from guildhall.bookings.events import (
    BookingCancelled,
    BookingDecided,
    BookingSettled,
    BookingUnresolved,
    HoursContested,
)
from guildhall.bookings.models import Booking
from guildhall.bookings.permissions import require_party
from guildhall.kernel.actors import Actor
from guildhall.kernel.moves import Move
from guildhall.kernel.refusals import Invalid, NotAllowed
from guildhall.payments import commands as payments
from guildhall.scheduling import commands as calendar

_MINUTES_MAX = 3 * 24 * 60


class BadContest(Invalid):
    """The adjusted time is the logged time, or none at all."""

    code = "bad_contest"
    default_detail = "Say how many minutes were really worked: another figure than the one logged."


class BadSettlement(Invalid):
    """No job takes that long, or less than no time."""

    code = "bad_settlement"
    default_detail = "Settle between no minutes and three days."


class TooEarly(Invalid):
    """Nobody can be missing before the appointment."""

    code = "too_early"
    default_detail = "The appointment has not begun yet."


@transaction.atomic
def confirm_hours(*, booking_id: UUID, by: Actor, at: datetime) -> None:
    """Accept the logged hours: they are final and the card is charged."""
    booking = locked(booking_id)
    require_party(booking, by, "customer")
    settle_logged(booking, cause="confirmed", by=by, at=at)


def settle_logged(booking: Booking, *, cause: str, by: Actor, at: datetime) -> None:
    """Make the logged hours final (the customer confirmed, or said nothing until the window ended)."""
    lifecycle.SETTLE.apply(booking.status)
    assert booking.logged_minutes is not None
    _settle(booking, lifecycle.SETTLE, minutes=booking.logged_minutes, cause=cause, by=by, at=at)


@transaction.atomic
def contest_hours(*, booking_id: UUID, minutes: int, reason: str, by: Actor, at: datetime) -> None:
    """
    Say that other minutes were worked. Nothing is charged or paid out before an operator decides.

    :raises BadContest: when `minutes` is negative, over three days, or what was logged.
    """
    booking = locked(booking_id)
    require_party(booking, by, "customer")
    lifecycle.CONTEST.apply(booking.status)
    if not 0 <= minutes <= _MINUTES_MAX or minutes == booking.logged_minutes:
        raise BadContest
    payments.block(reference=booking.reference, reason="contested", by=by, at=at)
    step(
        booking,
        lifecycle.CONTEST,
        HoursContested,
        by=by,
        at=at,
        deadline_at=_alarm(booking, at),
        tell={"logged_minutes": booking.logged_minutes, "contested_minutes": minutes},
        contested_minutes=minutes,
        reason=reason,
    )


@transaction.atomic
def flag_unresolved(*, booking_id: UUID, reason: str, by: Actor, at: datetime) -> None:
    """Say, as the provider, that the customer's issue is not fully fixed: an operator decides what follows."""
    booking = locked(booking_id)
    require_party(booking, by, "provider")
    _unresolve(booking, lifecycle.FLAG, cause="not_fixed", reason=reason, by=by, at=at)


@transaction.atomic
def report_no_show(*, booking_id: UUID, reason: str, by: Actor, at: datetime) -> None:
    """
    Say that the other side did not come.

    :raises TooEarly: before the appointment.
    """
    booking = locked(booking_id)
    require_party(booking, by, "customer", "provider", "operator")
    lifecycle.MISS.apply(booking.status)
    if at < booking.starts_at:
        raise TooEarly
    miss(booking, cause=f"no_show_reported_by_{by.kind}", reason=reason, by=by, at=at)


def miss(booking: Booking, *, cause: str, reason: str = "", by: Actor, at: datetime) -> None:
    """Put a booking whose appointment passed without work before an operator."""
    _unresolve(booking, lifecycle.MISS, cause=cause, reason=reason, by=by, at=at)


@transaction.atomic
def decide_booking(*, booking_id: UUID, settled_minutes: int | None, reason: str, by: Actor, at: datetime) -> None:
    """
    Decide open hours as an operator: so many minutes are final, or (None) the booking is cancelled without a charge.

    Lifts the settlement block. The logged, contested and settled times stay side by side.

    :raises MoveRefused: when nothing is open.
    :raises BadSettlement: when the minutes are negative or over three days.
    """
    if by.kind != "operator":
        raise NotAllowed
    booking = locked(booking_id)
    lifecycle.SETTLE_BY_DECISION.apply(booking.status)
    if settled_minutes is not None and not 0 <= settled_minutes <= _MINUTES_MAX:
        raise BadSettlement
    told = {
        "logged_minutes": booking.logged_minutes,
        "contested_minutes": booking.contested_minutes,
        "settled_minutes": settled_minutes,
    }
    note(booking, BookingDecided, by=by, at=at, tell=told, reason=reason)
    payments.lift_block(reference=booking.reference, by=by, at=at)
    calendar.release(reference=booking.reference, by=by, at=at)
    if settled_minutes is None:
        _cancel_by_decision(booking, by=by, at=at)
    else:
        _settle(booking, lifecycle.SETTLE_BY_DECISION, minutes=settled_minutes, cause="decision", by=by, at=at)


def _unresolve(booking: Booking, move: Move, *, cause: str, reason: str, by: Actor, at: datetime) -> None:
    move.apply(booking.status)
    payments.block(reference=booking.reference, reason="unresolved", by=by, at=at)
    step(
        booking,
        move,
        BookingUnresolved,
        by=by,
        at=at,
        deadline_at=_alarm(booking, at),
        tell={"cause": cause},
        reason=reason,
    )


def _settle(booking: Booking, move: Move, *, minutes: int, cause: str, by: Actor, at: datetime) -> None:
    """
    Charge for so many minutes at the accepting tier's frozen price, never more than was authorized.

    Money that is not held any more (a long case, a missed authorization) is charged to the card on file.
    """
    terms = booking.promised
    assert booking.tier_rank is not None
    price = rules.total_minor(terms, booking.tier_rank, minutes) if minutes else 0
    total = min(price, booking.authorize_minor)
    step(
        booking,
        move,
        BookingSettled,
        by=by,
        at=at,
        deadline_at=_alarm(booking, at),
        tell={
            "settled_minutes": minutes,
            "total_minor": total,
            "currency": booking.currency,
            "cause": cause,
        },
        settled_minutes=minutes,
        total_minor=total,
    )
    if total == 0:
        payments.release(reference=booking.reference, at=at)
        return
    parts = rules.split(terms, total)
    collect = payments.settle if paying.is_authorized(booking) else payments.settle_cancellation
    collect(
        reference=booking.reference,
        settlement=paying.settlement_of(booking, parts),
        at=at,
    )


def _cancel_by_decision(booking: Booking, *, by: Actor, at: datetime) -> None:
    step(
        booking,
        lifecycle.CANCEL_BY_DECISION,
        BookingCancelled,
        by=by,
        at=at,
        deadline_at=_alarm(booking, at),
        tell={"cancelled_by": by.kind, "fee_minor": 0, "currency": booking.currency, "cause": "decision"},
        cancelled_by=by.kind,
    )
    payments.release(reference=booking.reference, at=at)


def _alarm(booking: Booking, at: datetime) -> datetime:
    return at + timedelta(hours=booking.promised.alarm_hours)
