"""Other plans: asking more widely, or another time."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from psycopg.types.range import TimestamptzRange

from guildhall.bookings import lifecycle, rules
from guildhall.bookings.commands import paying
from guildhall.bookings.commands.requesting import open_cascade, window_of
from guildhall.bookings.commands.steps import locked, step
from guildhall.bookings.events import BookingRescheduled, BookingWidened
from guildhall.bookings.models import Booking
from guildhall.bookings.permissions import require_party
from guildhall.kernel.actors import Actor
from guildhall.matching import commands as matching
from guildhall.payments import commands as payments
from guildhall.policy import queries as policy
from guildhall.policy.types import BookingPolicy
from guildhall.scheduling import commands as calendar

NO_PROPOSAL: dict[str, Any] = {"proposed_local": "", "proposed_fold": None, "proposed_until": None}


@transaction.atomic
def widen_booking(*, booking_id: UUID, by: Actor, at: datetime) -> None:
    """
    Have everybody asked again when nobody took the job; a direct booking is offered to the others.

    An ASAP booking's money was released, so its card is authorized again first.

    :raises MoveRefused: when the booking is not unfilled.
    """
    booking = locked(booking_id)
    require_party(booking, by, "customer", "operator")
    if booking.mode == "asap":
        deadline_at = at + timedelta(minutes=booking.promised.card_minutes)
        move = lifecycle.WIDEN_WITH_CARD
        step(booking, move, BookingWidened, by=by, at=at, deadline_at=deadline_at, direct_provider_id=None)
        paying.arrange(booking, at=at)
        return
    step(booking, lifecycle.WIDEN, BookingWidened, by=by, at=at, deadline_at=None, direct_provider_id=None)
    open_cascade(booking, by=by, at=at)


@transaction.atomic
def reschedule_booking(*, booking_id: UUID, starts_at: datetime, fold: int | None, by: Actor, at: datetime) -> None:
    """
    Move the job to another wall time (naive) at its place. The provider who had it is free again, and matching starts anew.

    An ASAP booking that nobody took becomes a scheduled one. Prices and terms stay those of the request.

    :raises MoveRefused: when somebody is already on the way, or it is over.
    :raises BadTime: when the start is in the past, too near or too far ahead.
    """
    booking = locked(booking_id)
    require_party(booking, by, "customer", "operator")
    reschedule(booking, starts_at=starts_at, fold=fold, by=by, at=at)


def reschedule(booking: Booking, *, starts_at: datetime, fold: int | None, by: Actor, at: datetime) -> None:
    """Move a booking whose row is locked; raises as `reschedule_booking` does. What was proposed before is over."""
    lifecycle.RESCHEDULE_NOW.apply(booking.status)
    limits = policy.get(BookingPolicy)
    terms = booking.promised
    window = window_of(starts_at, fold, zone=booking.time_zone, at=at, limits=limits, terms=terms)
    matching.close_cascade(reference=booking.reference, why="rescheduled", by=by, at=at)
    calendar.release(reference=booking.reference, by=by, at=at)
    _release_early_authorization(booking, window.starts_at, at)
    matching_at = rules.matching_starts_at(terms, starts_at=window.starts_at, at=at)
    is_now = matching_at <= at
    planned = rules.planned_range(
        window.starts_at, minutes_to=booking.minutes_to, buffer_minutes=booking.buffer_minutes
    )
    step(
        booking,
        lifecycle.RESCHEDULE_NOW if is_now else lifecycle.RESCHEDULE_LATER,
        BookingRescheduled,
        by=by,
        at=at,
        deadline_at=None if is_now else matching_at,
        tell={"starts_at": window.starts_at, "released_provider_id": booking.provider_id},
        mode="scheduled",
        planned=TimestamptzRange(*planned),
        starts_local=window.starts_local,
        provider_id=None,
        tier_rank=None,
        confirmed_at=None,
        **NO_PROPOSAL,
    )
    if is_now:
        open_cascade(booking, by=by, at=at)


def _release_early_authorization(booking: Booking, starts_at: datetime, at: datetime) -> None:
    """Give the money back when the new time is further away than money is held ahead."""
    if starts_at - at > timedelta(hours=booking.promised.authorize_hours_before):
        payments.release(reference=booking.reference, at=at)
