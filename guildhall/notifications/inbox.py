"""Inbox items in the reader's language, made when they are looked at."""

from collections.abc import Iterator, Sequence

from guildhall.notifications.checking import Dropped, subjects_of
from guildhall.notifications.gateway import Rejected
from guildhall.notifications.models import InboxItem, OutgoingMessage
from guildhall.notifications.rendering import render_line
from guildhall.notifications.types import InboxCard


def shown(items: Sequence[InboxItem]) -> Iterator[InboxCard]:
    """Give items as their recipient reads them; what is about something that is gone is left out."""
    messages = [_as_message(item) for item in items]
    for item, message, subject in zip(items, messages, subjects_of(messages), strict=True):
        if subject is None:
            continue
        try:
            line, link = render_line(message, subject)
        except (Dropped, Rejected):
            continue
        yield InboxCard(
            id=item.id,
            kind=item.event_name,
            template=item.template,
            title=line,
            link=link,
            reference=item.reference,
            told_at=item.told_at,
            is_read=item.read_at is not None,
        )


def _as_message(item: InboxItem) -> OutgoingMessage:
    """The templates are those of the other channels, and read a message."""
    return OutgoingMessage(
        event_seq=item.event_seq,
        event_name=item.event_name,
        recipient_id=item.recipient_id,
        role=item.role,
        template=item.template,
        reference=item.reference,
        facts=item.facts,
        channel="in_app",
    )
