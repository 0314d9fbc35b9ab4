"""Ends before the work: the customer or an operator cancels, or the provider gives the job back."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from guildhall.bookings import lifecycle, rules
from guildhall.bookings.commands import paying
from guildhall.bookings.commands.hours import miss
from guildhall.bookings.commands.requesting import open_cascade
from guildhall.bookings.commands.steps import locked, step
from guildhall.bookings.events import BookingCancelled, ProviderWithdrew
from guildhall.bookings.models import Booking
from guildhall.bookings.permissions import require_party
from guildhall.kernel.actors import Actor
from guildhall.kernel.refusals import NotFound
from guildhall.matching import commands as matching
from guildhall.payments import commands as payments
from guildhall.scheduling import commands as calendar


@transaction.atomic
def cancel_booking(*, booking_id: UUID, reason: str, by: Actor, at: datetime) -> int:
    """
    Cancel, and give the fee it costs the customer (minor units): the frozen rule of `rules.cancellation_fee_minor`.

    :raises MoveRefused: from the start of work on.
    """
    booking = locked(booking_id)
    require_party(booking, by, "customer", "operator")
    return cancel(booking, cause="asked", reason=reason, by=by, at=at)


def preview_cancellation(*, booking_id: UUID, by: Actor, at: datetime) -> int:
    """
    Give the fee that cancelling now would cost the customer (minor units). Changes nothing.

    :raises NotFound: when there is no such booking.
    :raises MoveRefused: from the start of work on.
    """
    booking = Booking.objects.filter(id=booking_id).first()
    if booking is None:
        raise NotFound
    require_party(booking, by, "customer", "operator")
    lifecycle.CANCEL.apply(booking.status)
    return fee_now(booking, by=by, at=at)


def cancel(booking: Booking, *, cause: str, reason: str = "", by: Actor, at: datetime) -> int:
    """End a booking whose row is locked: cascade closed, time freed, money released or the fee charged."""
    lifecycle.CANCEL.apply(booking.status)
    fee_minor = fee_now(booking, by=by, at=at)
    matching.close_cascade(reference=booking.reference, why="cancelled", by=by, at=at)
    calendar.release(reference=booking.reference, by=by, at=at)
    step(
        booking,
        lifecycle.CANCEL,
        BookingCancelled,
        by=by,
        at=at,
        deadline_at=at + timedelta(hours=booking.promised.alarm_hours),
        tell={"cancelled_by": by.kind, "fee_minor": fee_minor, "currency": booking.currency, "cause": cause},
        cancelled_by=by.kind,
        cancellation_fee_minor=fee_minor,
        reason=reason,
    )
    if fee_minor:
        _charge_fee(booking, fee_minor, at=at)
    else:
        payments.release(reference=booking.reference, at=at)
    return fee_minor


def fee_now(booking: Booking, *, by: Actor, at: datetime) -> int:
    """What cancelling now would cost the customer, minor units."""
    return rules.cancellation_fee_minor(
        booking.promised,
        mode=booking.agreed_mode,
        status=booking.status,
        tier_rank=booking.tier_rank,
        minutes_from=booking.minutes_from,
        notice=booking.starts_at - at,
        by=by.kind,
    )


def _charge_fee(booking: Booking, fee_minor: int, *, at: datetime) -> None:
    parts = rules.compensation(booking.promised, fee_minor)
    payments.settle_cancellation(
        reference=booking.reference,
        settlement=paying.settlement_of(booking, parts),
        at=at,
    )


@transaction.atomic
def withdraw_provider(*, booking_id: UUID, reason: str, by: Actor, at: datetime) -> None:
    """
    Give the job back as its provider: the others are asked, the canceller is not.

    :raises MoveRefused: when the job is not the provider's any more, or work has begun.
    """
    booking = locked(booking_id)
    require_party(booking, by, "provider", "operator")
    withdraw(booking, reason=reason, by=by, at=at)


def withdraw(booking: Booking, *, reason: str, by: Actor, at: datetime) -> None:
    """Take the provider off a booking whose row is locked. An appointment that has begun goes before an operator instead."""
    lifecycle.WITHDRAW.apply(booking.status)
    if rules.has_begun(mode=booking.mode, starts_at=booking.starts_at, at=at):
        miss(booking, cause="provider_withdrew_late", reason=reason, by=by, at=at)
        return
    withdrawn_provider_id = booking.provider_id
    calendar.release(reference=booking.reference, by=by, at=at)
    step(
        booking,
        lifecycle.WITHDRAW,
        ProviderWithdrew,
        by=by,
        at=at,
        deadline_at=None,
        tell={"withdrawn_provider_id": withdrawn_provider_id},
        provider_id=None,
        direct_provider_id=None,
        tier_rank=None,
        confirmed_at=None,
        arrived_at=None,
        excluded=[*booking.excluded, withdrawn_provider_id],
        reason=reason,
    )
    open_cascade(booking, by=by, at=at)
