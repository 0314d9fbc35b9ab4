"""A provider's position, as it comes in by the API and by the page: kept as the last one, and the customer's page looks anew."""

from datetime import datetime
from uuid import UUID

from guildhall.bookings.commands import report_position
from guildhall.bookings.queries import access_booking
from guildhall.kernel.actors import Actor
from guildhall.notifications.commands import nudge


def follow(booking_id: UUID, *, by: Actor, at: datetime, **where: float) -> None:
    """
    Take a position (`latitude`, `longitude`, `accuracy_metres`) and tell the page of who waits.

    :raises Refused: as `bookings.commands.report_position` does.
    """
    if report_position(booking_id=booking_id, **where, by=by, at=at):
        nudge(account_id=access_booking(booking_id=booking_id, by=by).customer_id)
