"""Bookings of the tests, brought to where they are by commands, events and deadlines."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from guildhall.bookings.commands import accept_offer, arrive, finish_work, leave, request_booking, start_work
from guildhall.bookings.models import Booking
from guildhall.bookings.types import BookingRequest
from guildhall.eventlog import delivery
from guildhall.eventlog.queries import timeline
from guildhall.matching.models import Offer
from guildhall.timers.firing import sweep
from guildhall.timers.queries import clock_now
from tests import given_people as people
from tests.api.vendor import says_yes
from tests.given_matching import clock_at, later
from tests.given_matching import providers as given_providers
from tests.given_people import Person

__all__ = [
    "asap",
    "authorized",
    "booking",
    "completed",
    "facts",
    "given_providers",
    "let_it_happen",
    "offers",
    "scheduled",
    "started",
    "taken",
]


def local_start(at: datetime, zone: str = people.LOS_ANGELES) -> datetime:
    """The wall time (naive) that clocks of a zone show at an instant, on the full minute."""
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None, second=0, microsecond=0)


def scheduled(customer: Person, *, hours_ahead: float = 72, **wishes: Any) -> UUID:
    """A request for three days ahead at 10 in the morning there, by somebody with a card on file; not offered to anybody yet."""
    assert customer.address_id is not None
    starts_at = local_start(clock_now() + timedelta(hours=hours_ahead)).replace(hour=10, minute=0)
    values = {"category": "audio", "minutes_from": 60, "minutes_to": 120, "starts_at": starts_at, **wishes}
    request = BookingRequest(mode="scheduled", address_id=customer.address_id, **values)
    return request_booking(customer_id=customer.id, request=request, by=customer.actor, at=clock_now())


def let_it_happen(rounds: int = 8) -> None:
    """Fire what is due, deliver what was told, and have the vendor say yes, until nothing moves."""
    for _ in range(rounds):
        if not sweep() + delivery.drain() + says_yes():
            return


def asap(customer: Person, **wishes: Any) -> UUID:
    """A request for now, with an audio job of one to two hours."""
    assert customer.address_id is not None
    values = {"category": "audio", "minutes_from": 60, "minutes_to": 120, **wishes}
    request = BookingRequest(mode="asap", address_id=customer.address_id, **values)
    return request_booking(customer_id=customer.id, request=request, by=customer.actor, at=clock_now())


def authorized(customer: Person, provider: Person, **wishes: Any) -> UUID:
    """A scheduled booking that a provider has accepted, an hour before its start, its money held."""
    booking_id = taken(customer, provider, **wishes)
    clock_at(booking(booking_id).starts_at - timedelta(hours=1))
    let_it_happen()
    return booking_id


def started(customer: Person, provider: Person, **wishes: Any) -> UUID:
    """A booking whose work has begun, on time."""
    booking_id = authorized(customer, provider, **wishes)
    own = {"booking_id": booking_id, "by": provider.actor}
    leave(**own, at=clock_now())
    arrive(**own, at=clock_now())
    clock_at(booking(booking_id).starts_at)
    start_work(**own, start_code=booking(booking_id).start_code, at=clock_now())
    return booking_id


def completed(customer: Person, provider: Person, *, minutes: int = 90, **wishes: Any) -> UUID:
    """A booking whose provider has stopped after so many minutes and logged them."""
    booking_id = started(customer, provider, **wishes)
    later(minutes=minutes)
    finish_work(booking_id=booking_id, by=provider.actor, at=clock_now())
    return booking_id


def booking(booking_id: UUID) -> Booking:
    """The booking as it stands."""
    return Booking.objects.get(id=booking_id)


def offers(booking_id: UUID) -> dict[UUID, UUID]:
    """Open offers of a booking: provider to offer."""
    rows = Offer.objects.filter(cascade__reference=f"booking:{booking_id}", status="open")
    return {row.provider_id: row.id for row in rows}


def taken(customer: Person, provider: Person, **wishes: Any) -> UUID:
    """A scheduled booking that a provider has accepted."""
    booking_id = scheduled(customer, **wishes)
    for _ in range(4):
        let_it_happen()
        if provider.id in offers(booking_id):
            break
    accept_offer(offer_id=offers(booking_id)[provider.id], by=provider.actor, at=clock_now())
    return booking_id


def facts(booking_id: UUID, prefix: str = "") -> list[str]:
    """Names of what happened, in order."""
    return [fact.name for fact in timeline(f"booking:{booking_id}") if fact.name.startswith(prefix)]
