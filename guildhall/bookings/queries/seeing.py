"""Who sees which booking, and what of it."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import connection

from guildhall.bookings.lifecycle import BEFORE_CONFIRMATION, RESCHEDULE_NOW
from guildhall.bookings.models import Booking
from guildhall.bookings.types import BookingCard, BookingStatus, Proposal
from guildhall.kernel.actors import Actor
from guildhall.kernel.refusals import NotAllowed, NotFound
from guildhall.kernel.rows import fetch, fetch_all

_AREA_DEGREES = 2
"""Decimal places of a place shown as an area: about a kilometre, so a 500 m circle never centres on the door."""


def access_booking(*, booking_id: UUID, by: Actor) -> BookingCard:
    """
    Load a booking for one of its parties: its customer, its provider (from confirmation on), an operator.

    :raises NotFound: for everybody else, as if there were none.
    """
    return card_of(seen(booking_id, by), by)


def get_bookings(*, booking_ids: Collection[UUID], by: Actor) -> dict[UUID, BookingCard]:
    """
    Give bookings by id, in one query; what is unknown, or not the asker's, is left out.

    :raises NotAllowed: when the asker is no party of any booking.
    """
    scope = scope_of(by)
    rows = fetch_all(Booking, "id", booking_ids)
    return {booking.id: card_of(booking, by) for booking in rows if is_in(scope, booking)}


def customer_of(*, booking_id: UUID) -> UUID | None:
    """Say whose booking it is: for those who tell people what happens, and never for an edge."""
    with connection.cursor() as cursor:
        cursor.execute("select customer_id from bookings_booking where id = %s", [booking_id])
        found = cursor.fetchone()
    return found[0] if found else None


def proposal_of(card: BookingCard, *, at: datetime) -> Proposal | None:
    """Give what its customer can still say yes or no to, or None."""
    is_asked = card.is_proposal and card.status == BookingStatus.AWAITING_CARD
    if is_asked and card.deadline_at is not None and card.deadline_at > at:
        return Proposal(what="booking", starts_at=card.starts_at, answer_until=card.deadline_at)
    if card.proposed_starts_at is not None and card.proposed_until is not None and card.proposed_until > at:
        return Proposal(what="time", starts_at=card.proposed_starts_at, answer_until=card.proposed_until)
    return None


def seen(booking_id: UUID, by: Actor) -> Booking:
    """
    Load a booking's row for those who may see it.

    :raises NotFound: for everybody else.
    """
    booking, scope = fetch(Booking, "id", booking_id), scope_of(by)
    if booking is None or not is_in(scope, booking):
        raise NotFound
    return booking


def is_in(scope: dict[str, object], booking: Booking) -> bool:
    """Say whether a booking is one of those that a scope lets through."""
    return all(getattr(booking, party) == whose for party, whose in scope.items())


def scope_of(by: Actor) -> dict[str, object]:
    """
    Give which bookings somebody may see, by column.

    :raises NotAllowed: when the asker is no party of any booking.
    """
    if by.kind == "customer":
        return {"customer_id": by.id}
    if by.kind == "provider":
        return {"provider_id": by.id}
    if by.kind == "operator":
        return {}
    raise NotAllowed


def require_operator(by: Actor) -> None:
    """
    Let operators through.

    :raises NotAllowed: for everybody else.
    """
    if by.kind != "operator":
        raise NotAllowed


def card_of(booking: Booking, by: Actor) -> BookingCard:
    """Give a booking as its asker may see it: no door before confirmation, no start code to the one who must be told it."""
    is_exact = by.kind != "provider" or booking.status not in BEFORE_CONFIRMATION
    shows_other_time = by.kind != "provider" and booking.status in RESCHEDULE_NOW.sources
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
        is_pinned=booking.is_pinned,
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
        is_proposal=booking.is_proposal,
        proposed_starts_at=booking.proposed_starts_at if shows_other_time else None,
        proposed_until=booking.proposed_until if shows_other_time else None,
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
