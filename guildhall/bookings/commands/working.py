"""The job, step by step, as the provider takes them."""

import hmac
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from guildhall.bookings import lifecycle, rules
from guildhall.bookings.commands import paying
from guildhall.bookings.commands.steps import DEADLINE, locked, note, step
from guildhall.bookings.events import (
    BreakEnded,
    BreakStarted,
    ProviderArrived,
    ProviderDelayed,
    ProviderEnRoute,
    WorkCompleted,
    WorkStarted,
)
from guildhall.bookings.models import Booking, Break
from guildhall.bookings.permissions import require_party
from guildhall.bookings.types import BookingStatus, Position
from guildhall.identity.commands import Limit, TooManyTries, count_try, forget_tries
from guildhall.kernel.actors import Actor
from guildhall.kernel.refusals import Invalid, Refused
from guildhall.kernel.traces import undone_if_refused
from guildhall.scheduling import commands as calendar
from guildhall.timers.commands import set_timer

_DELAY_MINUTES_MIN = 5
_DELAY_MAX = timedelta(hours=3)
_WRONG_CODES = Limit("start_code", tries=10, seconds=900)


class PaymentNotReady(Refused):
    """The customer's card is not authorized, so nobody needs to drive."""

    code = "payment_not_ready"
    default_detail = "The customer's payment is not in place yet. We tell you as soon as it is."


class NotStarted(Invalid):
    """Neither code nor position showed that the work can start; a wrong code among them is counted."""

    leaves_trace = True


class WrongStart(NotStarted):
    """Neither the customer's code nor a position."""

    code = "wrong_start"
    default_detail = "Ask the customer for the 4-digit code, or start when you are at the place."


class WrongCode(WrongStart):
    """A code was given, and it is another booking's or nobody's."""

    default_detail = "This is not the code. Ask the customer for the 4 digits that stand on the page of this booking."


class TooFarAway(NotStarted):
    """The position is outside the geofence; `distance_metres` and `allowed_metres` say by how much."""

    code = "too_far_away"
    default_detail = (
        "You are about %(distance_metres)d m from the address; "
        "work starts within %(allowed_metres)d m of it, or with the customer's code."
    )


class CodeNeeded(NotStarted):
    """Nobody knows where exactly the place is, so that being there proves nothing."""

    code = "code_needed"
    default_detail = (
        "Only the ZIP code of this address is known on the map, so your position does not show that you are there. "
        "Ask the customer for the 4-digit code."
    )


class TooManyCodes(TooManyTries):
    """Somebody guesses: even the right code is not looked at for a while. A position is."""

    default_detail = "Too many wrong codes. Wait a while, then ask the customer for the right one."


class BreakRefused(Refused):
    """A break is open already, or none is."""

    code = "break_refused"
    default_detail = "There is no such break."


class AlreadyPaused(BreakRefused):
    """One break at a time."""

    default_detail = "A break is open already."


class NotWorking(BreakRefused):
    """Only work in progress can be paused."""

    default_detail = "Breaks belong to work in progress, and this job is not."


class BadHours(Invalid):
    """More was logged than time has passed, or nothing at all."""

    code = "bad_hours"
    default_detail = "Log 1 to %(minutes)d minutes: no more have passed since the start."


class BadDelay(Invalid):
    """A delay is more than a few minutes and less than some hours."""

    code = "bad_delay"
    default_detail = "Come 5 minutes to 3 hours after the agreed time, or give the job back."


@transaction.atomic
def leave(*, booking_id: UUID, by: Actor, at: datetime) -> None:
    """
    Set out for the job.

    :raises PaymentNotReady: when the money is not authorized.
    """
    booking = _of_provider(booking_id, by)
    lifecycle.LEAVE.apply(booking.status)
    if not paying.is_authorized(booking):
        raise PaymentNotReady
    step(booking, lifecycle.LEAVE, ProviderEnRoute, by=by, at=at, deadline_at=booking.deadline_at)


@transaction.atomic
def arrive(*, booking_id: UUID, by: Actor, at: datetime) -> None:
    """Be at the place."""
    booking = _of_provider(booking_id, by)
    step(booking, lifecycle.ARRIVE, ProviderArrived, by=by, at=at, deadline_at=booking.deadline_at, arrived_at=at)


@undone_if_refused()
def start_work(
    *, booking_id: UUID, start_code: str | None = None, position: Position | None = None, by: Actor, at: datetime
) -> None:
    """
    Start, by the customer's 4-digit code or from inside the geofence, where no code is looked at.

    :raises WrongCode: when the code is another, and there is no position.
    :raises WrongStart: when there is neither.
    :raises TooManyCodes: for any code, after ten wrong ones for this booking in 15 minutes.
    :raises TooFarAway: when the position is outside the geofence.
    :raises CodeNeeded: when the place is only the middle of a ZIP code.
    """
    booking = _of_provider(booking_id, by)
    lifecycle.START.apply(booking.status)
    absence = _absence(booking, position)
    if absence is not None and not _knows_code(booking, start_code):
        raise WrongCode if start_code and position is None else absence
    forgotten_at = booking.ends_at + timedelta(hours=booking.promised.forgotten_stop_hours)
    step(
        booking,
        lifecycle.START,
        WorkStarted,
        by=by,
        at=at,
        deadline_at=max(forgotten_at, at + timedelta(hours=booking.promised.forgotten_stop_hours)),
        started_at=at,
    )


@transaction.atomic
def announce_delay(*, booking_id: UUID, minutes: int, by: Actor, at: datetime) -> datetime:
    """
    Tell the customer that one comes so many minutes after the agreed time, or after now when that is over; gives the new time.

    The appointment stays as it is; whoever has said so is not missing before then, so the deadline follows.

    :raises BadDelay: when it is not 5 minutes or more, or over three hours after the agreed time.
    :raises MoveRefused: when the provider is there already, or the job is not theirs to come to.
    """
    booking = _of_provider(booking_id, by)
    lifecycle.MISS.apply(booking.status)
    if booking.status == BookingStatus.ARRIVED:
        raise lifecycle.ARRIVE.refusal(booking.status)
    expected_at = max(booking.starts_at, at) + timedelta(minutes=minutes)
    if minutes < _DELAY_MINUTES_MIN or expected_at > booking.starts_at + _DELAY_MAX:
        raise BadDelay
    grace_until = expected_at + timedelta(minutes=booking.promised.start_grace_minutes)
    deadline_at = max(booking.deadline_at or grace_until, grace_until)
    set_timer(kind=DEADLINE, reference=str(booking.id), due_at=deadline_at)
    note(booking, ProviderDelayed, by=by, at=at, tell={"expected_at": expected_at}, deadline_at=deadline_at)
    return expected_at


@transaction.atomic
def start_break(*, booking_id: UUID, by: Actor, at: datetime) -> None:
    """
    Pause the work.

    :raises BreakRefused: when it is paused already.
    """
    booking = _at_work(booking_id, by)
    try:
        with transaction.atomic():
            Break.objects.create(booking=booking, started_at=at)
    except IntegrityError:
        raise AlreadyPaused from None
    note(booking, BreakStarted, by=by, at=at)


@transaction.atomic
def end_break(*, booking_id: UUID, by: Actor, at: datetime) -> None:
    """
    Go on working.

    :raises BreakRefused: when no break is open.
    """
    booking = _at_work(booking_id, by)
    if not Break.objects.filter(booking=booking, ended_at__isnull=True).update(ended_at=at):
        raise BreakRefused
    note(booking, BreakEnded, by=by, at=at)


@transaction.atomic
def finish_work(*, booking_id: UUID, minutes: int | None = None, notes: str = "", by: Actor, at: datetime) -> None:
    """
    Stop and log the hours: `minutes` of work without breaks, else what the clock says.

    :raises BadHours: when more is logged than the time since the start, or less than a minute.
    """
    booking = _of_provider(booking_id, by)
    lifecycle.FINISH.apply(booking.status)
    worked, paused = _clocked(booking, at)
    elapsed = worked + paused
    logged = worked if minutes is None else minutes
    if not 1 <= logged <= max(elapsed, 1):
        raise BadHours(minutes=max(elapsed, 1))
    complete(booking, minutes=logged, break_minutes=paused, is_flagged=False, notes=notes, by=by, at=at)


def complete(
    booking: Booking,
    *,
    minutes: int,
    break_minutes: int,
    is_flagged: bool,
    notes: str = "",
    by: Actor,
    at: datetime,
) -> None:
    """Log the hours (minutes), free the rest of the planned time, and let the customer answer until the contest window ends."""
    contest_until = at + timedelta(hours=booking.promised.contest_hours)
    calendar.release(reference=booking.reference, by=by, at=at)
    step(
        booking,
        lifecycle.FINISH,
        WorkCompleted,
        by=by,
        at=at,
        deadline_at=contest_until,
        tell={
            "logged_minutes": minutes,
            "break_minutes": break_minutes,
            "is_flagged": is_flagged,
            "contest_until": contest_until,
        },
        finished_at=at,
        logged_minutes=minutes,
        break_minutes=break_minutes,
        is_flagged=is_flagged,
        notes=notes,
    )


def _clocked(booking: Booking, at: datetime) -> tuple[int, int]:
    """Minutes worked and minutes paused; an open break ends now."""
    assert booking.started_at is not None
    Break.objects.filter(booking=booking, ended_at__isnull=True).update(ended_at=at)
    breaks = [(b.started_at, b.ended_at or at) for b in Break.objects.filter(booking=booking)]
    worked = rules.worked_minutes(started_at=booking.started_at, finished_at=at, breaks=breaks)
    elapsed = rules.worked_minutes(started_at=booking.started_at, finished_at=at, breaks=[])
    return worked, elapsed - worked


def _of_provider(booking_id: UUID, by: Actor) -> Booking:
    booking = locked(booking_id)
    require_party(booking, by, "provider")
    return booking


def _at_work(booking_id: UUID, by: Actor) -> Booking:
    booking = _of_provider(booking_id, by)
    if booking.status != BookingStatus.IN_PROGRESS:
        raise NotWorking
    return booking


def _knows_code(booking: Booking, start_code: str | None) -> bool:
    """Count before comparing; the booking's lock keeps parallel guesses in line, and the right code clears the count."""
    if start_code is None:
        return False
    wait = count_try(_WRONG_CODES, booking.reference)
    if wait:
        raise TooManyCodes(retry_after=wait)
    is_right = hmac.compare_digest(start_code.encode(), booking.start_code.encode())
    if is_right:
        forget_tries(_WRONG_CODES, booking.reference)
    return is_right


def _absence(booking: Booking, position: Position | None) -> NotStarted | None:
    """Why a position does not show that somebody is at the place; None when it does."""
    if position is None:
        return WrongStart()
    if not booking.is_pinned:
        return CodeNeeded()
    allowed = booking.promised.geofence_metres
    metres = rules.metres_between(position, booking.place)
    if metres <= allowed:
        return None
    return TooFarAway(distance_metres=round(metres), allowed_metres=allowed)
