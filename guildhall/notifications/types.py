"""Words of notifications."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class MessageStatus(StrEnum):
    """Where a message is. `postponed` waits for something (`reason`), `dropped` was not worth sending any more, `failed` could not be sent."""

    QUEUED = "queued"
    SENDING = "sending"
    POSTPONED = "postponed"
    SENT = "sent"
    DELIVERED = "delivered"
    DROPPED = "dropped"
    FAILED = "failed"


class Channel(StrEnum):
    """How a message travels."""

    EMAIL = "email"
    SMS = "sms"


class Heard(StrEnum):
    """What an incoming text message was understood as."""

    STOP = "stop"
    START = "start"
    HELP = "help"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class MessageCard:
    """A message as operators see it: who was to be told of what, and what came of it. `sent_at` is None until it left."""

    id: UUID
    event: str
    role: str
    recipient_id: UUID
    channel: str
    template: str
    is_time_critical: bool
    status: str
    reason: str
    attempts: int
    queued_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many messages are in each status that somebody may have to look at, and how long the oldest unsent one has waited."""

    queued: int
    sending: int
    postponed: int
    failed: int
    dropped: int
    oldest_queued_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class InboxCard:
    """An item of an inbox, in its reader's language: one line, and where it leads."""

    id: UUID
    kind: str
    template: str
    title: str
    link: str
    reference: str
    told_at: datetime
    is_read: bool


@dataclass(frozen=True, kw_only=True)
class InboxPage:
    """Some items of an inbox; `older` (told_at, id) is where the next page begins, None on the last."""

    cards: list[InboxCard]
    older: tuple[datetime, UUID] | None


@dataclass(frozen=True, kw_only=True)
class FeedEntry:
    """A fact in a person's feed: `ids` are public ids by what they name (booking, offer, review)."""

    position: int
    kind: str
    reference: str
    ids: dict[str, str]
    told_at: datetime
