"""The end of quiet hours: a timer, so that it comes on the clock's time."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from guildhall.notifications import queueing
from guildhall.notifications.models import OutgoingMessage
from guildhall.notifications.types import MessageStatus
from guildhall.timers.commands import timer_kind

WAKE = "notifications.wake"


@timer_kind(WAKE)
def wake(message_ids: list[str], at: datetime) -> Collection[str]:
    """
    Have the messages sent whose quiet hours are over, each person's one after the other.

    Workers send side by side: what left together would come in any order.
    """
    over = OutgoingMessage.objects.filter(
        id__in=message_ids, status=MessageStatus.POSTPONED, postponed_until__lte=at
    ).order_by("event_seq", "id")
    lines: defaultdict[str, list[UUID]] = defaultdict(list)
    for message in over:
        lines[f"{message.recipient_id}:{message.channel}"].append(message.id)
    queueing.defer_in_order(lines)
    return ()
