"""What operators look for: the bookings that wait for them, and any by a filter."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from guildhall.bookings.models import Booking
from guildhall.bookings.queries.seeing import card_of, require_operator
from guildhall.bookings.types import BookingCard, BookingFilter, Waiting
from guildhall.kernel.actors import Actor
from guildhall.kernel.rows import read

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
# The values are written into the statement, so the database leaves out what is not asked for before it plans.
_FITTING = """
where (%(status)s = '' or status = %(status)s)
  and (%(city)s = '' or city_key = %(city)s)
  and (%(category)s::bigint is null or category_id = %(category)s)
  and (%(person)s::uuid is null or customer_id = %(person)s or provider_id = %(person)s)
  and (%(since)s::timestamptz is null or lower(planned) >= %(since)s)
  and (%(until)s::timestamptz is null or lower(planned) < %(until)s)
  and (%(before)s::uuid is null or id < %(before)s)
order by id desc limit %(limit)s
"""


def list_pending(
    *, by: Actor, status: str, after: tuple[datetime, UUID] | None = None, limit: int = 20
) -> list[BookingCard]:
    """
    Bookings that wait for an operator in a status (unfilled, contested, unresolved), the nearest deadline first.

    :raises NotAllowed: when the asker is not an operator.
    """
    require_operator(by)
    rows = Booking.objects.filter(status=status).order_by("deadline_at", "id")
    if after is not None:
        at, booking_id = after
        rows = rows.filter(deadline_at__gte=at).exclude(deadline_at=at, id__lte=booking_id)
    return [card_of(booking, by) for booking in rows[:limit]]


def count_waiting(*, by: Actor, at: datetime, most: int = 100) -> dict[Waiting, int]:
    """
    Say how many bookings wait for an operator, by why, each counted up to `most`: one statement of bounded work.

    :raises NotAllowed: when the asker is not an operator.
    """
    require_operator(by)
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
    require_operator(by)
    params = {"at": at, "grace_ends": at + _GRACE_MOST, "most": limit}
    condition = _WAITING[why]
    if after is not None:
        params |= dict(zip(("after", "after_id"), after, strict=True))
        condition += " and (deadline_at, id) > (%(after)s, %(after_id)s)"
    rows = read(Booking, f"where {condition} order by deadline_at, id limit %(most)s", params)
    return [card_of(booking, by) for booking in rows]


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
    require_operator(by)
    params = {
        "status": wanted.status,
        "city": wanted.city_key,
        "category": wanted.category_id,
        "person": wanted.person_id,
        "since": wanted.starts_from,
        "until": wanted.starts_before,
        "before": before,
        "limit": limit,
    }
    return [card_of(booking, by) for booking in read(Booking, _FITTING, params)]
