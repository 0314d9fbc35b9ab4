"""What operators propose to customers on the telephone, and their yes or no: a booking, or another time for one."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from ninja import Router, Schema, Status

from guildhall.bookings import commands
from guildhall.bookings.queries import access_booking, proposal_of
from guildhall.bookings.types import BookingCard, Proposal
from guildhall.kernel.actors import Actor
from guildhall.kernel.ids import public_id
from guildhall.kernel.refusals import NotFound
from guildhall.web.api.auth import CUSTOMER, CUSTOMER_OR_OPERATOR, SUPPORT, who
from guildhall.web.api.fields import BookingId, CustomerId, Instant
from guildhall.web.api.idempotency import changes
from guildhall.web.api.reading import reads
from guildhall.web.api.schemas import MoneyOut
from guildhall.web.api.v1.booking_bodies import BookingIn, ReschedulingIn
from guildhall.web.api.v1.booking_shapes import BookingOut, EstimateOut, cancellation_terms
from guildhall.web.api.v1.bookings import request_of, show, wall_time
from guildhall.web.middleware import received_at

router = Router(tags=["proposals"])


class ProposalIn(BookingIn):
    """What the customer said on the telephone: a request in their name, which is nothing before their yes."""

    seeker_user_id: CustomerId


class ProposalOut(Schema):
    """
    What the customer can say yes or no to until `answer_until`: the whole booking (`what`: booking), or only another time for it (time).

    `url` is the link that they got: the booking's page, where they sign in.
    """

    booking_id: BookingId
    what: Literal["booking", "time"]
    mode: str
    scheduled_start_time: Instant
    time_zone: str
    estimate: EstimateOut
    cancellation_terms: str
    answer_until: Instant
    url: str

    @classmethod
    def of(cls, card: BookingCard, proposal: Proposal) -> "ProposalOut":
        """Show a proposal to its customer, or to an operator."""
        least, most, up_to = (
            MoneyOut(amount_minor=minor, currency=card.currency)
            for minor in (card.estimate_from_minor, card.estimate_to_minor, card.authorize_minor)
        )
        return cls(
            booking_id=card.id,
            what=proposal.what,
            mode=card.mode,
            scheduled_start_time=proposal.starts_at,
            time_zone=card.time_zone,
            estimate=EstimateOut(from_price=least, to_price=most, up_to=up_to),
            cancellation_terms=cancellation_terms(card),
            answer_until=proposal.answer_until,
            url=f"{settings.PUBLIC_URL}/my/bookings/{public_id('bk', card.id)}",
        )


@router.post("/operator/proposals", response={201: BookingOut}, auth=SUPPORT)
@changes
def propose(request: HttpRequest, body: ProposalIn) -> Status[BookingOut]:
    """Write down what a customer asks for on the telephone. They get a mail with the link to say yes; until then nothing happens."""
    actor = who(request)
    asked = request_of(body, body.seeker_user_id)
    booking_id = commands.propose_booking(
        customer_id=body.seeker_user_id, request=asked, by=actor, at=received_at(request)
    )
    return Status(201, show(booking_id, actor))


@router.post("/operator/bookings/{booking_id}/proposal", response={201: ProposalOut}, auth=SUPPORT)
@changes
def propose_time(request: HttpRequest, booking_id: BookingId, body: ReschedulingIn) -> Status[ProposalOut]:
    """Propose another local time at the job's place; it takes the place of the one proposed before, and nothing moves before the yes."""
    actor, at = who(request), received_at(request)
    zone = access_booking(booking_id=booking_id, by=actor).time_zone
    starts_at, fold = wall_time(body.scheduled_start_time, zone)
    commands.propose_time(booking_id=booking_id, starts_at=starts_at, fold=fold, by=actor, at=at)
    return Status(201, _shown(booking_id, actor, at))


@router.post("/operator/bookings/{booking_id}/proposal/sending", response={202: ProposalOut}, auth=SUPPORT)
@changes
def send_again(request: HttpRequest, booking_id: BookingId) -> Status[ProposalOut]:
    """Send the customer the link once more, at most once a minute. Until when they can answer stays as it was."""
    actor, at = who(request), received_at(request)
    commands.send_link_again(booking_id=booking_id, by=actor, at=at)
    return Status(202, _shown(booking_id, actor, at))


@router.get("/bookings/{booking_id}/proposal", response=ProposalOut, auth=CUSTOMER_OR_OPERATOR)
@reads
def proposal(request: HttpRequest, booking_id: BookingId) -> ProposalOut:
    """Look at what waits for the customer's yes; 404 when nothing does, or not any more."""
    return _shown(booking_id, who(request), received_at(request))


@router.post("/bookings/{booking_id}/proposal/confirmation", response=BookingOut, auth=CUSTOMER)
@changes
def confirm(request: HttpRequest, booking_id: BookingId) -> Status[BookingOut]:
    """Say yes: a proposed booking is a request like any other from now on, a proposed time is the booking's."""
    actor, at = who(request), received_at(request)
    command = commands.confirm_time if _what(booking_id, actor, at) == "time" else commands.confirm_proposal
    command(booking_id=booking_id, by=actor, at=at)
    return Status(200, show(booking_id, actor))


@router.post("/bookings/{booking_id}/proposal/decline", response=BookingOut, auth=CUSTOMER)
@changes
def decline(request: HttpRequest, booking_id: BookingId) -> Status[BookingOut]:
    """Say no, which is free: a proposed booking is cancelled, a booking with another proposed time stays as it is."""
    actor, at = who(request), received_at(request)
    if _what(booking_id, actor, at) == "time":
        commands.decline_time(booking_id=booking_id, by=actor, at=at)
    else:
        commands.cancel_booking(booking_id=booking_id, reason="", by=actor, at=at)
    return Status(200, show(booking_id, actor))


def _what(booking_id: UUID, actor: Actor, at: datetime) -> str:
    found = proposal_of(access_booking(booking_id=booking_id, by=actor), at=at)
    if found is None:
        raise commands.NothingProposed
    return found.what


def _shown(booking_id: UUID, to: Actor, at: datetime) -> ProposalOut:
    card = access_booking(booking_id=booking_id, by=to)
    found = proposal_of(card, at=at)
    if found is None:
        raise NotFound
    return ProposalOut.of(card, found)
