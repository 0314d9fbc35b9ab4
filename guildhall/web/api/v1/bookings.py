"""Bookings as customers, providers and operators ask for, follow and change them. The work itself is in `work.py`."""

from datetime import datetime
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status

from guildhall.bookings import commands
from guildhall.bookings.queries import access_booking, list_bookings, on_the_way
from guildhall.bookings.types import BookingCard, BookingRequest
from guildhall.customers.queries import list_addresses
from guildhall.kernel.actors import Actor
from guildhall.kernel.refusals import DoesNotExist
from guildhall.payments.queries import get_checkout
from guildhall.web.api.auth import ANYBODY, CUSTOMER_OR_OPERATOR, who
from guildhall.web.api.fields import BookingId, PageSize, UserId
from guildhall.web.api.idempotency import changes
from guildhall.web.api.reading import PAGE_SIZE, make_time_cursor, page_of, read_time_cursor, reads
from guildhall.web.api.refusals import InvalidField, ReadOnly
from guildhall.web.api.schemas import MoneyOut, Page
from guildhall.web.api.v1.booking_bodies import BookingIn, ReasonIn, ReschedulingIn, StatusIn
from guildhall.web.api.v1.booking_shapes import (
    BookingOut,
    BookingSummary,
    CancellationOut,
    CardOut,
    cancellation_terms,
    show_booking,
    summaries_of,
)
from guildhall.web.api.v1.status import put_status
from guildhall.web.middleware import received_at

router = Router(tags=["bookings"])
_LIST = "bookings by time"
_LOOK_AGAIN_SECONDS = "1"
StatusWord = Literal[
    "awaiting_card",
    "waiting",
    "matching",
    "unfilled",
    "confirmed",
    "en_route",
    "arrived",
    "in_progress",
    "completed",
    "contested",
    "unresolved",
    "settled",
    "cancelled",
    "closed",
]


@router.post("/bookings", response={201: BookingOut}, auth=CUSTOMER_OR_OPERATOR)
@changes
def request_booking(request: HttpRequest, body: BookingIn) -> Status[BookingOut]:
    """Ask for work (R92): now or at a time, from whoever is best placed or from one provider. Operators ask for a customer."""
    actor = who(request)
    customer_id = _customer(body, actor)
    booking_id = commands.request_booking(
        customer_id=customer_id, request=request_of(body, customer_id), by=actor, at=received_at(request)
    )
    return Status(201, show(booking_id, actor))


@router.get("/users/{user_id}/bookings", response=Page[BookingSummary], auth=ANYBODY)
@reads
def bookings_of_user(
    request: HttpRequest,
    user_id: UserId,
    *,
    status: StatusWord | None = None,
    limit: PageSize = PAGE_SIZE,
    cursor: str | None = None,
) -> Page[BookingSummary]:
    """List the bookings of a customer or a provider (R95) by when the work is, the latest first. Operators may ask for anybody's."""
    kind = f"{_LIST}:{user_id}:{status}"
    found = list_bookings(
        by=who(request), of=user_id, status=status, seen=read_time_cursor(kind, cursor), limit=limit + 1
    )
    return page_of(found, limit, summaries_of(found), lambda card: make_time_cursor(kind, card.starts_at, card.id))


@router.get("/bookings/{booking_id}", response=BookingOut, auth=ANYBODY)
@reads
def booking(request: HttpRequest, booking_id: BookingId) -> BookingOut:
    """Follow a booking: its status, money, and for its customer the search for a provider (which wave, whom, until when) and the way there."""
    actor = who(request)
    card = access_booking(booking_id=booking_id, by=actor)
    way = on_the_way(card, by=actor, at=received_at(request)) if card.status == "en_route" else None
    return show_booking(card, actor, way)


@router.put("/bookings/{booking_id}/status", response=BookingOut, auth=ANYBODY)
@changes
def status(request: HttpRequest, booking_id: BookingId, body: StatusIn) -> Status[BookingOut]:
    """Bring a booking into a status (R93)."""
    put_status(booking_id, body, who(request), received_at(request))
    return Status(200, show(booking_id, who(request)))


@router.get("/bookings/{booking_id}/card", response={200: CardOut, 202: CardOut}, auth=CUSTOMER_OR_OPERATOR)
@reads
def card_page(request: HttpRequest, booking_id: BookingId, response: HttpResponse) -> Status[CardOut]:
    """Look for the address of the vendor's page for this booking's card; 202 while we ask the vendor."""
    answer = _card_page(access_booking(booking_id=booking_id, by=who(request)))
    if answer.status_code == 202:  # noqa: PLR2004 - accepted, not there yet
        response["Retry-After"] = _LOOK_AGAIN_SECONDS
    return answer


@router.post("/bookings/{booking_id}/card", response={200: CardOut, 202: CardOut}, auth=CUSTOMER_OR_OPERATOR)
@changes
def open_card_page(request: HttpRequest, booking_id: BookingId) -> Status[CardOut]:
    """Open the vendor's page for this booking's card: at the request, and again after a refusal."""
    commands.open_card_page(booking_id=booking_id, by=who(request), at=received_at(request))
    return _card_page(access_booking(booking_id=booking_id, by=who(request)))


@router.get("/bookings/{booking_id}/cancellation", response=CancellationOut, auth=CUSTOMER_OR_OPERATOR)
@reads
def preview_cancellation(request: HttpRequest, booking_id: BookingId) -> CancellationOut:
    """Say what cancelling now would cost the customer. Changes nothing."""
    actor = who(request)
    card = access_booking(booking_id=booking_id, by=actor)
    fee_minor = commands.preview_cancellation(booking_id=booking_id, by=actor, at=received_at(request))
    return CancellationOut(fee=MoneyOut(amount_minor=fee_minor, currency=card.currency), terms=cancellation_terms(card))


@router.post("/bookings/{booking_id}/cancellation", response=BookingOut, auth=CUSTOMER_OR_OPERATOR)
@changes
def cancel(request: HttpRequest, booking_id: BookingId, body: ReasonIn) -> Status[BookingOut]:
    """Cancel, for the fee that the preview tells. The same as status `cancelled`."""
    commands.cancel_booking(booking_id=booking_id, reason=body.reason, by=who(request), at=received_at(request))
    return Status(200, show(booking_id, who(request)))


@router.post("/bookings/{booking_id}/widening", response=BookingOut, auth=CUSTOMER_OR_OPERATOR)
@changes
def widen(request: HttpRequest, booking_id: BookingId) -> Status[BookingOut]:
    """Have everybody asked again, when nobody took the job."""
    commands.widen_booking(booking_id=booking_id, by=who(request), at=received_at(request))
    return Status(200, show(booking_id, who(request)))


@router.post("/bookings/{booking_id}/rescheduling", response=BookingOut, auth=CUSTOMER_OR_OPERATOR)
@changes
def reschedule(request: HttpRequest, booking_id: BookingId, body: ReschedulingIn) -> Status[BookingOut]:
    """Move the job to another local time at its place. Matching starts anew."""
    actor = who(request)
    zone = access_booking(booking_id=booking_id, by=actor).time_zone
    starts_at, fold = wall_time(body.scheduled_start_time, zone)
    commands.reschedule_booking(
        booking_id=booking_id, starts_at=starts_at, fold=fold, by=actor, at=received_at(request)
    )
    return Status(200, show(booking_id, actor))


def show(booking_id: UUID, to: Actor) -> BookingOut:
    """Read a booking back for one of its parties."""
    return show_booking(access_booking(booking_id=booking_id, by=to), to)


def request_of(body: BookingIn, customer_id: UUID) -> BookingRequest:
    """
    Read what is asked for in a customer's name.

    :raises DoesNotExist: when the address is not theirs and its time zone is needed.
    """
    starts_at, fold = None, None
    if body.scheduled_start_time is not None:
        zone = _zone(customer_id, body.address_id) if body.scheduled_start_time.tzinfo else ""
        starts_at, fold = wall_time(body.scheduled_start_time, zone)
    return BookingRequest(
        mode=body.mode,
        category=body.category,
        address_id=body.address_id,
        kind=body.kind,
        starts_at=starts_at,
        fold=fold,
        minutes_from=body.minutes_from,
        minutes_to=body.minutes_to,
        provider_id=body.provider_user_id,
        service_id=body.service_id,
        instructions=body.instructions,
        purchase_order=body.purchase_order,
    )


def wall_time(given: datetime, zone: str) -> tuple[datetime, int | None]:
    """Give local time without a zone at a place, and which of two equal ones is meant when an offset said so."""
    if given.tzinfo is None:
        return given, None
    local = given.astimezone(ZoneInfo(zone))
    return local.replace(tzinfo=None, fold=0), local.fold


def _customer(body: BookingIn, actor: Actor) -> UUID:
    if actor.kind == "customer":
        if body.seeker_user_id not in {None, actor.account_id}:
            raise ReadOnly(errors=[{"field": "seeker_user_id", "code": ReadOnly.code}])
        return actor.account_id
    if body.seeker_user_id is None:
        raise InvalidField("Name the customer.", errors=[{"field": "seeker_user_id", "code": InvalidField.code}])
    return body.seeker_user_id


def _zone(customer_id: UUID, address_id: UUID) -> str:
    """The time zone of a customer's address; a foreign address is told like one that does not exist."""
    zones = {place.id: place.time_zone for place in list_addresses(customer_id)}
    if address_id not in zones:
        raise DoesNotExist("There is no such address.", field="address_id")
    return zones[address_id]


def _card_page(card: BookingCard) -> Status[CardOut]:
    page = get_checkout(card.reference)
    shown = CardOut(purpose=page.purpose, status=page.status, url=page.url, expires_at=page.expires_at)
    return Status(200 if page.url else 202, shown)
