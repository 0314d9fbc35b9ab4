"""What happens when nobody answers in time. Every open booking has one of these before it."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from uuid import UUID

from guildhall.bookings import lifecycle
from guildhall.bookings.commands import paying
from guildhall.bookings.commands.cancelling import cancel
from guildhall.bookings.commands.hours import miss, settle_logged
from guildhall.bookings.commands.requesting import find_a_provider
from guildhall.bookings.commands.steps import AUTHORIZE, DEADLINE, PAYMENT_DEADLINE, REMINDER, note
from guildhall.bookings.commands.working import complete
from guildhall.bookings.events import BookingOverdue, ReminderDue
from guildhall.bookings.models import Booking
from guildhall.bookings.types import BookingStatus as S
from guildhall.customers.queries import saved_card
from guildhall.kernel.actors import Actor
from guildhall.kernel.rows import read
from guildhall.timers.commands import set_timer, timer_kind

CLOCK = Actor.system("clock")
Act = Callable[[Booking, datetime], None]


@timer_kind(DEADLINE)
def pass_deadlines(references: list[str], at: datetime) -> Collection[str]:
    """Act on each booking whose present deadline has passed; a timer of an earlier status finds another deadline and does nothing."""
    return _each(references, at, _pass_deadline)


@timer_kind(REMINDER)
def remind(references: list[str], at: datetime) -> Collection[str]:
    """Remind both sides of a confirmed appointment."""
    return _each(references, at, _remind)


@timer_kind(AUTHORIZE)
def authorize(references: list[str], at: datetime) -> Collection[str]:
    """Hold the money of a confirmed booking when its time has come."""
    return _each(references, at, _authorize)


@timer_kind(PAYMENT_DEADLINE)
def give_up_on_payment(references: list[str], at: datetime) -> Collection[str]:
    """Cancel a confirmed booking whose money could not be authorized in time."""
    return _each(references, at, _give_up_on_payment)


def _each(references: list[str], at: datetime, act: Act) -> Collection[str]:
    """Act on each booking under its lock, and give those that are locked by somebody else back for later."""
    wanted = [UUID(reference) for reference in references]
    rows = read(Booking, "where id = any(%s) order by id for update skip locked", [wanted])
    found = {str(booking.id): booking for booking in rows}
    for booking in found.values():
        act(booking, at)
    absent = set(references) - set(found)
    if not absent:
        return absent
    return absent & {str(key) for key in Booking.objects.filter(id__in=absent).values_list("id", flat=True)}


def _pass_deadline(booking: Booking, at: datetime) -> None:
    if booking.deadline_at is None or booking.deadline_at > at:
        return
    _ON_DEADLINE[S(booking.status)](booking, at)


def _give_up_on_card(booking: Booking, at: datetime) -> None:
    cancel(booking, cause="not_confirmed" if booking.is_proposal else "no_card", by=CLOCK, at=at)


def _start_matching(booking: Booking, at: datetime) -> None:
    find_a_provider(booking, later=lifecycle.AWAIT_MATCHING, now=lifecycle.START_MATCHING, by=CLOCK, at=at)


def _give_up_on_providers(booking: Booking, at: datetime) -> None:
    cancel(booking, cause="unfilled", by=CLOCK, at=at)


def _miss(booking: Booking, at: datetime) -> None:
    miss(booking, cause="not_started", by=CLOCK, at=at)


def _stop_forgotten(booking: Booking, at: datetime) -> None:
    complete(booking, minutes=booking.minutes_to, break_minutes=0, is_flagged=True, by=CLOCK, at=at)


def _settle_by_silence(booking: Booking, at: datetime) -> None:
    settle_logged(booking, cause="silence", by=CLOCK, at=at)


def _alarm(booking: Booking, at: datetime) -> None:
    """Only a person can answer this: tell the operators, and again after the same time."""
    again_at = at + timedelta(hours=booking.promised.alarm_hours)
    note(booking, BookingOverdue, by=CLOCK, at=at, tell={"status": booking.status}, deadline_at=again_at)
    set_timer(kind=DEADLINE, reference=str(booking.id), due_at=again_at)


_ON_DEADLINE: dict[S, Act] = {
    S.AWAITING_CARD: _give_up_on_card,
    S.WAITING: _start_matching,
    S.UNFILLED: _give_up_on_providers,
    S.CONFIRMED: _miss,
    S.EN_ROUTE: _miss,
    S.ARRIVED: _miss,
    S.IN_PROGRESS: _stop_forgotten,
    S.COMPLETED: _settle_by_silence,
    S.CONTESTED: _alarm,
    S.UNRESOLVED: _alarm,
    S.SETTLED: _alarm,
    S.CANCELLED: _alarm,
}


def _remind(booking: Booking, at: datetime) -> None:
    due_at = booking.starts_at - timedelta(hours=booking.promised.reminder_hours_before)
    if booking.status == S.CONFIRMED and due_at <= at < booking.starts_at:
        note(booking, ReminderDue, by=CLOCK, at=at, tell={"starts_at": booking.starts_at})


def _authorize(booking: Booking, at: datetime) -> None:
    due_at = booking.starts_at - timedelta(hours=booking.promised.authorize_hours_before)
    if booking.status != S.CONFIRMED or due_at > at or paying.is_authorized(booking):
        return
    if saved_card(booking.customer_id) is None:
        paying.ask_customer_for_payment(booking, by=CLOCK, at=at)
    else:
        paying.authorize(booking, at=at)


def _give_up_on_payment(booking: Booking, at: datetime) -> None:
    if booking.status == S.CONFIRMED and not paying.is_authorized(booking):
        cancel(booking, cause="payment", by=CLOCK, at=at)
