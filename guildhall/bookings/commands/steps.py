"""What every command does: lock the booking, take one arrow, set its deadline, record one fact."""

from datetime import datetime
from typing import Any
from uuid import UUID

from guildhall.bookings.events import BookingEvent
from guildhall.bookings.models import Booking
from guildhall.eventlog.commands import publish
from guildhall.kernel.actors import Actor
from guildhall.kernel.moves import Move
from guildhall.kernel.refusals import NotFound
from guildhall.kernel.rows import fetch
from guildhall.timers.commands import set_timer

DEADLINE = "booking.deadline"
REMINDER = "booking.reminder"
AUTHORIZE = "booking.authorize"
PAYMENT_DEADLINE = "booking.payment_deadline"


def locked(booking_id: UUID) -> Booking:
    """
    Load a booking under its row lock: the first lock of the fixed order (booking, cascade, provider).

    :raises NotFound: when there is none.
    """
    booking = fetch(Booking, "id", booking_id, lock="update")
    if booking is None:
        raise NotFound
    return booking


def step(
    booking: Booking,
    move: Move,
    fact: type[BookingEvent],
    *,
    by: Actor,
    at: datetime,
    deadline_at: datetime | None,
    tell: dict[str, Any] | None = None,
    **values: Any,
) -> None:
    """
    Take an arrow and record it.

    `deadline_at` (UTC) is until when the new status may last, `tell` the fact's own members, `values` the columns that change.

    :raises MoveRefused: when the arrow does not leave from the booking's status.
    """
    booking.move(move, deadline_at=deadline_at, **values)
    if deadline_at is not None:
        set_timer(kind=DEADLINE, reference=str(booking.id), due_at=deadline_at)
    publish(fact.of(booking, **(tell or {})), by=by, at=at)


def note(
    booking: Booking,
    fact: type[BookingEvent],
    *,
    by: Actor,
    at: datetime,
    tell: dict[str, Any] | None = None,
    **values: Any,
) -> None:
    """Record a fact that leaves the status as it is."""
    booking.touch(**values)
    publish(fact.of(booking, **(tell or {})), by=by, at=at)
