"""Reading bookings: what each party may see, decided here, frozen."""

from datetime import datetime
from uuid import UUID

from guildhall.bookings import rules
from guildhall.bookings.lifecycle import BEFORE_CONFIRMATION
from guildhall.bookings.models import Booking
from guildhall.bookings.types import BookingCard, BookingStatus, Receipt
from guildhall.kernel.actors import Actor
from guildhall.kernel.refusals import NotAllowed, NotFound

_OVER = frozenset({BookingStatus.SETTLED, BookingStatus.CANCELLED, BookingStatus.CLOSED})
_AREA_DEGREES = 2
"""Decimal places of a place shown as an area: about a kilometre, so a 500 m circle never centres on the door."""


def access_booking(*, booking_id: UUID, by: Actor) -> BookingCard:
    """
    Load a booking for one of its parties: its customer, its provider (from confirmation on), an operator.

    :raises NotFound: for everybody else, as if there were none.
    """
    booking = Booking.objects.filter(id=booking_id, **_scope(by)).first()
    if booking is None:
        raise NotFound
    return _card(booking, by)


def list_bookings(
    *,
    by: Actor,
    of: UUID,
    status: str | None = None,
    is_over: bool | None = None,
    before: tuple[datetime, UUID] | None = None,
    limit: int = 20,
) -> list[BookingCard]:
    """
    Bookings of a customer or provider, newest first; `before` is the (requested_at, id) of the last one seen.

    `is_over` picks those that are settled or cancelled, or (False) those in which something is still to happen.

    :raises NotFound: when a customer or provider asks for somebody else's.
    """
    if by.kind != "operator" and by.id != of:
        raise NotFound
    party = Booking.objects.filter(customer_id=of) | Booking.objects.filter(provider_id=of)
    rows = party.filter(**_scope(by)).order_by("-requested_at", "-id")
    if status is not None:
        rows = rows.filter(status=status)
    if is_over is not None:
        rows = rows.filter(status__in=_OVER) if is_over else rows.exclude(status__in=_OVER)
    if before is not None:
        at, booking_id = before
        rows = rows.filter(requested_at__lte=at).exclude(requested_at=at, id__gte=booking_id)
    return [_card(booking, by) for booking in rows[:limit]]


def receipt_of(card: BookingCard) -> Receipt | None:
    """Give the lines of a final price, or None before the hours are settled (and when there was no work)."""
    if card.total_minor is None or card.settled_minutes is None or card.tier_rank is None:
        return None
    return rules.receipt(card.terms, card.tier_rank, card.settled_minutes, card.total_minor)


def list_pending(
    *, by: Actor, status: str, after: tuple[datetime, UUID] | None = None, limit: int = 20
) -> list[BookingCard]:
    """
    Bookings that wait for an operator in a status (unfilled, contested, unresolved), the nearest deadline first.

    :raises NotAllowed: when the asker is not an operator.
    """
    if by.kind != "operator":
        raise NotAllowed
    rows = Booking.objects.filter(status=status).order_by("deadline_at", "id")
    if after is not None:
        at, booking_id = after
        rows = rows.filter(deadline_at__gte=at).exclude(deadline_at=at, id__lte=booking_id)
    return [_card(booking, by) for booking in rows[:limit]]


def customer_of(*, booking_id: UUID) -> UUID | None:
    """Say whose booking it is: for those who tell people what happens, and never for an edge."""
    return Booking.objects.filter(id=booking_id).values_list("customer_id", flat=True).first()


def _scope(by: Actor) -> dict[str, object]:
    if by.kind == "customer":
        return {"customer_id": by.id}
    if by.kind == "provider":
        return {"provider_id": by.id}
    if by.kind == "operator":
        return {}
    raise NotAllowed


def _card(booking: Booking, by: Actor) -> BookingCard:
    is_exact = by.kind != "provider" or booking.status not in BEFORE_CONFIRMATION
    ahead = booking.status in BEFORE_CONFIRMATION | {BookingStatus.CONFIRMED, "en_route", "arrived"}
    return BookingCard(
        id=booking.id,
        version=booking.version,
        status=booking.status,
        mode=booking.mode,
        customer_id=booking.customer_id,
        provider_id=booking.provider_id,
        category_id=booking.category_id,
        kind=booking.kind,
        service_id=booking.service_id,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        time_zone=booking.time_zone,
        minutes_from=booking.minutes_from,
        minutes_to=booking.minutes_to,
        latitude=booking.latitude if is_exact else round(booking.latitude, _AREA_DEGREES),
        longitude=booking.longitude if is_exact else round(booking.longitude, _AREA_DEGREES),
        is_exact_place=is_exact,
        address_id=booking.address_id if is_exact else None,
        city_key=booking.city_key,
        instructions=booking.instructions,
        purchase_order=booking.purchase_order if by.kind != "provider" else "",
        start_code=booking.start_code if by.kind != "provider" and ahead else None,
        currency=booking.currency,
        estimate_from_minor=booking.estimate_from_minor,
        estimate_to_minor=booking.estimate_to_minor,
        authorize_minor=booking.authorize_minor,
        total_minor=booking.total_minor,
        tier_rank=booking.tier_rank,
        requested_at=booking.requested_at,
        deadline_at=booking.deadline_at,
        confirmed_at=booking.confirmed_at,
        arrived_at=booking.arrived_at,
        started_at=booking.started_at,
        finished_at=booking.finished_at,
        logged_minutes=booking.logged_minutes,
        contested_minutes=booking.contested_minutes,
        settled_minutes=booking.settled_minutes,
        break_minutes=booking.break_minutes,
        is_flagged=booking.is_flagged,
        cancelled_by=booking.cancelled_by,
        cancellation_fee_minor=booking.cancellation_fee_minor,
        reason=booking.reason,
        terms=booking.promised,
    )
