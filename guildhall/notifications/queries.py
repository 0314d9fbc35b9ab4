"""Reading what was told to whom. Messages name people: they are for operators; a feed and an inbox are for whom they belong to."""

from datetime import datetime
from uuid import UUID

from django.db import connection

from guildhall.kernel.refusals import NotFound
from guildhall.kernel.rows import read
from guildhall.notifications import inbox as inboxes
from guildhall.notifications.models import FeedHead, FeedRow, InboxItem, OutgoingMessage
from guildhall.notifications.types import Counts, FeedEntry, InboxCard, InboxPage, MessageCard, MessageStatus

_COUNTED_MOST = 100


def log_of(reference: str) -> list[MessageCard]:
    """Give the messages about a reference, oldest first."""
    rows = read(OutgoingMessage, "where reference = %s and reference <> '' order by queued_at, id", [reference])
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
    with connection.cursor() as cursor:
        # Two of the table's indexes hold what is counted; nobody counts what has left us.
        cursor.execute(
            """
            select status, count(*), min(queued_at) from notifications_outgoing_message
            where status in ('queued', 'sending', 'postponed') group by status
            union all
            select status, count(*), null from notifications_outgoing_message
            where status in ('dropped', 'failed') group by status
            """
        )
        found = {status: (number, oldest) for status, number, oldest in cursor.fetchall()}
    numbers = {status: number for status, (number, _oldest) in found.items()}
    return Counts(
        queued=numbers.get(MessageStatus.QUEUED, 0),
        sending=numbers.get(MessageStatus.SENDING, 0),
        postponed=numbers.get(MessageStatus.POSTPONED, 0),
        failed=numbers.get(MessageStatus.FAILED, 0),
        dropped=numbers.get(MessageStatus.DROPPED, 0),
        oldest_queued_at=found.get(MessageStatus.QUEUED, (0, None))[1],
    )


def count_queued() -> int:
    """Give how many messages wait for their first try: read from the index of what has not left, however many have."""
    return OutgoingMessage.objects.filter(status=MessageStatus.QUEUED).count()


def feed_after(account_id: UUID, position: int, *, limit: int = 100) -> list[FeedEntry]:
    """Give what follows a position in somebody's feed, in order and without a gap; 0 is before everything."""
    rows = FeedRow.objects.filter(account_id=account_id, position__gt=position).order_by("position")[:limit]
    return [
        FeedEntry(position=row.position, kind=row.kind, reference=row.reference, ids=row.ids, told_at=row.told_at)
        for row in rows
    ]


def feed_head(account_id: UUID) -> int:
    """Give the last position in somebody's feed: what a page that shows the present follows from."""
    return FeedHead.objects.filter(account_id=account_id).values_list("position", flat=True).first() or 0


def inbox(account_id: UUID, *, before: tuple[datetime, UUID] | None = None, limit: int = 20) -> list[InboxCard]:
    """
    Give somebody's inbox in their language, newest first; `before` is the (told_at, id) of the last one seen.

    Items about something that is gone by now are left out, so a page may be shorter than `limit`.
    """
    return inbox_page(account_id, before=before, limit=limit).cards


def inbox_page(account_id: UUID, *, before: tuple[datetime, UUID] | None = None, limit: int = 20) -> InboxPage:
    """Give a page of somebody's inbox, as `inbox` does, and where the next one begins."""
    rows = InboxItem.objects.filter(recipient_id=account_id).order_by("-told_at", "-id")
    if before is not None:
        at, item_id = before
        rows = rows.filter(told_at__lte=at).exclude(told_at=at, id__gte=item_id)
    found = list(rows[: limit + 1])
    shown = found[:limit]
    older = (shown[-1].told_at, shown[-1].id) if len(found) > limit else None
    return InboxPage(cards=list(inboxes.shown(shown)), older=older)


def get_inbox_item(account_id: UUID, item_id: UUID) -> InboxCard:
    """
    Give an item of somebody's own inbox.

    :raises NotFound: there is none in it, or what it is about is gone.
    """
    rows = list(InboxItem.objects.filter(recipient_id=account_id, id=item_id))
    for card in inboxes.shown(rows):
        return card
    raise NotFound


def unread_count(account_id: UUID) -> int:
    """Say how many items of somebody's inbox they have not read, counted up to a hundred."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select count(*) from (
              select from notifications_inbox_item where recipient_id = %s and read_at is null limit %s
            ) found
            """,
            [account_id, _COUNTED_MOST],
        )
        return int(cursor.fetchone()[0])
