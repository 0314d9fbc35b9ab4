"""A customer's and a provider's bookings, in the order of their time."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from guildhall.bookings.models import Booking
from guildhall.bookings.queries.seeing import card_of, scope_of
from guildhall.bookings.types import BookingCard
from guildhall.kernel.actors import Actor
from guildhall.kernel.refusals import NotFound
from guildhall.kernel.rows import read

_IS_OVER = {
    True: "status in ('settled', 'cancelled', 'closed')",
    False: "status not in ('settled', 'cancelled', 'closed')",
}
_SIDES_OF = {"customer": ["customer_id"], "provider": ["provider_id"], "operator": ["customer_id", "provider_id"]}
"""Whose bookings an asker may list: the columns in which they, or the one they ask for, may stand."""


def list_bookings(
    *,
    by: Actor,
    of: UUID,
    status: str | None = None,
    is_over: bool | None = None,
    seen: tuple[datetime, UUID] | None = None,
    limit: int = 20,
) -> list[BookingCard]:
    """
    Bookings of a customer or provider by the begin of the work, the latest first; `seen` is the (starts_at, id) of the last one seen.

    `is_over` picks those that are settled or cancelled, or (False) those in which something is still to happen, and these the soonest first.

    :raises NotFound: when a customer or provider asks for somebody else's.
    """
    if by.kind != "operator" and by.id != of:
        raise NotFound
    further, direction = (">", "asc") if is_over is False else ("<", "desc")
    wanted = ""
    params: dict[str, object] = {"of": of, "status": status, "most": limit}
    if status is not None:
        wanted += " and status = %(status)s"
    if is_over is not None:
        wanted += f" and {_IS_OVER[is_over]}"
    if seen is not None:
        wanted += f" and (lower(planned), id) {further} (%(seen_at)s, %(seen_id)s)"
        params |= dict(zip(("seen_at", "seen_id"), seen, strict=True))
    order = f"order by lower(planned) {direction}, id {direction} limit %(most)s"
    # One branch for each side: only so is each read from its index in this order. Somebody is on one side only.
    ids = " union all ".join(
        f"(select id from bookings_booking where {side} = %(of)s{wanted} {order})"  # noqa: S608 - our own words
        for side in _SIDES_OF[by.kind]
    )
    return [card_of(booking, by) for booking in read(Booking, f"where id in ({ids}) {order}", params)]


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
    rows = Booking.objects.filter(**{**scope_of(by), "provider_id": provider_id}).order_by("planned__startswith", "id")
    if statuses:
        rows = rows.filter(status__in=[str(status) for status in statuses])
    if starts_from is not None:
        rows = rows.filter(planned__startswith__gte=starts_from)
    if starts_before is not None:
        rows = rows.filter(planned__startswith__lt=starts_before)
    return [card_of(booking, by) for booking in rows[:limit]]
