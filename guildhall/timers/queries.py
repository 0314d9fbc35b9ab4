"""The clock's now, and what it will bring."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from guildhall.timers.commands import sweepers
from guildhall.timers.models import Timer

TIMERS = "timers"
# Questions of one number or instant each, for whoever asks several at once.
OVERDUE = "select count(*) from timers_timer where due_at <= timers.clock_now() and not is_parked"
TRAVELLED_SECONDS = "select extract(epoch from travelled)::float8 from timers_clock where id = 1"


@dataclass(frozen=True, kw_only=True)
class ParkedTimer:
    """A deadline whose effect failed until it was given up."""

    id: int
    kind: str
    reference: str
    due_at: datetime
    attempts: int
    error: str


def clock_now() -> datetime:
    """Give the clock's now (UTC): real time plus what the sandbox has travelled. Within a transaction it stands still."""
    with connection.cursor() as cursor:
        cursor.execute("select timers.clock_now()")
        now: datetime = cursor.fetchone()[0]
    return now


def next_deadline() -> datetime | None:
    """Give the earliest deadline of any timer or sweeper that is still to come, or None."""
    with connection.cursor() as cursor:
        cursor.execute(next_deadline_sql())
        due: datetime | None = cursor.fetchone()[0]
    return due


def next_deadline_sql() -> str:
    """Give the query of the earliest deadline of any timer or sweeper that is still to come."""
    return f"select min(due) from ({' union all '.join(_deadlines().values())}) deadlines(due)"  # noqa: S608 - constants of our own


def seconds_left() -> dict[str, float]:
    """Give the seconds to the earliest deadline of the timers (`TIMERS`) and of each sweeper, negative when it is past. Who has none is left out."""
    deadlines = _deadlines()
    asked = ", ".join(f"extract(epoch from ({query}) - at)::float8" for query in deadlines.values())
    with connection.cursor() as cursor:
        cursor.execute(f"select {asked} from timers.clock_now() at")  # noqa: S608 - constants of our own
        row = cursor.fetchone()
    return {name: seconds for name, seconds in zip(deadlines, row, strict=True) if seconds is not None}


def due_sql() -> str:
    """Give the query of what is due by the clock's now: the timers (`TIMERS`) and sweepers, by their names, as `firing.sweep` takes them."""
    asked = " union all ".join(f"select '{name}', ({query})" for name, query in _deadlines().items())
    return f"select name from ({asked}) d(name, due) where due <= timers.clock_now()"  # noqa: S608 - constants of our own


def _deadlines() -> dict[str, str]:
    return {TIMERS: "select timers.next_timer()", **{name: sweeper.next_due for name, sweeper in sweepers().items()}}


def overdue() -> int:
    """How many timers are due and not fired (parked ones are not counted)."""
    with connection.cursor() as cursor:
        cursor.execute(OVERDUE)
        return int(cursor.fetchone()[0])


def travelled_seconds() -> float:
    """How far the sandbox has travelled ahead of real time."""
    with connection.cursor() as cursor:
        cursor.execute(TRAVELLED_SECONDS)
        return float(cursor.fetchone()[0])


def parked() -> int:
    """How many timers failed for good and wait for an operator."""
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from timers_timer where is_parked")
        return int(cursor.fetchone()[0])


def list_parked(*, limit: int = 50) -> list[ParkedTimer]:
    """Give timers that failed for good, the oldest first."""
    rows = Timer.objects.filter(is_parked=True).order_by("id")[:limit]
    return [
        ParkedTimer(
            id=row.id, kind=row.kind, reference=row.reference, due_at=row.due_at, attempts=row.attempts, error=row.error
        )
        for row in rows
    ]


def due_before(at: datetime, *, most: int = 1000) -> int:
    """How many timers will be due by then, counted up to `most`; those overdue are among them."""
    rows = Timer.objects.filter(is_parked=False, due_at__lte=at)
    return len(rows.order_by("due_at").values_list("id", flat=True)[:most])
