"""`PUT bookings/{id}/status`: one address for clients that think in statuses. Each word is a command that a sub-resource has too."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from guildhall.bookings import commands
from guildhall.bookings.types import Position
from guildhall.kernel.actors import Actor
from guildhall.kernel.moves import MoveRefused
from guildhall.kernel.refusals import NotFound
from guildhall.matching.queries import get_offer
from guildhall.web.api.refusals import InvalidField, unknown_field
from guildhall.web.api.schemas import PositionIn
from guildhall.web.api.v1.booking_bodies import StatusIn
from guildhall.web.api.v1.booking_shapes import booking_of

Step = Callable[[UUID, StatusIn, Actor, datetime], None]


@dataclass(frozen=True)
class _Word:
    """What a status word does, and which members it may come with."""

    members: frozenset[str]
    step: Step


def accept(booking_id: UUID, body: StatusIn, by: Actor, at: datetime) -> None:
    """
    Take an offer of this booking.

    :raises InvalidField: without an offer's id.
    :raises NotFound: when the offer is another's, or of another booking.
    """
    if body.offer_id is None:
        raise InvalidField("Name the offer that you accept.", errors=[{"field": "offer_id", "code": InvalidField.code}])
    if booking_of(get_offer(body.offer_id).reference) != booking_id:
        raise NotFound
    commands.accept_offer(offer_id=body.offer_id, by=by, at=at)


def leave(booking_id: UUID, _body: StatusIn, by: Actor, at: datetime) -> None:
    """Set out."""
    commands.leave(booking_id=booking_id, by=by, at=at)


def arrive(booking_id: UUID, _body: StatusIn, by: Actor, at: datetime) -> None:
    """Be there."""
    commands.arrive(booking_id=booking_id, by=by, at=at)


def start(booking_id: UUID, body: StatusIn, by: Actor, at: datetime) -> None:
    """Start work by code or position."""
    commands.start_work(
        booking_id=booking_id, start_code=body.start_code, position=_position(body.position), by=by, at=at
    )


def finish(booking_id: UUID, body: StatusIn, by: Actor, at: datetime) -> None:
    """Stop and log the hours."""
    commands.finish_work(booking_id=booking_id, minutes=body.minutes, notes=body.notes, by=by, at=at)


def cancel(booking_id: UUID, body: StatusIn, by: Actor, at: datetime) -> None:
    """Cancel as the customer or an operator."""
    commands.cancel_booking(booking_id=booking_id, reason=body.reason, by=by, at=at)


WORDS = {
    "accepted": _Word(frozenset({"offer_id"}), accept),
    "en_route": _Word(frozenset(), leave),
    "arrived": _Word(frozenset(), arrive),
    "in_progress": _Word(frozenset({"start_code", "position"}), start),
    "completed": _Word(frozenset({"minutes", "notes"}), finish),
    "cancelled": _Word(frozenset({"reason"}), cancel),
}


def put_status(booking_id: UUID, body: StatusIn, by: Actor, at: datetime) -> None:
    """
    Bring a booking into a status.

    :raises MoveRefused: for a word that nobody can put a booking into, or not now.
    :raises UnknownField: for a member that does not belong to the word.
    """
    word = WORDS.get(body.status)
    if word is None:
        raise MoveRefused("Nobody can put a booking into this status.", allowed=sorted(WORDS))
    foreign = body.model_fields_set - word.members - {"status"}
    if foreign:
        raise unknown_field(*sorted(foreign))
    word.step(booking_id, body, by, at)


def _position(given: PositionIn | None) -> Position | None:
    return None if given is None else Position(latitude=given.latitude, longitude=given.longitude)
