"""Jobs and offers as the provider's pages show them, read in as many queries as there are kinds of things."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode
from uuid import UUID

from django.utils.translation import gettext

from guildhall.bookings.queries import access_booking, get_work, pay_of
from guildhall.bookings.types import BookingCard, BookingStatus, Work
from guildhall.catalog.queries import list_cities, name_jobs
from guildhall.catalog.types import JobName
from guildhall.customers.queries import get_address, places_near
from guildhall.customers.types import Address, Precision
from guildhall.identity.queries import get_contacts
from guildhall.kernel.actors import Actor
from guildhall.kernel.ids import public_id, read_public_id
from guildhall.kernel.money import Money
from guildhall.matching.types import OfferCard
from guildhall.providers.queries import get_reach
from guildhall.web.evidence import Picture, pictures_of
from guildhall.web.pages.maps import Point
from guildhall.web.provider.words import Label, label_of

_URGENT_SECONDS = 3_600
_LABELS_MOST = 40
_APPLE = ("iPhone", "iPad", "Macintosh")


@dataclass(frozen=True)
class Job:
    """A job in a list: what it is called, for whom, in which city, what it pays, and how it stands."""

    id: str
    card: BookingCard
    called: JobName
    customer: str
    city: str
    least: Money
    most: Money
    label: Label
    reference: str

    @property
    def title(self) -> str:
        """What is to be done, and for whom."""
        return gettext("%(job)s for %(customer)s") % {"job": self.called.name, "customer": self.customer}

    @property
    def ends_at(self) -> datetime:
        """The latest expected end of the work, without the travel after it."""
        return self.card.starts_at + timedelta(minutes=self.card.minutes_to)


@dataclass(frozen=True)
class Place:
    """Where the job is, from acceptance on, and links that open the telephone's own map."""

    address: Address
    latitude: float
    longitude: float

    @property
    def is_rough(self) -> bool:
        """Whether nobody set a pin, so that the place is only the middle of its ZIP code."""
        return self.address.precision == Precision.ZIP_CENTROID

    @property
    def line(self) -> str:
        """The address on one line."""
        one = self.address
        return f"{one.street}, {one.city}, {one.state} {one.zip_code}"

    def map_link(self, user_agent: str) -> str:
        """Give the link that opens a device's own map application with the way there; on a desk, a map in the browser."""
        there = f"{self.latitude:.6f},{self.longitude:.6f}"
        if any(device in user_agent for device in _APPLE):
            return f"https://maps.apple.com/?{urlencode({'daddr': there})}"
        if "Android" in user_agent:
            return f"geo:{there}?{urlencode({'q': f'{there} ({self.line})'}, quote_via=quote)}"
        return f"https://www.openstreetmap.org/directions?{urlencode({'to': there})}"


def read_job_id(text: str) -> UUID:
    """
    Read a booking's outside name.

    :raises NotFound: when it is none.
    """
    return read_public_id("bk", text)


def jobs(cards: Sequence[BookingCard]) -> list[Job]:
    """Show bookings; their customers are asked for once."""
    if not cards:
        return []
    cities = {one.key: one.name for one in list_cities()}
    called = name_jobs((card.category_id, card.kind) for card in cards)
    people = get_contacts({card.customer_id for card in cards})
    shown = []
    for card in cards:
        who = people[card.customer_id]
        least, most = pay_of(card)
        shown.append(
            Job(
                id=public_id("bk", card.id),
                card=card,
                called=called[card.category_id, card.kind],
                customer=f"{who.first_name} {who.last_name[:1]}.".strip(),
                city=cities.get(card.city_key, ""),
                least=Money(least, card.currency),
                most=Money(most, card.currency),
                label=label_of(card),
                reference=card.reference,
            )
        )
    return shown


def job(booking_id: UUID, by: Actor) -> Job:
    """
    Show one job to its provider.

    :raises NotFound: when it is not theirs, or not any more.
    """
    return jobs([access_booking(booking_id=booking_id, by=by)])[0]


def place_of(card: BookingCard) -> Place | None:
    """Give the address of a job that is the provider's."""
    if card.address_id is None:
        return None
    return Place(get_address(card.customer_id, card.address_id), card.latitude, card.longitude)


def work_of(card: BookingCard, by: Actor, at: datetime) -> tuple[Work, list[Picture]]:
    """Give how the work goes, with its photographs."""
    work = get_work(booking_id=card.id, by=by, at=at)
    return work, pictures_of(work.photographs)


@dataclass(frozen=True)
class Offer:
    """An offer with what its job is called and the zone of its place."""

    id: str
    card: OfferCard
    called: JobName
    zone: str

    @property
    def seconds(self) -> int:
        """How long its window is in all."""
        return max(1, int((self.card.expires_at - self.card.offered_at).total_seconds()))

    @property
    def is_urgent(self) -> bool:
        """Whether it is a matter of minutes: only then seconds are counted in lists."""
        return self.seconds <= _URGENT_SECONDS


def offers(cards: Collection[OfferCard]) -> list[Offer]:
    """Show offers."""
    if not cards:
        return []
    called = name_jobs((card.category_id, card.kind) for card in cards)
    cities = list_cities()
    shown = []
    for card in cards:
        nearest = min(
            cities,
            key=lambda city: (city.latitude - card.area.latitude) ** 2 + (city.longitude - card.area.longitude) ** 2,
        )
        shown.append(Offer(public_id("of", card.id), card, called[card.category_id, card.kind], nearest.time_zone))
    return shown


@dataclass(frozen=True)
class Glance:
    """A map that is only looked at: an area or a point as JSON, what lies around it, and where one is."""

    area: str
    points: list[Point]
    near: str


def glance(latitude: float, longitude: float, radius_metres: int = 0, *, seen_from: UUID | None = None) -> Glance:
    """Show an area, or a point, among the ZIP codes around it; and the base of the provider who looks at it (`seen_from`)."""
    around = places_near(latitude, longitude, most=_LABELS_MOST)
    points = [Point(one.latitude, one.longitude, one.zip_code) for one in around]
    if seen_from is not None:
        reach = get_reach(seen_from)
        if reach.home_latitude is not None and reach.home_longitude is not None:
            points.append(Point(reach.home_latitude, reach.home_longitude, gettext("Your base"), "person"))
    area = json.dumps({"latitude": latitude, "longitude": longitude, "radius": radius_metres})
    return Glance(area, points, f"{around[0].city} {around[0].zip_code}" if around else "")


def is_over(card: BookingCard) -> bool:
    """Whether nothing can happen any more, not even by itself."""
    return card.status == BookingStatus.CLOSED
