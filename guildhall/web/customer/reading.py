"""What the pages of a booking have in common: the way from an address to a booking, and the names beside it."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from guildhall.bookings.queries import access_booking
from guildhall.bookings.types import BookingCard
from guildhall.catalog.queries import list_tiers
from guildhall.kernel.ids import public_id, read_public_id
from guildhall.providers.queries import get_profiles
from guildhall.providers.types import Profile
from guildhall.web.signin.access import PageRequest


def read_booking(request: PageRequest, booking_id: str) -> BookingCard:
    """
    Give a booking of the customer who asks.

    :raises NotFound: for everybody else's, as if there were none.
    """
    return access_booking(booking_id=read_public_id("bk", booking_id), by=request.actor)


def address_of(card: BookingCard) -> str:
    """The page of a booking."""
    return f"/my/bookings/{public_id('bk', card.id)}"


def people_of(cards: Iterable[BookingCard]) -> dict[UUID, Profile]:
    """Give the providers of bookings at once."""
    return get_profiles({card.provider_id for card in cards if card.provider_id})


def list_people(ids: Sequence[UUID]) -> list[tuple[Profile, str, str]]:
    """Give providers in this order, each with their public id and their tier's label."""
    profiles, tiers = get_profiles(ids), tier_names()
    return [(profiles[one], public_id("pr", one), tiers.get(profiles[one].tier_rank or 0, "")) for one in ids]


def tier_names() -> dict[int, str]:
    """Give the tiers' labels by rank."""
    return {tier.rank: tier.label for tier in list_tiers()}
