"""What can be asked of the calendar."""

from datetime import datetime
from uuid import UUID

from django.db import DatabaseError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from guildhall.kernel.actors import Actor
from guildhall.kernel.ids import new_id
from guildhall.kernel.refusals import Invalid, NotFound, Refused
from guildhall.scheduling.models import Feed, TimeOff

_DAY_IS_FULL = "GH429"


class SlotTaken(Refused):
    """The provider's time is reserved or off in that window."""

    code = "slot_taken"
    default_detail = "The provider is not free at that time any more."


class DayIsFull(Refused):
    """The provider has as many jobs on that day, by their own clock, as they want."""

    code = "day_is_full"
    default_detail = "The provider has as many jobs on that day as they take."


class TimeOffIsEmpty(Invalid):
    """Time off ends after it starts, and not in the past."""

    code = "time_off_is_empty"
    default_detail = "Time off must end after it starts, and must not be over already."


@transaction.atomic
def reserve(*, provider_id: UUID, planned: tuple[datetime, datetime], reference: str, by: Actor, at: datetime) -> None:
    """
    Keep a provider's planned time `[start, end)` for a reference.

    :raises SlotTaken: when a reservation or time off overlaps it, or the reference holds an active reservation already.
    :raises DayIsFull: when the provider takes no more jobs on that day.
    """
    try:
        reserved = _call(
            "select scheduling.reserve(%s, tstzrange(%s, %s), %s, %s, %s)",
            provider_id,
            *planned,
            reference,
            str(by),
            at,
        )
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", "") == _DAY_IS_FULL:
            raise DayIsFull from error
        raise
    if not reserved:
        raise SlotTaken


@transaction.atomic
def release(*, reference: str, by: Actor, at: datetime) -> None:
    """Give back the time that a reference holds; harmless when it holds none."""
    _call("select scheduling.release(%s, %s, %s)", reference, str(by), at)


@transaction.atomic
def add_time_off(*, provider_id: UUID, starts_at: datetime, ends_at: datetime, by: Actor, at: datetime) -> UUID:
    """
    Take no new work in `[starts_at, ends_at)`. What is reserved already stays reserved.

    :raises TimeOffIsEmpty: when it ends before it starts or is over.
    """
    if ends_at <= starts_at or ends_at <= at:
        raise TimeOffIsEmpty
    _call("select scheduling.lock_provider(%s)", provider_id)
    during = DateTimeTZRange(starts_at, ends_at, "[)")
    row = TimeOff.objects.create(id=new_id(), provider_id=provider_id, during=during)
    _tell(row, "time_off_added", by, at)
    return row.id


@transaction.atomic
def remove_time_off(*, provider_id: UUID, time_off_id: UUID, by: Actor, at: datetime) -> None:
    """
    Take new work again in a stretch of time off.

    :raises NotFound: when the provider has no such time off.
    """
    _call("select scheduling.lock_provider(%s)", provider_id)
    row = TimeOff.objects.filter(id=time_off_id, provider_id=provider_id).first()
    if row is None:
        raise NotFound
    row.delete()
    _tell(row, "time_off_removed", by, at)


@transaction.atomic
def open_feed(*, provider_id: UUID, by: Actor) -> int:
    """
    Let a provider's calendar be subscribed to under a new number; addresses with another number end. Gives the number.

    :raises NotFound: when somebody else asks.
    """
    _require_own(provider_id, by)
    _call("select scheduling.lock_provider(%s)", provider_id)
    row, _ = Feed.objects.get_or_create(provider_id=provider_id, defaults={"last_number": 0})
    row.number = row.last_number = row.last_number + 1
    row.save(update_fields=["number", "last_number"])
    return row.number


@transaction.atomic
def close_feed(*, provider_id: UUID, by: Actor) -> None:
    """
    End every address under which a provider's calendar can be subscribed to.

    :raises NotFound: when somebody else asks.
    """
    _require_own(provider_id, by)
    Feed.objects.filter(provider_id=provider_id).update(number=None)


def _require_own(provider_id: UUID, by: Actor) -> None:
    if by != Actor.provider(provider_id):
        raise NotFound


def _tell(row: TimeOff, what: str, by: Actor, at: datetime) -> None:
    _call(
        "select scheduling.publish_change(%s, %s, tstzrange(%s, %s), %s, %s)",
        row.provider_id,
        what,
        row.during.lower,
        row.during.upper,
        str(by),
        at,
    )


def _call(statement: str, *arguments: UUID | str | datetime | None) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        row = cursor.fetchone()
    return row is not None and row[0] is True
