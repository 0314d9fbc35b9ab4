"""Offers of work, as their provider sees them."""

from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema, Status

from guildhall.bookings.commands import accept_offer
from guildhall.catalog.queries import list_categories
from guildhall.kernel.actors import Actor
from guildhall.kernel.refusals import NotFound
from guildhall.matching import commands, queries
from guildhall.matching.types import OfferCard
from guildhall.web.api.auth import PROVIDER, who
from guildhall.web.api.fields import BookingId, Instant, OfferId, PageSize
from guildhall.web.api.idempotency import changes
from guildhall.web.api.reading import PAGE_SIZE, make_time_cursor, page_of, read_time_cursor, reads
from guildhall.web.api.schemas import MoneyOut, Page
from guildhall.web.api.v1.booking_bodies import ReasonIn
from guildhall.web.api.v1.booking_shapes import BookingOut, PlaceOut, booking_of
from guildhall.web.api.v1.bookings import show
from guildhall.web.middleware import received_at

router = Router(tags=["offers"], auth=PROVIDER)


class OfferOut(Schema):
    """
    An offer: what it pays after fees, how far, until when it can be accepted, and the earliest end of the job.

    `area` is a circle that holds the place; the address comes with confirmation. An ASAP job starts anew when accepted.
    """

    id: OfferId
    booking_id: BookingId
    status: str
    mode: str
    category_id: str
    kind: str
    wave_number: int
    tier_rank: int
    net: MoneyOut
    distance_metres: int
    area: PlaceOut
    starts_at: Instant
    ends_at: Instant
    earliest_end_at: Instant
    offered_at: Instant
    expires_at: Instant
    answered_at: Instant | None
    reason: str

    @classmethod
    def of(cls, offer: OfferCard, categories: dict[int, str]) -> "OfferOut":
        """Show an offer to its provider."""
        area = offer.area
        return cls(
            id=offer.id,
            booking_id=booking_of(offer.reference),
            status=offer.status.value,
            mode=offer.mode.value,
            category_id=categories.get(offer.category_id, ""),
            kind=offer.kind,
            wave_number=offer.wave_number,
            tier_rank=offer.tier_rank,
            net=MoneyOut.of(offer.net),
            distance_metres=offer.distance_metres,
            area=PlaceOut(latitude=area.latitude, longitude=area.longitude, radius_metres=area.radius_metres),
            starts_at=offer.starts_at,
            ends_at=offer.ends_at,
            earliest_end_at=offer.earliest_end_at,
            offered_at=offer.offered_at,
            expires_at=offer.expires_at,
            answered_at=offer.answered_at,
            reason=offer.reason,
        )


@router.get("", response=Page[OfferOut])
@reads
def offers(request: HttpRequest, *, limit: PageSize = PAGE_SIZE, cursor: str | None = None) -> Page[OfferOut]:
    """List the offers that can still be accepted; those that end first come first."""
    provider_id = who(request).account_id
    kind = f"offers:{provider_id}"
    found = queries.list_offers(
        provider_id, at=received_at(request), limit=limit + 1, after=read_time_cursor(kind, cursor)
    )
    categories = _categories()
    return page_of(
        found,
        limit,
        lambda card: OfferOut.of(card, categories),
        lambda card: make_time_cursor(kind, card.expires_at, card.id),
    )


@router.get("/{offer_id}", response=OfferOut)
@reads
def offer(request: HttpRequest, offer_id: OfferId) -> OfferOut:
    """Show an offer, open or over."""
    return _show(offer_id, who(request))


@router.post("/{offer_id}/acceptance", response=BookingOut)
@changes
def accept(request: HttpRequest, offer_id: OfferId) -> Status[BookingOut]:
    """Take the job. The first wins; who asks again gets the same answer. The same as status `accepted`."""
    booking_id = accept_offer(offer_id=offer_id, by=who(request), at=received_at(request))
    return Status(200, show(booking_id, who(request)))


@router.post("/{offer_id}/decline", response=OfferOut)
@changes
def decline(request: HttpRequest, offer_id: OfferId, body: ReasonIn) -> Status[OfferOut]:
    """Say no, with or without a reason. It costs nothing, now or later."""
    commands.decline_offer(offer_id=offer_id, reason=body.reason, by=who(request), at=received_at(request))
    return Status(200, _show(offer_id, who(request)))


def _show(offer_id: UUID, to: Actor) -> OfferOut:
    card = queries.get_offer(offer_id)
    if card.provider_id != to.id:
        raise NotFound
    return OfferOut.of(card, _categories())


def _categories() -> dict[int, str]:
    return {category.id: category.key for category in list_categories()}
