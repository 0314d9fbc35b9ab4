"""Reading what was told to whom. For operators: messages name people."""

from django.db.models import Count, Min

from guildhall.notifications.models import OutgoingMessage
from guildhall.notifications.types import Counts, MessageCard, MessageStatus


def log_of(reference: str) -> list[MessageCard]:
    """Give the messages about a reference, oldest first."""
    rows = OutgoingMessage.objects.filter(reference=reference).exclude(reference="").order_by("queued_at", "id")
    return [
        MessageCard(
            id=row.id,
            event=row.event_name,
            role=row.role,
            recipient_id=row.recipient_id,
            channel=row.channel,
            template=row.template,
            is_time_critical=row.is_time_critical,
            status=row.status,
            reason=row.reason,
            attempts=row.attempts,
            queued_at=row.queued_at,
            sent_at=row.sent_at,
        )
        for row in rows
    ]


def counts() -> Counts:
    """Give how many messages wait, failed or were dropped, and since when the oldest of those never tried has waited."""
    by_status = dict(OutgoingMessage.objects.values_list("status").annotate(Count("id")))
    oldest = OutgoingMessage.objects.filter(status=MessageStatus.QUEUED).aggregate(at=Min("queued_at"))
    return Counts(
        queued=by_status.get(MessageStatus.QUEUED.value, 0),
        sending=by_status.get(MessageStatus.SENDING.value, 0),
        postponed=by_status.get(MessageStatus.POSTPONED.value, 0),
        failed=by_status.get(MessageStatus.FAILED.value, 0),
        dropped=by_status.get(MessageStatus.DROPPED.value, 0),
        oldest_queued_at=oldest["at"],
    )
