"""Reading the calendar."""

from datetime import datetime
from uuid import UUID

from django.db import connection

from guildhall.providers.types import Schedule
from guildhall.scheduling import rules
from guildhall.scheduling.models import Feed
from guildhall.scheduling.rules import AmbiguousTime, NonexistentTime, UnknownTimeZone, offsets, to_instant
from guildhall.scheduling.types import AgendaEntry, Span

__all__ = [
    "AmbiguousTime",
    "NonexistentTime",
    "UnknownTimeZone",
    "agenda",
    "feed_number",
    "is_free",
    "offsets",
    "to_instant",
    "working_ranges",
]


def is_free(provider_id: UUID, start: datetime, end: datetime) -> bool:
    """Whether no active reservation and no time off overlaps `[start, end)`."""
    with connection.cursor() as cursor:
        cursor.execute("select scheduling.is_free(%s, tstzrange(%s, %s))", [provider_id, start, end])
        row = cursor.fetchone()
    return bool(row[0])


def agenda(provider_id: UUID, start: datetime, end: datetime) -> list[AgendaEntry]:
    """Give everything that takes the provider's time within `[start, end)`, in order of its start."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select 'reservation', lower(planned), upper(planned), reference, null::uuid from scheduling_reservation
            where provider_id = %(provider)s and status = 'active' and planned && tstzrange(%(start)s, %(end)s)
            union all
            select 'time_off', lower(during), upper(during), '', id from scheduling_time_off
            where provider_id = %(provider)s and during && tstzrange(%(start)s, %(end)s)
            order by 2, 3, 1
            """,
            {"provider": provider_id, "start": start, "end": end},
        )
        return [AgendaEntry(*row) for row in cursor.fetchall()]


def feed_number(provider_id: UUID) -> int | None:
    """Give the number under which a provider's calendar can be subscribed to, or None when it cannot."""
    return Feed.objects.filter(provider_id=provider_id).values_list("number", flat=True).first()


def working_ranges(schedule: Schedule, start: datetime, end: datetime) -> list[Span]:
    """Give the provider's working hours within `[start, end)` as ordered, separate spans of UTC instants."""
    return rules.working_ranges(schedule.weekly, schedule.time_zone, start, end)
