"""How bookings look in the API."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from ninja import Schema

from guildhall.bookings.types import BookingCard, OnTheWay
from guildhall.catalog.queries import get_category_by_id
from guildhall.customers.queries import get_address
from guildhall.kernel.actors import Actor
from guildhall.kernel.money import Money
from guildhall.matching.queries import get_cascade
from guildhall.matching.types import CascadeCard, WaveCard
from guildhall.payments.queries import get_payment, list_transactions, payment_states
from guildhall.payments.types import PaymentState, TipCard
from guildhall.web.api.fields import (
    BookingId,
    CustomerId,
    Instant,
    ProviderId,
    ServiceId,
    TipId,
    TransactionId,
)
from guildhall.web.api.schemas import MoneyOut, PositionOut
from guildhall.web.api.v1.users import AddressOut

_AREA_METRES = 500


class EstimateOut(Schema):
    """Prices before anybody was found; `up_to` is what is held on the card."""

    from_price: MoneyOut
    to_price: MoneyOut
    up_to: MoneyOut


class PlaceOut(Schema):
    """Where: the exact place, or before confirmation a circle that holds it."""

    latitude: float
    longitude: float
    radius_metres: int


class WaveOut(Schema):
    """A wave of offers: whom it asked, how many, until when."""

    number: int
    kind: str
    tier_rank: int | None
    asked: int
    opened_at: Instant
    until: Instant

    @classmethod
    def of(cls, wave: WaveCard) -> "WaveOut":
        """Show a wave."""
        return cls(
            number=wave.number,
            kind=wave.kind.value,
            tier_rank=wave.tier_rank,
            asked=wave.asked,
            opened_at=wave.opened_at,
            until=wave.until,
        )


class CascadeOut(Schema):
    """The search for a provider (R18): the wave that is being asked now, and those before it."""

    status: str
    wave_number: int | None
    wave_kind: str | None
    tier_rank: int | None
    asked: int
    declined: int
    until: Instant | None
    waves: list[WaveOut]

    @classmethod
    def of(cls, cascade: CascadeCard) -> "CascadeOut":
        """Show a cascade."""
        wave = cascade.wave
        return cls(
            status=cascade.status.value,
            wave_number=wave.number if wave else None,
            wave_kind=wave.kind.value if wave else None,
            tier_rank=wave.tier_rank if wave else None,
            asked=cascade.asked,
            declined=cascade.declined,
            until=wave.until if wave else None,
            waves=[WaveOut.of(one) for one in cascade.waves],
        )


class OnTheWayOut(Schema):
    """
    Where the provider is while they drive (seen `seen_at`), how far in a straight line, and when they may arrive: an estimate
    from that distance and a usual speed, which knows nothing of the traffic.
    """

    position: PositionOut
    accuracy_metres: int
    seen_at: Instant
    distance_metres: int
    estimated_minutes: int
    estimated_arrival_at: Instant

    @classmethod
    def of(cls, way: OnTheWay) -> "OnTheWayOut":
        """Show the way."""
        return cls(
            position=PositionOut(latitude=way.position.latitude, longitude=way.position.longitude),
            accuracy_metres=way.accuracy_metres,
            seen_at=way.seen_at,
            distance_metres=way.distance_metres,
            estimated_minutes=way.minutes,
            estimated_arrival_at=way.arrives_at,
        )


class BookingSummary(Schema):
    """A booking (R85) in a list."""

    id: BookingId
    seeker_user_id: CustomerId
    provider_user_id: ProviderId | None
    service_id: ServiceId | None
    kind: str
    mode: str
    status: str
    scheduled_start_time: Instant
    scheduled_end_time: Instant
    time_zone: str
    total_price: MoneyOut | None
    estimate: EstimateOut
    requested_at: Instant
    deadline_at: Instant | None
    city: str
    payment_state: str

    @classmethod
    def of(cls, card: BookingCard, payment_state: str) -> "BookingSummary":
        """Show a booking to one of its parties."""
        return cls(**_summary(card), payment_state=payment_state)


class BookingOut(BookingSummary):
    """
    A booking (R85) in full. `payment_state` and `payout_state` stand beside its status; `start_code` and `purchase_order` are for its customer, the
    exact place and address for the provider from confirmation on; `cascade` and `on_the_way` (while somebody drives who lets their
    position be seen) are for the customer and operators. `is_place_pinned` says that work may be started by position.
    """

    category_id: str
    minutes_from: int
    minutes_to: int
    payout_state: str
    payment_transaction_id: TransactionId | None
    authorized: MoneyOut
    captured: MoneyOut
    is_payment_blocked: bool
    place: PlaceOut
    address: AddressOut | None
    instructions: str
    purchase_order: str
    tier_rank: int | None
    start_code: str | None
    cancellation_terms: str
    cancelled_by: str
    cancellation_fee: MoneyOut
    confirmed_at: Instant | None
    arrived_at: Instant | None
    started_at: Instant | None
    finished_at: Instant | None
    logged_minutes: int | None
    contested_minutes: int | None
    settled_minutes: int | None
    break_minutes: int
    is_flagged: bool
    reason: str
    cascade: CascadeOut | None
    is_place_pinned: bool
    on_the_way: OnTheWayOut | None


class CancellationOut(Schema):
    """What cancelling now would cost the customer, and the rule in a sentence."""

    fee: MoneyOut
    terms: str


class CardOut(Schema):
    """The vendor's page for this booking's card. `url` is null while we ask the vendor for it: ask again after `Retry-After`."""

    purpose: str
    status: str
    url: str | None
    expires_at: Instant


def summaries_of(cards: Sequence[BookingCard]) -> Callable[[BookingCard], BookingSummary]:
    """Show bookings of a list; what payments knows of them all is asked once."""
    states = payment_states([card.reference for card in cards])
    return lambda card: BookingSummary.of(card, states.get(card.reference, PaymentState.NONE))


def show_booking(card: BookingCard, to: Actor, way: OnTheWay | None = None) -> BookingOut:
    """
    Show a booking in full to one of its parties.

    `way` is for those who read it: answers to requests that change something are kept for a day, and nobody's position is.
    """
    money = get_payment(card.reference)
    transactions = list_transactions(card.reference)
    cascade = get_cascade(card.reference) if to.kind != "provider" else None
    return BookingOut(
        **_summary(card),
        **_progress(card),
        category_id=get_category_by_id(card.category_id).key,
        payment_state=money.payment_state,
        payout_state=money.payout_state,
        payment_transaction_id=transactions[-1].id if transactions else None,
        authorized=_minor(money.authorized_minor, card),
        captured=_minor(money.captured_minor, card),
        is_payment_blocked=money.is_blocked,
        place=_place(card),
        address=AddressOut.of(get_address(card.customer_id, card.address_id)) if card.address_id else None,
        cancellation_terms=cancellation_terms(card),
        cancellation_fee=_minor(card.cancellation_fee_minor, card),
        cascade=CascadeOut.of(cascade) if cascade else None,
        is_place_pinned=card.is_pinned,
        on_the_way=OnTheWayOut.of(way) if way else None,
    )


def cancellation_terms(card: BookingCard) -> str:
    """Say in a sentence what a cancellation by the customer costs, by the terms of the request."""
    terms = card.terms
    if card.mode == "asap":
        if not terms.asap_call_out:
            return "Cancelling is free until the work starts."
        fee = _call_out(card)
        return f"Cancelling is free until the provider is on the way; after that the call-out fee{fee} is due."
    return (
        f"Cancelling is free until a provider has confirmed, and up to {terms.free_hours_before} hours before the start; "
        f"after that {terms.late_fee_percent} % of the lower estimate is due."
    )


def booking_of(reference: str) -> UUID:
    """Give the id of the booking that a reference names."""
    return UUID(reference.removeprefix("booking:"))


def _call_out(card: BookingCard) -> str:
    fees = sorted({price.call_out_minor for price in card.terms.prices if card.tier_rank in {None, price.tier_rank}})
    if not fees:
        return ""
    shown = [Money(fee, card.currency).shown() for fee in (fees[0], fees[-1])]
    return f" of {shown[0]}" if shown[0] == shown[1] else f" of {shown[0]} to {shown[1]}"


def _minor(amount: int, card: BookingCard) -> MoneyOut:
    return MoneyOut(amount_minor=amount, currency=card.currency)


def _place(card: BookingCard) -> PlaceOut:
    radius_metres = 0 if card.is_exact_place else _AREA_METRES
    return PlaceOut(latitude=card.latitude, longitude=card.longitude, radius_metres=radius_metres)


def _summary(card: BookingCard) -> dict[str, Any]:
    return {
        "id": card.id,
        "seeker_user_id": card.customer_id,
        "provider_user_id": card.provider_id,
        "service_id": card.service_id,
        "kind": card.kind,
        "mode": card.mode,
        "status": card.status,
        "scheduled_start_time": card.starts_at,
        "scheduled_end_time": card.starts_at + timedelta(minutes=card.minutes_to),
        "time_zone": card.time_zone,
        "total_price": None if card.total_minor is None else _minor(card.total_minor, card),
        "estimate": EstimateOut(
            from_price=_minor(card.estimate_from_minor, card),
            to_price=_minor(card.estimate_to_minor, card),
            up_to=_minor(card.authorize_minor, card),
        ),
        "requested_at": card.requested_at,
        "deadline_at": card.deadline_at,
        "city": card.city_key,
    }


def _progress(card: BookingCard) -> dict[str, Any]:
    names = (
        "minutes_from",
        "minutes_to",
        "instructions",
        "purchase_order",
        "tier_rank",
        "start_code",
        "cancelled_by",
        "confirmed_at",
        "arrived_at",
        "started_at",
        "finished_at",
        "logged_minutes",
        "contested_minutes",
        "settled_minutes",
        "break_minutes",
        "is_flagged",
        "reason",
    )
    return {name: getattr(card, name) for name in names}


class TipOut(Schema):
    """A tip: `status` is requested, paid or refused; `refusal_code` is the bank's word, or authentication_required."""

    id: TipId
    amount: MoneyOut
    status: str
    refusal_code: str
    payout_state: str
    given_at: Instant

    @classmethod
    def of(cls, card: TipCard) -> "TipOut":
        """Show a tip."""
        return cls(
            id=card.id,
            amount=MoneyOut(amount_minor=card.amount_minor, currency=card.currency),
            status=card.status,
            refusal_code=card.refusal_code,
            payout_state=card.payout_state,
            given_at=card.given_at,
        )
