"""Photographs of the work, kept with the booking."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from guildhall.bookings.commands.steps import locked, note
from guildhall.bookings.events import EvidenceAdded
from guildhall.bookings.models import Evidence
from guildhall.bookings.permissions import require_party
from guildhall.bookings.types import BookingStatus
from guildhall.kernel.actors import Actor
from guildhall.kernel.moves import MoveRefused
from guildhall.kernel.refusals import NotFound, Refused
from guildhall.media.queries import is_owned_by
from guildhall.media.types import MediaId

EVIDENCE_MOST = 20
_WHILE = frozenset(
    {
        BookingStatus.ARRIVED,
        BookingStatus.IN_PROGRESS,
        BookingStatus.COMPLETED,
        BookingStatus.CONTESTED,
        BookingStatus.UNRESOLVED,
    }
)


class EnoughEvidence(Refused):
    """A booking keeps so many photographs."""

    code = "enough_evidence"
    default_detail = f"A job keeps {EVIDENCE_MOST} photographs at most."


@transaction.atomic
def add_evidence(*, booking_id: UUID, media_id: MediaId, by: Actor, at: datetime) -> UUID:
    """
    Put a photograph (stored by `media.commands.store_image` before) with a booking, from arrival until its hours are final.

    :raises NotFound: when the booking or the picture is somebody else's.
    :raises MoveRefused: before arrival, and when the hours are final.
    :raises EnoughEvidence: when it has twenty already.
    """
    booking = locked(booking_id)
    require_party(booking, by, "customer", "provider")
    if booking.status not in _WHILE:
        raise MoveRefused("Photographs are taken between arrival and the end of the hours' settlement.")
    if not is_owned_by(media_id, by):
        raise NotFound
    if Evidence.objects.filter(booking=booking).count() >= EVIDENCE_MOST:
        raise EnoughEvidence
    row = Evidence.objects.create(booking=booking, media_id=media_id, added_by=str(by), added_at=at)
    note(booking, EvidenceAdded, by=by, at=at, tell={"evidence_id": row.id})
    return row.id
