"""The last look before a message is sent: is it still true, may it be sent, and is this the hour."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from uuid import UUID

from guildhall.bookings.queries import get_bookings
from guildhall.bookings.types import BookingCard
from guildhall.catalog.queries import list_cities
from guildhall.customers.queries import list_addresses
from guildhall.identity.queries import get_contacts, has_consent
from guildhall.identity.types import ConsentKind, Contact
from guildhall.kernel.actors import Actor
from guildhall.kernel.refusals import NotFound
from guildhall.matching.queries import get_offers
from guildhall.matching.types import OfferCard, OfferStatus
from guildhall.notifications import statements
from guildhall.notifications.models import OutgoingMessage
from guildhall.notifications.rules import STILL_TRUE, quiet_until
from guildhall.notifications.types import Channel
from guildhall.payments.queries import get_payment, list_payouts
from guildhall.payments.types import PayoutCard
from guildhall.policy.queries import get, is_paused
from guildhall.policy.types import EVERY_CITY, NotificationPolicy
from guildhall.providers.queries import get_schedule
from guildhall.reviews.queries import awaits_review

_READER = Actor("operator", name="notifications")
"""Sees a booking as operators do; the templates of a role hold what that role may know."""
_TO_ANYBODY = frozenset({"account.created", "account.registered_again", "code.requested"})


class Dropped(Exception):
    """The message is not worth sending any more, or must not be sent; the text is the reason."""


class Postponed(Exception):
    """Not now. `until` is the clock's, or None when somebody throws the switch back."""

    def __init__(self, reason: str, until: datetime | None = None) -> None:
        super().__init__(reason)
        self.until = until


@dataclass(frozen=True)
class Subject:
    """Whom and what a message is about, as they are now."""

    contact: Contact
    booking: BookingCard | None
    offer: OfferCard | None
    zone: str
    people: Mapping[UUID, Contact] = field(default_factory=dict)
    """The recipient and both sides of the booking, and maybe others."""
    list_payouts: Callable[[], Sequence[PayoutCard]] = tuple
    """Asks for the recipient's, once for all their messages."""


def look(message: OutgoingMessage, *, at: datetime) -> Subject:
    """
    Read what a message is about, and let it pass.

    :raises Dropped: over, untrue by now, no consent, no address to send it to.
    :raises Postponed: sending is paused there, or the recipient's quiet hours are on.
    """
    if at >= message.expires_at:
        raise Dropped("expired")
    subject = subject_of(message)
    _check_recipient(message, subject.contact)
    _check_offer(subject.offer, at)
    if subject.booking is not None:
        _check_booking(message, subject.booking)
        _check_review(message)
    if is_paused("notifications", subject.booking.city_key if subject.booking else EVERY_CITY):
        raise Postponed("paused")
    if not message.is_time_critical:
        hours = get(NotificationPolicy).quiet_hours
        until = quiet_until(at, zone=_home_zone(subject), starts=hours.starts, ends=hours.ends)
        if until is not None:
            raise Postponed("quiet_hours", until)
    return subject


def subject_of(message: OutgoingMessage) -> Subject:
    """
    Read whom and what a message is about.

    :raises Dropped: one of them is gone.
    """
    [subject] = subjects_of([message])
    if subject is None:
        raise Dropped("subject_gone")
    return subject


def subjects_of(messages: Sequence[OutgoingMessage]) -> list[Subject | None]:
    """Read whom and what messages are about, everything of one kind together; None where one of them is gone."""
    bookings = _bookings([found for message in messages if (found := _booking_id(message)) is not None])
    offers = _offers([found for message in messages if (found := _offer_id(message)) is not None])
    sides = {side for card in bookings.values() for side in (card.customer_id, card.provider_id) if side is not None}
    people = get_contacts({*sides, *(message.recipient_id for message in messages)})
    default_zone = cache(_default_zone)
    payouts_of = cache(list_payouts)

    def about(message: OutgoingMessage) -> Subject | None:
        booking_id, offer_id = _booking_id(message), _offer_id(message)
        booking = None if booking_id is None else bookings.get(booking_id)
        offer = None if offer_id is None else offers.get(offer_id)
        is_gone = (booking_id and not booking) or (offer_id and not offer) or message.recipient_id not in people
        if is_gone:
            return None
        return Subject(
            contact=people[message.recipient_id],
            booking=booking,
            offer=offer,
            zone=booking.time_zone if booking else default_zone(),
            people=people,
            list_payouts=partial(payouts_of, message.recipient_id),
        )

    return [about(message) for message in messages]


def _bookings(booking_ids: Collection[UUID]) -> dict[UUID, BookingCard]:
    return get_bookings(booking_ids=booking_ids, by=_READER) if booking_ids else {}


def _offers(offer_ids: Collection[UUID]) -> dict[UUID, OfferCard]:
    return get_offers(offer_ids) if offer_ids else {}


def _booking_id(message: OutgoingMessage) -> UUID | None:
    kind, _, number = message.reference.partition(":")
    return UUID(number) if kind == "booking" else None


def _offer_id(message: OutgoingMessage) -> UUID | None:
    return UUID(message.facts["offer_id"]) if "offer_id" in message.facts else None


def _check_recipient(message: OutgoingMessage, contact: Contact) -> None:
    if message.event_name not in _TO_ANYBODY and not statements.is_open(contact.id):
        raise Dropped("account_not_open")
    if message.channel == Channel.SMS:
        if not contact.phone_number:
            raise Dropped("no_number")
        if not has_consent(contact.id, ConsentKind.SMS_OFFERS):
            raise Dropped("no_consent")


def _check_offer(offer: OfferCard | None, at: datetime) -> None:
    if offer is not None and (offer.status != OfferStatus.OPEN or offer.expires_at <= at):
        raise Dropped("offer_over")


def _check_booking(message: OutgoingMessage, booking: BookingCard) -> None:
    """A message that speaks of what is to come must fit the booking as it is; one that records the past always does."""
    if message.facts.get("cause") == "decision" and _was_told_of_decision(message):
        raise Dropped("told_with_the_decision")
    statuses = STILL_TRUE.get(message.event_name)
    if statuses is None:
        return
    told_provider = message.facts.get("provider_id")
    has_changed = booking.status not in statuses or booking.cancelled_by
    if has_changed or (told_provider and UUID(told_provider) != booking.provider_id):
        raise Dropped("overtaken")
    starts_at = message.facts.get("starts_at")
    if message.event_name == "booking.reminder_due" and datetime.fromisoformat(starts_at) != booking.starts_at:
        raise Dropped("overtaken")
    if message.event_name == "booking.payment_action_needed" and _is_authorized(message.reference):
        raise Dropped("overtaken")


def _check_review(message: OutgoingMessage) -> None:
    """Nobody is asked for a review that they have written since, or cannot write any more."""
    if message.event_name == "review.submitted" and not awaits_review(
        booking_id=UUID(message.reference.removeprefix("booking:")), account_id=message.recipient_id
    ):
        raise Dropped("overtaken")


def _was_told_of_decision(message: OutgoingMessage) -> bool:
    """Whether the same person learns the same from the message about the operator's decision."""
    told = OutgoingMessage.objects.filter(
        reference=message.reference,
        event_name="booking.decided",
        event_seq__lt=message.event_seq,
        recipient=message.recipient_id,
        channel=message.channel,
    )
    return told.exclude(status__in=["dropped", "failed"]).exists()


def _is_authorized(reference: str) -> bool:
    try:
        return get_payment(reference).payment_state == "authorized"
    except NotFound:
        return False


def _home_zone(subject: Subject) -> str:
    """Where the recipient sleeps: a provider's own zone, a customer's first address, else the place of the job."""
    contact = subject.contact
    if contact.role == "provider":
        return get_schedule(contact.id).time_zone
    if contact.role == "customer" and (addresses := list_addresses(contact.id)):
        return addresses[0].time_zone
    return subject.zone


def _default_zone() -> str:
    """The first city's: for messages that belong to no job."""
    cities = list_cities()
    return cities[0].time_zone if cities else "UTC"
