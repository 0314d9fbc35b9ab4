"""The SQL of the hot road."""

from datetime import datetime
from uuid import UUID

from django.db import connection

from guildhall.kernel.actors import Actor


def accept_offer(offer_id: UUID, *, provider_id: UUID, by: Actor, at: datetime) -> tuple[str, UUID]:
    """Run `bookings.accept_offer`: gives its outcome (taken, already_yours, already_taken, expired, not_yours) and the booking's id."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select outcome, booking_id from bookings.accept_offer(%s, %s, %s, %s)",
            [offer_id, provider_id, str(by), at],
        )
        outcome, booking_id = cursor.fetchone()
    return outcome, booking_id
