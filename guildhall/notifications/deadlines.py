"""The end of quiet hours: a timer, so that it comes on the clock's time."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta

from guildhall.notifications import queueing
from guildhall.notifications.models import OutgoingMessage
from guildhall.notifications.queueing import Waiting
from guildhall.notifications.types import MessageStatus
from guildhall.timers.commands import set_timer, timer_kind

WAKE = "notifications.wake"
_APART = timedelta(seconds=1)


@timer_kind(WAKE)
def wake(message_ids: list[str], at: datetime) -> Collection[str]:
    """
    Have the messages sent whose quiet hours are over: each person's oldest now, the others a second apart.

    Workers send side by side: what left together would come in any order.
    """
    over = OutgoingMessage.objects.filter(
        id__in=message_ids, status=MessageStatus.POSTPONED, postponed_until__lte=at
    ).order_by("event_seq", "id")
    ahead: Counter[tuple[object, str]] = Counter()
    first: list[Waiting] = []
    for message in over:
        line = message.recipient_id, message.channel
        if ahead[line]:
            _sleep_on(message, until=at + ahead[line] * _APART)
        else:
            first.append(Waiting(message.id, message.is_time_critical))
        ahead[line] += 1
    queueing.defer(first)
    return ()


def _sleep_on(message: OutgoingMessage, *, until: datetime) -> None:
    """Let a postponed message wait until then (UTC, the clock's)."""
    OutgoingMessage.objects.filter(id=message.id).update(postponed_until=until)
    set_timer(kind=WAKE, reference=str(message.id), due_at=until)
