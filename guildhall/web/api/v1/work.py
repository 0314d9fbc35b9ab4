"""The job and its hours: what its provider reports, what its customer answers."""

from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Status

from guildhall.bookings import commands
from guildhall.bookings.queries import access_booking
from guildhall.kernel.actors import Actor
from guildhall.payments.queries import list_tips
from guildhall.web.api.auth import ANYBODY, CUSTOMER, PROVIDER, PROVIDER_OR_OPERATOR, who
from guildhall.web.api.fields import BookingId
from guildhall.web.api.idempotency import changes, replaces
from guildhall.web.api.reading import reads
from guildhall.web.api.schemas import Page
from guildhall.web.api.v1.booking_bodies import ContestIn, HoursIn, ReasonIn, TipIn, WhereaboutsIn
from guildhall.web.api.v1.booking_shapes import BookingOut, TipOut
from guildhall.web.api.v1.bookings import show
from guildhall.web.following import follow
from guildhall.web.middleware import received_at

router = Router(tags=["work"])


@router.put("/bookings/{booking_id}/position", response={204: None}, auth=PROVIDER)
@replaces
def report_position(request: HttpRequest, booking_id: BookingId, body: WhereaboutsIn) -> Status[None]:
    """
    Say where one is on the way to a job, every 15 to 30 seconds. Its customer sees the last position until arrival, and nobody keeps it.

    It takes the place of the one before (one that follows too soon is passed over), so it needs no Idempotency-Key, and none is kept.
    """
    follow(booking_id, **body.model_dump(), by=who(request), at=received_at(request))
    return Status(204, None)


@router.post("/bookings/{booking_id}/breaks", response=BookingOut, auth=PROVIDER)
@changes
def start_break(request: HttpRequest, booking_id: BookingId) -> Status[BookingOut]:
    """Pause the work. One break is open at a time."""
    commands.start_break(booking_id=booking_id, by=who(request), at=received_at(request))
    return Status(200, show(booking_id, who(request)))


@router.delete("/bookings/{booking_id}/breaks", response=BookingOut, auth=PROVIDER)
@changes
def end_break(request: HttpRequest, booking_id: BookingId) -> Status[BookingOut]:
    """End the open break and go on working; its minutes stay logged."""
    commands.end_break(booking_id=booking_id, by=who(request), at=received_at(request))
    return Status(200, show(booking_id, who(request)))


@router.post("/bookings/{booking_id}/hours", response=BookingOut, auth=PROVIDER)
@changes
def log_hours(request: HttpRequest, booking_id: BookingId, body: HoursIn) -> Status[BookingOut]:
    """Finish the work and log its hours. The same as status `completed`."""
    commands.finish_work(
        booking_id=booking_id, minutes=body.minutes, notes=body.notes, by=who(request), at=received_at(request)
    )
    return Status(200, show(booking_id, who(request)))


@router.post("/bookings/{booking_id}/confirmation", response=BookingOut, auth=CUSTOMER)
@changes
def confirm_hours(request: HttpRequest, booking_id: BookingId) -> Status[BookingOut]:
    """Accept the logged hours: they are final and the card is charged."""
    commands.confirm_hours(booking_id=booking_id, by=who(request), at=received_at(request))
    return Status(200, show(booking_id, who(request)))


@router.post("/bookings/{booking_id}/contest", response=BookingOut, auth=CUSTOMER)
@changes
def contest_hours(request: HttpRequest, booking_id: BookingId, body: ContestIn) -> Status[BookingOut]:
    """Say that other minutes were worked. Nothing is charged or paid out before an operator decides."""
    commands.contest_hours(
        booking_id=booking_id, minutes=body.minutes, reason=body.reason, by=who(request), at=received_at(request)
    )
    return Status(200, show(booking_id, who(request)))


@router.post("/bookings/{booking_id}/tip", response={202: TipOut}, auth=CUSTOMER)
@changes
def give_tip(request: HttpRequest, booking_id: BookingId, body: TipIn) -> Status[TipOut]:
    """Thank the provider with money, charged to the saved card. 202: the bank is being asked; the list of tips tells its answer."""
    tip_id = commands.give_tip(
        booking_id=booking_id, amount_minor=body.amount_minor, by=who(request), at=received_at(request)
    )
    return Status(202, next(tip for tip in _tips(booking_id, who(request)) if tip.id == tip_id))


@router.get("/bookings/{booking_id}/tips", response=Page[TipOut], auth=ANYBODY)
@reads
def tips(request: HttpRequest, booking_id: BookingId) -> Page[TipOut]:
    """List a booking's tips on one page, newest first; its provider sees those that were paid."""
    return Page[TipOut](items=_tips(booking_id, who(request)), next_cursor=None)


def _tips(booking_id: UUID, to: Actor) -> list[TipOut]:
    reference = access_booking(booking_id=booking_id, by=to).reference
    return [TipOut.of(card) for card in list_tips(reference) if to.kind != "provider" or card.status == "paid"]


@router.post("/bookings/{booking_id}/no-show", response=BookingOut, auth=ANYBODY)
@changes
def report_no_show(request: HttpRequest, booking_id: BookingId, body: ReasonIn) -> Status[BookingOut]:
    """Say that the other side did not come."""
    commands.report_no_show(booking_id=booking_id, reason=body.reason, by=who(request), at=received_at(request))
    return Status(200, show(booking_id, who(request)))


@router.post("/bookings/{booking_id}/unresolved", response=BookingOut, auth=PROVIDER)
@changes
def flag_unresolved(request: HttpRequest, booking_id: BookingId, body: ReasonIn) -> Status[BookingOut]:
    """Say that the customer's issue is not fully fixed: an operator decides what follows."""
    commands.flag_unresolved(booking_id=booking_id, reason=body.reason, by=who(request), at=received_at(request))
    return Status(200, show(booking_id, who(request)))


@router.post("/bookings/{booking_id}/withdrawal", response={204: None}, auth=PROVIDER_OR_OPERATOR)
@changes
def withdraw(request: HttpRequest, booking_id: BookingId, body: ReasonIn) -> Status[None]:
    """Give the job back: the others are asked. The booking is not the provider's to see any more, so nothing is shown."""
    commands.withdraw_provider(booking_id=booking_id, reason=body.reason, by=who(request), at=received_at(request))
    return Status(204, None)
