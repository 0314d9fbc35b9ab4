"""Pure decisions: quiet hours, how long a message is worth sending, pauses between tries, what a text message says."""

from collections.abc import Collection
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from guildhall.notifications.types import Heard

STOP_WORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
START_WORDS = frozenset({"START", "YES", "UNSTOP"})
HELP_WORDS = frozenset({"HELP", "INFO"})

CODE_LIFE = timedelta(minutes=10)
_CRITICAL_LIFE = timedelta(hours=24)
_ORDINARY_LIFE = timedelta(hours=72)
_PAUSE_SECONDS_MAX = 300

_PROVIDED = frozenset(
    {"confirmed", "en_route", "arrived", "in_progress", "completed", "contested", "unresolved", "settled", "closed"}
)
STILL_TRUE: dict[str, Collection[str]] = {
    "booking.proposed": {"awaiting_card"},
    "booking.time_proposed": {"waiting", "matching", "unfilled", "confirmed"},
    "booking.confirmed": _PROVIDED,
    "booking.unfilled": {"unfilled"},
    "booking.reminder_due": {"confirmed"},
    "booking.en_route": {"en_route", "arrived", "in_progress"},
    "booking.payment_action_needed": {"awaiting_card", "waiting", "matching", "confirmed"},
}
"""In which statuses of its booking a message is still true. Events that are not named are records: true for good."""


def quiet_until(now: datetime, *, zone: str, starts: time, ends: time) -> datetime | None:
    """
    Give the end (UTC) of the quiet hours that `now` lies in, or None.

    Both are wall time in the recipient's zone: the morning is at the same hour on the days when clocks change. An end that the
    clock shows twice is the next of the two; one that it skips is as long after midnight as it would have been.
    """
    local = now.astimezone(ZoneInfo(zone))
    wall = local.time().replace(tzinfo=None)
    if starts <= ends:
        is_quiet, is_tomorrow = starts <= wall < ends, False
    else:
        is_quiet, is_tomorrow = wall >= starts or wall < ends, wall >= starts
    if not is_quiet:
        return None
    day = local.date() + timedelta(days=1) if is_tomorrow else local.date()
    end = datetime.combine(day, ends, tzinfo=local.tzinfo)
    if end.astimezone(now.tzinfo) <= now:
        end = end.replace(fold=1)
    return end.astimezone(now.tzinfo)


def lifetime(event: str, *, is_time_critical: bool) -> timedelta:
    """How long after the fact a message is worth sending, when the fact itself does not say."""
    if event == "code.requested":
        return CODE_LIFE
    return _CRITICAL_LIFE if is_time_critical else _ORDINARY_LIFE


def pause_seconds(attempts: int) -> int:
    """Real seconds before the next try, after so many: 2, 4, 8 ... 300."""
    return int(min(2 ** min(attempts, 16), _PAUSE_SECONDS_MAX))


def understand(body: str) -> Heard:
    """Say what a person's text message asks for. Only a message that is nothing but the word counts, as with the vendor."""
    word = body.strip().upper()
    if word in STOP_WORDS:
        return Heard.STOP
    if word in START_WORDS:
        return Heard.START
    return Heard.HELP if word in HELP_WORDS else Heard.OTHER
