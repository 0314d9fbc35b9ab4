"""How the work of a booking goes, and where its provider is on the way."""

from datetime import datetime, timedelta
from uuid import UUID

from guildhall.bookings import rules
from guildhall.bookings.models import Break, Evidence, Whereabouts
from guildhall.bookings.queries.seeing import seen
from guildhall.bookings.types import BookingCard, BookingStatus, OnTheWay, Photograph, Position, Work
from guildhall.kernel.actors import Actor
from guildhall.kernel.rows import read
from guildhall.policy import queries as policy
from guildhall.policy.types import BookingPolicy


def get_work(*, booking_id: UUID, by: Actor, at: datetime) -> Work:
    """
    Give how the work of a booking goes, for those who may see the booking.

    :raises NotFound: for everybody else.
    """
    booking = seen(booking_id, by)
    breaks = read(Break, "where booking_id = %s order by started_at", [booking_id])
    until = booking.finished_at or at
    spans = [(one.started_at, one.ended_at or until) for one in breaks]
    elapsed = (
        rules.worked_minutes(started_at=booking.started_at, finished_at=until, breaks=()) if booking.started_at else 0
    )
    worked = (
        rules.worked_minutes(started_at=booking.started_at, finished_at=until, breaks=spans)
        if booking.started_at
        else 0
    )
    return Work(
        paused_since=next((one.started_at for one in breaks if one.ended_at is None and not booking.finished_at), None),
        worked_minutes=worked,
        break_minutes=elapsed - worked,
        notes=booking.notes,
        photographs=[
            Photograph(id=row.id, media_id=row.media_id, is_mine=row.added_by == str(by), added_at=row.added_at)
            for row in read(Evidence, "where booking_id = %s order by added_at, id", [booking_id])
        ],
    )


def on_the_way(card: BookingCard, *, by: Actor, at: datetime) -> OnTheWay | None:
    """
    Give where the provider of a booking is and when they may arrive: to its customer and to operators, while they are on the way.

    None for the provider, before the first position, and when the last one is too old to be true any more.
    """
    if card.status != BookingStatus.EN_ROUTE or by.kind == "provider":
        return None
    limits = policy.get(BookingPolicy)
    since = at - timedelta(minutes=limits.position_minutes_max)
    row = Whereabouts.objects.filter(booking_id=card.id, seen_at__gte=since).first()
    if row is None:
        return None
    position = Position(latitude=row.latitude, longitude=row.longitude)
    place = Position(latitude=card.latitude, longitude=card.longitude)
    metres = rules.metres_between(position, place)
    drive = rules.drive_time(metres, detour_percent=limits.drive_detour_percent, kmh=limits.drive_kmh)
    arrives_at = row.seen_at + drive
    return OnTheWay(
        position=position,
        accuracy_metres=row.accuracy_metres,
        seen_at=row.seen_at,
        distance_metres=round(metres),
        bearing_degrees=rules.bearing(place, position),
        minutes=rules.minutes_until(arrives_at, at),
        arrives_at=arrives_at,
    )
