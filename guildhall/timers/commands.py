"""Setting timers, declaring what they do, and travelling in time (in the sandbox only)."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from guildhall.kernel.refusals import Invalid
from guildhall.timers.models import Clock, Timer

Fire = Callable[[list[str], datetime], Collection[str]]


@dataclass(frozen=True)
class Sweeper:
    """A set-based sweep of another context's own deadlines: `work` says how many it took, `next_due` is the SQL of its earliest deadline."""

    work: Callable[[], int]
    next_due: str


_kinds: dict[str, Fire] = {}
_sweepers: dict[str, Sweeper] = {}


class ClockStaysReal(Invalid):
    """Outside the sandbox the clock is the real one, and nowhere does it go back."""

    code = "clock_stays_real"
    default_detail = "The clock moves by itself here, and never back."


def set_timer(*, kind: str, reference: str, due_at: datetime) -> None:
    """Ask that `kind` be told of `reference` at `due_at` (UTC), in the open transaction. There is nothing to cancel."""
    with connection.cursor() as cursor:
        cursor.execute("select timers.set_timer(%s, %s, %s)", [kind, reference, due_at])


def retry_parked(*, timer_id: int, at: datetime) -> None:
    """Let a timer that failed for good fire again now. One that is not parked is left as it is."""
    Timer.objects.filter(id=timer_id, is_parked=True).update(is_parked=False, attempts=0, due_at=at)


def timer_kind(name: str) -> Callable[[Fire], Fire]:
    """
    Declare what a kind of timer does.

    The function gets up to 500 due references and the clock's now inside the claiming transaction, and gives back those whose
    rows were locked by somebody, to be tried again. It checks that each deadline still stands: timers outlive their cause.
    """

    def register(fire: Fire) -> Fire:
        _kinds[name] = fire
        return fire

    return register


def sweeper(name: str, *, next_due: str) -> Callable[[Callable[[], int]], Callable[[], int]]:
    """Declare a sweep that the dispatcher runs beside the timers; it gives how many deadlines it took."""

    def register(work: Callable[[], int]) -> Callable[[], int]:
        _sweepers[name] = Sweeper(work, next_due)
        return work

    return register


def kinds() -> dict[str, Fire]:
    """What each declared kind does."""
    return _kinds


def sweepers() -> dict[str, Sweeper]:
    """The declared sweeps."""
    return _sweepers


def travel_to(*, travelled: timedelta) -> None:
    """
    Set how far the clock runs ahead of real time.

    :raises ClockStaysReal: outside the sandbox, or when the clock would go back.
    """
    if not settings.SANDBOX:
        raise ClockStaysReal
    moved = Clock.objects.filter(id=1, travelled__lte=travelled).update(travelled=travelled)
    if not moved:
        raise ClockStaysReal("The clock only goes forward.")


def live_in_past(*, travelled: timedelta) -> None:
    """
    Set the clock of a new city back (`travelled` is negative), or, once it is, anywhere up to the present (zero).

    A clock that has come to the present with a deadline before it never goes back.

    :raises ClockStaysReal: outside the sandbox, for the future, or when the clock is in the present and something is due one day.
    """
    if not settings.SANDBOX or travelled > timedelta():
        raise ClockStaysReal
    with connection.cursor() as cursor:
        cursor.execute(
            """
            update timers_clock set travelled = make_interval(secs => %s)
            where id = 1 and (travelled < interval '0' or (travelled = interval '0' and not exists (select from timers_timer)))
            """,
            [travelled.total_seconds()],
        )
        if not cursor.rowcount:
            raise ClockStaysReal("Only a new database has a past before it.")


def refuse_travelled_clock() -> None:
    """Stop a production system from starting on a database whose clock has travelled."""
    if not settings.SANDBOX and Clock.objects.exclude(travelled=timedelta()).exists():
        raise ClockStaysReal("This database's clock has travelled in time: it belongs to a sandbox.")
