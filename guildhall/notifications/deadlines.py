"""The end of quiet hours: a timer, so that it comes on the clock's time."""

from collections.abc import Collection
from datetime import datetime

from guildhall.notifications import queueing
from guildhall.notifications.models import OutgoingMessage
from guildhall.notifications.queueing import Waiting
from guildhall.notifications.types import MessageStatus
from guildhall.timers.commands import timer_kind

WAKE = "notifications.wake"


@timer_kind(WAKE)
def wake(message_ids: list[str], at: datetime) -> Collection[str]:
    """Have the messages sent whose quiet hours are over."""
    over = OutgoingMessage.objects.filter(
        id__in=message_ids, status=MessageStatus.POSTPONED, postponed_until__lte=at
    ).order_by("queued_at")
    queueing.defer([Waiting(*row) for row in over.values_list("id", "is_time_critical")])
    return ()
