"""Which party of a booking may ask for what."""

from guildhall.bookings.models import Booking
from guildhall.kernel.actors import Actor
from guildhall.kernel.refusals import NotAllowed, NotFound


def require_party(booking: Booking, by: Actor, *parties: str) -> None:
    """
    Let one of the named parties of this booking through.

    :raises NotAllowed: when the role may not use this function at all.
    :raises NotFound: when the booking is somebody else's: the same answer as for one that does not exist.
    """
    if by.kind not in parties:
        raise NotAllowed
    if by.kind == "customer" and by.id != booking.customer_id:
        raise NotFound
    if by.kind == "provider" and by.id != booking.provider_id:
        raise NotFound
