"""Where the provider is on the way: told by them, seen by who waits, forgotten on arrival."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from guildhall.bookings.commands.steps import locked
from guildhall.bookings.models import Whereabouts
from guildhall.bookings.permissions import require_party
from guildhall.bookings.types import BookingStatus
from guildhall.kernel.actors import Actor
from guildhall.kernel.refusals import Invalid, Refused
from guildhall.policy import queries as policy
from guildhall.policy.types import BookingPolicy

_ACCURACY_METRES_MAX = 2_000
_LATITUDE_MAX, _LONGITUDE_MAX = 90, 180


class NotOnTheWay(Refused):
    """Nobody is followed before they set out or after they have arrived."""

    code = "not_on_the_way"
    default_detail = "Your position is only taken while you are on the way to this job."


class BadPosition(Invalid):
    """Not a point on Earth."""

    code = "bad_position"
    default_detail = "This is not a position on Earth."


class PositionTooRough(Invalid):
    """A point that may be miles off would mislead whoever waits."""

    code = "position_too_rough"
    default_detail = "Your position is known too roughly to be shown. It is shown again as soon as it is known better."


@transaction.atomic
def report_position(
    *, booking_id: UUID, latitude: float, longitude: float, accuracy_metres: float, by: Actor, at: datetime
) -> bool:
    """
    Say where one is on the way to a job (WGS 84 degrees; `accuracy_metres` is the radius that the device vouches for).

    It takes the place of the position before; nothing else is kept of it, and no fact tells it. False when it was passed
    over, because it follows the one before within `BookingPolicy.position_seconds_min`, or is older.

    :raises NotOnTheWay: when the booking is not en route.
    :raises BadPosition: when there is no such point.
    :raises PositionTooRough: when it is known to no better than two kilometres.
    """
    booking = locked(booking_id)
    require_party(booking, by, "provider")
    if booking.status != BookingStatus.EN_ROUTE:
        raise NotOnTheWay(status_now=booking.status)
    if not (abs(latitude) <= _LATITUDE_MAX and abs(longitude) <= _LONGITUDE_MAX and accuracy_metres >= 0):
        raise BadPosition
    if accuracy_metres > _ACCURACY_METRES_MAX:
        raise PositionTooRough
    pause = timedelta(seconds=policy.get(BookingPolicy).position_seconds_min)
    if Whereabouts.objects.filter(booking=booking, seen_at__gt=at - pause).exists():
        return False
    Whereabouts.objects.update_or_create(
        booking=booking,
        defaults={
            "provider_id": by.account_id,
            "latitude": latitude,
            "longitude": longitude,
            "accuracy_metres": round(accuracy_metres),
            "seen_at": at,
        },
    )
    return True
