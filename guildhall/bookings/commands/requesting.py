"""Asking for work."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from psycopg.types.range import TimestamptzRange

from guildhall.bookings import lifecycle, rules
from guildhall.bookings.commands import paying
from guildhall.bookings.commands.steps import DEADLINE, step
from guildhall.bookings.events import BookingRequested, BookingWaiting, MatchingStarted
from guildhall.bookings.models import Booking
from guildhall.bookings.types import BookingRequest, BookingStatus, Quote, Terms, TierPrice
from guildhall.catalog import queries as catalog
from guildhall.customers import queries as customers
from guildhall.customers.types import Address, Precision
from guildhall.eventlog.commands import publish
from guildhall.kernel.actors import Actor
from guildhall.kernel.moves import Move
from guildhall.kernel.refusals import DoesNotExist, Invalid, NotAllowed, NotFound
from guildhall.kernel.rows import add
from guildhall.kernel.texts import clean_line, clean_text
from guildhall.matching import commands as matching
from guildhall.matching.types import Mode, Place
from guildhall.policy import queries as policy
from guildhall.policy.types import BookingPolicy, CancellationPolicy, MatchingPolicy, MoneyPolicy
from guildhall.providers import queries as providers
from guildhall.providers.types import Profile
from guildhall.scheduling.queries import to_instant
from guildhall.timers.commands import set_timer

_INSTRUCTIONS_LENGTH_MAX = 2_000
_PURCHASE_ORDER_LENGTH_MAX = 60


class NotServedHere(Invalid):
    """Nobody works at this place."""

    code = "not_served_here"
    default_detail = "We do not work at this address yet."


class BadTime(Invalid):
    """The start lies in the past, too near, or too far ahead."""

    code = "bad_time"
    default_detail = "Choose another time."


class TooSoon(BadTime):
    """Nobody can be found by then."""

    default_detail = "A booked time starts at least %(minutes)d minutes from now."


class TooFarAhead(BadTime):
    """It lies beyond the horizon of the bookings' policy."""

    default_detail = "Bookings reach at most %(days)d days ahead."


class BadLength(Invalid):
    """The job is shorter or longer than can be booked."""

    code = "bad_length"
    default_detail = "Choose another length."


class LengthOutOfRange(BadLength):
    """It is not what the bookings' policy allows."""

    default_detail = "A job takes %(least)d to %(most)d minutes."


class Window:
    """The job's time at its place."""

    def __init__(self, starts_at: datetime, starts_local: str) -> None:
        self.starts_at = starts_at
        self.starts_local = starts_local


@transaction.atomic
def request_booking(*, customer_id: UUID, request: BookingRequest, by: Actor, at: datetime) -> UUID:
    """
    Ask for work, at a frozen price, and arrange the card. Gives the booking's id; no answer of a provider is waited for.

    :raises DoesNotExist: when it names an address, category, kind of job, provider or listing that is not there for this customer.
    :raises NotServedHere: when the address lies outside every city of the marketplace.
    :raises BadTime: when the start is in the past, too near or too far ahead.
    :raises BadLength: when the job is too short or too long.
    :raises NonexistentTime: when clocks skip the wall time that was asked for.
    :raises AmbiguousTime: when clocks pass it twice and `fold` does not say which is meant.
    """
    if not (by == Actor.customer(customer_id) or by.kind == "operator"):
        raise NotAllowed
    booking = drafted(customer_id=customer_id, request=request, at=at)
    booking.deadline_at = at + timedelta(minutes=booking.promised.card_minutes)
    add(booking)
    set_timer(kind=DEADLINE, reference=str(booking.id), due_at=booking.deadline_at)
    publish(BookingRequested.of(booking, **what_is_asked(booking)), by=by, at=at)
    go_on(booking, by=by, at=at)
    return booking.id


def drafted(*, customer_id: UUID, request: BookingRequest, at: datetime) -> Booking:
    """Make the booking of a request, at its frozen price, unsaved and without a deadline; raises as `request_booking` does."""
    address = _address(customer_id, request.address_id)
    category = catalog.get_category(request.category)
    minutes_from, minutes_to = _minutes(category.key, request.kind, request.minutes_from, request.minutes_to)
    city = catalog.city_of(address.latitude, address.longitude)
    if city is None:
        raise NotServedHere
    limits = policy.get(BookingPolicy)
    terms = terms_now(category.key)
    window = window_of(request.starts_at, request.fold, zone=address.time_zone, at=at, limits=limits, terms=terms)
    estimate = rules.quote(terms, minutes_from=minutes_from, minutes_to=minutes_to)
    planned = rules.planned_range(window.starts_at, minutes_to=minutes_to, buffer_minutes=limits.travel_buffer_minutes)
    return Booking(
        version=1,
        status=BookingStatus.AWAITING_CARD,
        mode=request.mode,
        customer_id=customer_id,
        direct_provider_id=_direct_provider(request, category.id),
        service_id=request.service_id,
        category_id=category.id,
        kind=request.kind or "",
        planned=TimestamptzRange(*planned),
        starts_local=window.starts_local,
        minutes_from=minutes_from,
        minutes_to=minutes_to,
        buffer_minutes=limits.travel_buffer_minutes,
        instructions=clean_text(request.instructions, field="instructions", length_max=_INSTRUCTIONS_LENGTH_MAX),
        purchase_order=clean_line(
            request.purchase_order, field="purchase_order", length_max=_PURCHASE_ORDER_LENGTH_MAX, required=False
        ),
        start_code=f"{secrets.randbelow(10_000):04}",
        policy_versions=_policy_versions(),
        requested_at=at,
        **_place(address, city.key),
        **_price(terms, estimate),
    )


def what_is_asked(booking: Booking) -> dict[str, object]:
    """Give what the fact of a request tells of it."""
    return {"category_id": booking.category_id, "starts_at": booking.starts_at}


def go_on(booking: Booking, *, by: Actor, at: datetime) -> None:
    """Ask for the card that the request needs; with one on file a scheduled booking goes on to its search."""
    if paying.arrange(booking, at=at):
        find_a_provider(booking, later=lifecycle.AWAIT_MATCHING, now=lifecycle.START_MATCHING, by=by, at=at)


def estimate_booking(
    *, category: str, kind: str | None = None, minutes_from: int | None = None, minutes_to: int | None = None
) -> Quote:
    """
    Give the price that a request would be given now, before anybody signs up. Changes nothing.

    :raises DoesNotExist: when there is no such category, or no such kind of job in it.
    :raises BadLength: when the job is too short or too long.
    """
    shortest, longest = _minutes(category, kind, minutes_from, minutes_to)
    return rules.quote(terms_now(category), minutes_from=shortest, minutes_to=longest)


def estimate_category(*, category: str) -> dict[str, Quote]:
    """
    Give the price of every kind of job of a category as a request would be given it now, by the kind's key. Changes nothing.

    :raises DoesNotExist: when there is no such category.
    """
    terms = terms_now(category)
    return {
        kind.key: rules.quote(terms, minutes_from=kind.minutes_from, minutes_to=kind.minutes_to)
        for kind in catalog.list_job_kinds(category)
    }


def check_start(*, starts_at: datetime, fold: int | None, zone: str, at: datetime) -> datetime:
    """
    Give the instant at which a request for a wall time (naive) in a zone would begin, as `request_booking` checks it. Changes nothing.

    :raises BadTime: when it is in the past, too near or too far ahead. :raises NonexistentTime: when clocks skip it.
    :raises AmbiguousTime: when clocks pass it twice and `fold` does not say which is meant.
    """
    return _start_of(starts_at, fold, zone=zone, at=at, limits=policy.get(BookingPolicy))


def find_a_provider(booking: Booking, *, later: Move, now: Move, by: Actor, at: datetime) -> None:
    """Start matching when its time has come, else wait for it."""
    starts_at = rules.matching_starts_at(booking.promised, starts_at=booking.starts_at, at=at)
    if booking.mode == "scheduled" and starts_at > at:
        told = {"matching_starts_at": starts_at}
        step(booking, later, BookingWaiting, by=by, at=at, deadline_at=starts_at, tell=told)
        return
    step(booking, now, MatchingStarted, by=by, at=at, deadline_at=None)
    open_cascade(booking, by=by, at=at)


def open_cascade(booking: Booking, *, by: Actor, at: datetime) -> None:
    """Offer the job to favourites, then tier by tier; to one provider when it was booked directly."""
    blocked = customers.blocked_ids(booking.customer_id)
    matching.open_cascade(
        reference=booking.reference,
        mode=Mode(booking.mode),
        place=Place(latitude=booking.latitude, longitude=booking.longitude),
        category_id=booking.category_id,
        kind=booking.kind,
        starts_at=None if booking.mode == "asap" else booking.starts_at,
        planned_minutes=booking.minutes_to + booking.buffer_minutes,
        minutes_from=booking.minutes_from,
        favourites=customers.favourite_ids(booking.customer_id),
        excluded=[*booking.excluded, *(blocked - set(booking.excluded))],
        direct_to=booking.direct_provider_id,
        net_minor_by_tier=rules.net_minor_by_tier(booking.promised, booking.minutes_from),
        currency=booking.currency,
        city_key=booking.city_key,
        by=by,
        at=at,
    )


def window_of(
    local: datetime | None, fold: int | None, *, zone: str, at: datetime, limits: BookingPolicy, terms: Terms
) -> Window:
    """
    Give the start as an instant, from wall time at the job's place; without one the start is now and the way there.

    :raises BadTime: when it is in the past, too near or too far ahead.
    """
    if local is None:
        return Window(at + timedelta(minutes=terms.asap_travel_allowance_minutes), "")
    return Window(_start_of(local, fold, zone=zone, at=at, limits=limits), local.isoformat())


def _start_of(local: datetime, fold: int | None, *, zone: str, at: datetime, limits: BookingPolicy) -> datetime:
    starts_at = to_instant(local, zone, fold)
    if starts_at < at + timedelta(minutes=limits.scheduled_notice_minutes):
        raise TooSoon(minutes=limits.scheduled_notice_minutes)
    if starts_at > at + timedelta(days=limits.horizon_days):
        raise TooFarAhead(days=limits.horizon_days)
    return starts_at


def terms_now(category_key: str) -> Terms:
    """Freeze what the policies and the rate card promise at this moment."""
    matching_policy = policy.get(MatchingPolicy)
    values = {
        **policy.get(BookingPolicy).model_dump(),
        **policy.get(MoneyPolicy).model_dump(),
        **policy.get(CancellationPolicy).model_dump(),
        "asap_travel_allowance_minutes": matching_policy.asap_travel_allowance_minutes,
        "starts_days_before": matching_policy.starts_days_before,
    }
    prices = tuple(
        TierPrice(
            tier_rank=rate.tier_rank,
            hourly_minor=rate.hourly_minor,
            call_out_minor=rate.call_out_minor,
            minimum_minutes=rate.minimum_minutes,
        )
        for rate in catalog.rate_card(category_key)
    )
    return Terms.model_validate({**values, "prices": prices})


def _policy_versions() -> dict[str, int]:
    kinds = (BookingPolicy, MoneyPolicy, CancellationPolicy, MatchingPolicy)
    return {kind.document: policy.current_version(kind) for kind in kinds}


def _minutes(category_key: str, kind: str | None, minutes_from: int | None, minutes_to: int | None) -> tuple[int, int]:
    """The job's length, from - to: the customer's, else the usual one of its kind."""
    usual = None
    if kind is not None:
        usual = catalog.get_job_kind(kind)
        if usual.category_key != category_key:
            raise DoesNotExist("There is no such kind of job in this category.", field="kind")
    shortest = usual.minutes_from if minutes_from is None and usual else minutes_from
    longest = usual.minutes_to if minutes_to is None and usual else minutes_to
    if longest is None:
        longest = shortest
    if shortest is None or longest is None:
        raise BadLength("Say what kind of job it is, or how long it takes.")
    limits = policy.get(BookingPolicy)
    if not limits.minutes_min <= shortest <= longest <= limits.minutes_max:
        raise LengthOutOfRange(least=limits.minutes_min, most=limits.minutes_max)
    return shortest, longest


def _direct_provider(request: BookingRequest, category_id: int) -> UUID | None:
    """The provider whom the customer chose, if they work in the category (and the listing, if one is named, is theirs)."""
    if request.provider_id is None:
        if request.service_id is not None:
            raise DoesNotExist("A listing is booked together with its provider.", field="provider_id")
        return None
    profile = _profile(request.provider_id)
    if request.service_id is not None and request.service_id not in {service.id for service in profile.services}:
        raise DoesNotExist("This provider has no such listing.", field="service_id")
    if category_id not in profile.category_ids:
        raise DoesNotExist("This provider does not work in that category.", field="provider_id")
    return profile.id


def _profile(provider_id: UUID) -> Profile:
    try:
        return providers.get_profile(provider_id)
    except NotFound:
        raise DoesNotExist("There is no such provider.", field="provider_id") from None


def _place(address: Address, city_key: str) -> dict[str, object]:
    return {
        "address_id": address.id,
        "latitude": address.latitude,
        "longitude": address.longitude,
        "is_pinned": address.precision == Precision.PIN,
        "time_zone": address.time_zone,
        "city_key": city_key,
    }


def _address(customer_id: UUID, address_id: UUID) -> Address:
    try:
        return customers.get_address(customer_id, address_id)
    except NotFound:
        raise DoesNotExist("There is no such address.", field="address_id") from None


def _price(terms: Terms, estimate: Quote) -> dict[str, object]:
    return {
        "terms": terms.model_dump(mode="json"),
        "currency": estimate.currency,
        "estimate_from_minor": estimate.from_minor,
        "estimate_to_minor": estimate.to_minor,
        "authorize_minor": estimate.authorize_minor,
    }
