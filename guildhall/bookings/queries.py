"""Reading bookings: what each party may see, decided here, frozen."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Q

from guildhall.bookings import rules
from guildhall.bookings.lifecycle import BEFORE_CONFIRMATION
from guildhall.bookings.models import Booking, Break, Evidence, Whereabouts
from guildhall.bookings.types import (
    BookingCard,
    BookingFilter,
    BookingStatus,
    OnTheWay,
    Photograph,
    Position,
    Receipt,
    Waiting,
    Work,
)
from guildhall.kernel.actors import Actor
from guildhall.kernel.refusals import NotAllowed, NotFound
from guildhall.kernel.rows import fetch, fetch_all, read
from guildhall.policy import queries as policy
from guildhall.policy.types import BookingPolicy

_OVER = frozenset({BookingStatus.SETTLED, BookingStatus.CANCELLED, BookingStatus.CLOSED})
_AREA_DEGREES = 2
"""Decimal places of a place shown as an area: about a kilometre, so a 500 m circle never centres on the door."""
_GRACE_MOST = timedelta(hours=4)
"""No start has a longer grace (`BookingPolicy.start_grace_minutes`)."""
# Written out, because every page of an operator counts them. Deadlines bound the search: the index of what is pending is by status and deadline.
_WAITING = {
    Waiting.UNFILLED: "status = 'unfilled'",
    Waiting.CONTESTED: "status = 'contested'",
    Waiting.UNRESOLVED: "status = 'unresolved'",
    Waiting.LATE: "status in ('confirmed', 'en_route', 'arrived') and lower(planned) <= %(at)s and deadline_at <= %(grace_ends)s",
    Waiting.OVERRUN: "status = 'in_progress' and upper(planned) <= %(at)s",
    Waiting.UNCOLLECTED: "status in ('settled', 'cancelled') and deadline_at <= %(at)s",
}


def access_booking(*, booking_id: UUID, by: Actor) -> BookingCard:
    """
    Load a booking for one of its parties: its customer, its provider (from confirmation on), an operator.

    :raises NotFound: for everybody else, as if there were none.
    """
    return _card(_seen(booking_id, by), by)


def _seen(booking_id: UUID, by: Actor) -> Booking:
    booking, scope = fetch(Booking, "id", booking_id), _scope(by)
    if booking is None or not _is_in(scope, booking):
        raise NotFound
    return booking


def _is_in(scope: dict[str, object], booking: Booking) -> bool:
    return all(getattr(booking, party) == whose for party, whose in scope.items())


def list_bookings(
    *,
    by: Actor,
    of: UUID,
    status: str | None = None,
    is_over: bool | None = None,
    before: tuple[datetime, UUID] | None = None,
    limit: int = 20,
) -> list[BookingCard]:
    """
    Bookings of a customer or provider, newest first; `before` is the (requested_at, id) of the last one seen.

    `is_over` picks those that are settled or cancelled, or (False) those in which something is still to happen.

    :raises NotFound: when a customer or provider asks for somebody else's.
    """
    if by.kind != "operator" and by.id != of:
        raise NotFound
    party = Booking.objects.filter(customer_id=of) | Booking.objects.filter(provider_id=of)
    rows = party.filter(**_scope(by)).order_by("-requested_at", "-id")
    if status is not None:
        rows = rows.filter(status=status)
    if is_over is not None:
        rows = rows.filter(status__in=_OVER) if is_over else rows.exclude(status__in=_OVER)
    if before is not None:
        at, booking_id = before
        rows = rows.filter(requested_at__lte=at).exclude(requested_at=at, id__gte=booking_id)
    return [_card(booking, by) for booking in rows[:limit]]


def list_jobs(
    *,
    by: Actor,
    provider_id: UUID,
    statuses: Collection[str] = (),
    starts_from: datetime | None = None,
    starts_before: datetime | None = None,
    limit: int = 200,
) -> list[BookingCard]:
    """
    Jobs that a provider has or had, in the order of their time; `starts_from` and `starts_before` bound it, `statuses` picks.

    :raises NotFound: when another provider, or a customer, asks.
    """
    if by.kind != "operator" and by.id != provider_id:
        raise NotFound
    rows = Booking.objects.filter(**{**_scope(by), "provider_id": provider_id}).order_by("planned__startswith", "id")
    if statuses:
        rows = rows.filter(status__in=[str(status) for status in statuses])
    if starts_from is not None:
        rows = rows.filter(planned__startswith__gte=starts_from)
    if starts_before is not None:
        rows = rows.filter(planned__startswith__lt=starts_before)
    return [_card(booking, by) for booking in rows[:limit]]


def pay_of(card: BookingCard) -> tuple[int, int]:
    """
    Give what the provider is left with after the fee, minor units: for the shortest and the longest expected time, or the final sum twice.

    A cancelled job pays what its fee leaves; nothing is promised before somebody has taken the job.
    """
    if card.cancelled_by or card.tier_rank is None:
        compensation = rules.compensation(card.terms, card.cancellation_fee_minor).provider_minor
        return compensation, compensation
    if card.total_minor is not None:
        final = rules.split(card.terms, card.total_minor).provider_minor
        return final, final
    least, most = (
        rules.net_minor_by_tier(card.terms, minutes)[card.tier_rank] for minutes in (card.minutes_from, card.minutes_to)
    )
    return least, most


def get_work(*, booking_id: UUID, by: Actor, at: datetime) -> Work:
    """
    Give how the work of a booking goes, for those who may see the booking.

    :raises NotFound: for everybody else.
    """
    booking = _seen(booking_id, by)
    breaks = read(Break, "where booking_id = %s order by started_at", [booking_id])
    until = booking.finished_at or at
    spans = [(one.started_at, one.ended_at or until) for one in breaks]
    elapsed = (
        rules.worked_minutes(started_at=booking.started_at, finished_at=until, breaks=()) if booking.started_at else 0
    )
    worked = (
        rules.worked_minutes(started_at=booking.started_at, finished_at=until, breaks=spans)
        if booking.started_at
        else 0
    )
    return Work(
        paused_since=next((one.started_at for one in breaks if one.ended_at is None and not booking.finished_at), None),
        worked_minutes=worked,
        break_minutes=elapsed - worked,
        notes=booking.notes,
        photographs=[
            Photograph(id=row.id, media_id=row.media_id, is_mine=row.added_by == str(by), added_at=row.added_at)
            for row in read(Evidence, "where booking_id = %s order by added_at, id", [booking_id])
        ],
    )


def on_the_way(card: BookingCard, *, by: Actor, at: datetime) -> OnTheWay | None:
    """
    Give where the provider of a booking is and when they may arrive: to its customer and to operators, while they are on the way.

    None for the provider, before the first position, and when the last one is too old to be true any more.
    """
    if card.status != BookingStatus.EN_ROUTE or by.kind == "provider":
        return None
    limits = policy.get(BookingPolicy)
    since = at - timedelta(minutes=limits.position_minutes_max)
    row = Whereabouts.objects.filter(booking_id=card.id, seen_at__gte=since).first()
    if row is None:
        return None
    position = Position(latitude=row.latitude, longitude=row.longitude)
    place = Position(latitude=card.latitude, longitude=card.longitude)
    metres = rules.metres_between(position, place)
    drive = rules.drive_time(metres, detour_percent=limits.drive_detour_percent, kmh=limits.drive_kmh)
    arrives_at = row.seen_at + drive
    return OnTheWay(
        position=position,
        accuracy_metres=row.accuracy_metres,
        seen_at=row.seen_at,
        distance_metres=round(metres),
        bearing_degrees=rules.bearing(place, position),
        minutes=rules.minutes_until(arrives_at, at),
        arrives_at=arrives_at,
    )


def receipt_of(card: BookingCard) -> Receipt | None:
    """Give the lines of a final price, or None before the hours are settled (and when there was no work)."""
    if card.total_minor is None or card.settled_minutes is None or card.tier_rank is None:
        return None
    return rules.receipt(card.terms, card.tier_rank, card.settled_minutes, card.total_minor)


def would_cost(card: BookingCard, minutes: int) -> Receipt | None:
    """Give the lines of the price that so many minutes would have; never more than was promised. None before somebody accepted."""
    if card.tier_rank is None:
        return None
    price = rules.total_minor(card.terms, card.tier_rank, minutes) if minutes else 0
    return rules.receipt(card.terms, card.tier_rank, minutes, min(price, card.authorize_minor))


def list_pending(
    *, by: Actor, status: str, after: tuple[datetime, UUID] | None = None, limit: int = 20
) -> list[BookingCard]:
    """
    Bookings that wait for an operator in a status (unfilled, contested, unresolved), the nearest deadline first.

    :raises NotAllowed: when the asker is not an operator.
    """
    _require_operator(by)
    rows = Booking.objects.filter(status=status).order_by("deadline_at", "id")
    if after is not None:
        at, booking_id = after
        rows = rows.filter(deadline_at__gte=at).exclude(deadline_at=at, id__lte=booking_id)
    return [_card(booking, by) for booking in rows[:limit]]


def count_waiting(*, by: Actor, at: datetime, most: int = 100) -> dict[Waiting, int]:
    """
    Say how many bookings wait for an operator, by why, each counted up to `most`: one statement of bounded work.

    :raises NotAllowed: when the asker is not an operator.
    """
    _require_operator(by)
    counts = ", ".join(
        f"(select count(*) from (select from bookings_booking where {_WAITING[kind]} limit %(most)s) found)"  # noqa: S608 - our own words
        for kind in Waiting
    )
    with connection.cursor() as cursor:
        cursor.execute(f"select {counts}", {"at": at, "grace_ends": at + _GRACE_MOST, "most": most})
        return dict(zip(Waiting, cursor.fetchone(), strict=True))


def list_waiting(
    *, by: Actor, why: Waiting, at: datetime, after: tuple[datetime, UUID] | None = None, limit: int = 50
) -> list[BookingCard]:
    """
    Bookings that wait for an operator, the nearest deadline first; `after` is the (deadline_at, id) of the last one seen.

    :raises NotAllowed: when the asker is not an operator.
    """
    _require_operator(by)
    params = {"at": at, "grace_ends": at + _GRACE_MOST, "most": limit}
    condition = _WAITING[why]
    if after is not None:
        params |= dict(zip(("after", "after_id"), after, strict=True))
        condition += " and (deadline_at, id) > (%(after)s, %(after_id)s)"
    rows = read(Booking, f"where {condition} order by deadline_at, id limit %(most)s", params)
    return [_card(booking, by) for booking in rows]


def find_bookings(
    *,
    by: Actor,
    wanted: BookingFilter,
    before: UUID | None = None,
    limit: int = 50,
) -> list[BookingCard]:
    """
    Every booking that a filter lets through, the newest first (ids are ordered by time); `before` is the id of the last one seen.

    :raises NotAllowed: when the asker is not an operator.
    """
    _require_operator(by)
    rows = Booking.objects.filter(**_equal(wanted)).order_by("-id")
    if wanted.person_id is not None:
        rows = rows.filter(Q(customer_id=wanted.person_id) | Q(provider_id=wanted.person_id))
    if wanted.starts_from is not None:
        rows = rows.filter(planned__startswith__gte=wanted.starts_from)
    if wanted.starts_before is not None:
        rows = rows.filter(planned__startswith__lt=wanted.starts_before)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return [_card(booking, by) for booking in rows[:limit]]


def _equal(wanted: BookingFilter) -> dict[str, object]:
    values = {"status": wanted.status, "city_key": wanted.city_key, "category_id": wanted.category_id}
    return {name: value for name, value in values.items() if value}


def get_bookings(*, booking_ids: Collection[UUID], by: Actor) -> dict[UUID, BookingCard]:
    """
    Give bookings by id, in one query; what is unknown, or not the asker's, is left out.

    :raises NotAllowed: when the asker is no party of any booking.
    """
    scope = _scope(by)
    rows = fetch_all(Booking, "id", booking_ids)
    return {booking.id: _card(booking, by) for booking in rows if _is_in(scope, booking)}


def _require_operator(by: Actor) -> None:
    if by.kind != "operator":
        raise NotAllowed


def customer_of(*, booking_id: UUID) -> UUID | None:
    """Say whose booking it is: for those who tell people what happens, and never for an edge."""
    return Booking.objects.filter(id=booking_id).values_list("customer_id", flat=True).first()


def _scope(by: Actor) -> dict[str, object]:
    if by.kind == "customer":
        return {"customer_id": by.id}
    if by.kind == "provider":
        return {"provider_id": by.id}
    if by.kind == "operator":
        return {}
    raise NotAllowed


def _card(booking: Booking, by: Actor) -> BookingCard:
    is_exact = by.kind != "provider" or booking.status not in BEFORE_CONFIRMATION
    ahead = booking.status in BEFORE_CONFIRMATION | {BookingStatus.CONFIRMED, "en_route", "arrived"}
    return BookingCard(
        id=booking.id,
        version=booking.version,
        status=booking.status,
        mode=booking.mode,
        customer_id=booking.customer_id,
        provider_id=booking.provider_id,
        category_id=booking.category_id,
        kind=booking.kind,
        service_id=booking.service_id,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        time_zone=booking.time_zone,
        minutes_from=booking.minutes_from,
        minutes_to=booking.minutes_to,
        latitude=booking.latitude if is_exact else round(booking.latitude, _AREA_DEGREES),
        longitude=booking.longitude if is_exact else round(booking.longitude, _AREA_DEGREES),
        is_exact_place=is_exact,
        is_pinned=booking.is_pinned,
        address_id=booking.address_id if is_exact else None,
        city_key=booking.city_key,
        instructions=booking.instructions,
        purchase_order=booking.purchase_order if by.kind != "provider" else "",
        start_code=booking.start_code if by.kind != "provider" and ahead else None,
        currency=booking.currency,
        estimate_from_minor=booking.estimate_from_minor,
        estimate_to_minor=booking.estimate_to_minor,
        authorize_minor=booking.authorize_minor,
        total_minor=booking.total_minor,
        tier_rank=booking.tier_rank,
        requested_at=booking.requested_at,
        is_proposal=booking.is_proposal,
        proposed_starts_at=booking.proposed_starts_at if by.kind != "provider" else None,
        proposed_until=booking.proposed_until if by.kind != "provider" else None,
        deadline_at=booking.deadline_at,
        confirmed_at=booking.confirmed_at,
        arrived_at=booking.arrived_at,
        started_at=booking.started_at,
        finished_at=booking.finished_at,
        logged_minutes=booking.logged_minutes,
        contested_minutes=booking.contested_minutes,
        settled_minutes=booking.settled_minutes,
        break_minutes=booking.break_minutes,
        is_flagged=booking.is_flagged,
        cancelled_by=booking.cancelled_by,
        cancellation_fee_minor=booking.cancellation_fee_minor,
        reason=booking.reason,
        terms=booking.promised,
    )
