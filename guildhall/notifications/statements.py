"""SQL of the set-based writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from psycopg.types.json import Jsonb

from guildhall.kernel.ids import new_id
from guildhall.notifications.queueing import Waiting


@dataclass(frozen=True, kw_only=True)
class NewMessage:
    """A message to queue; see `OutgoingMessage`."""

    event_seq: int
    event_name: str
    recipient_id: UUID
    role: str
    channel: str
    template: str
    topic: str
    is_time_critical: bool
    reference: str
    facts: dict[str, Any]
    queued_at: datetime
    expires_at: datetime


def insert_messages(messages: Sequence[NewMessage]) -> list[Waiting]:
    """Insert a wave's or a fact's messages at once, and give those that were not there before."""
    if not messages:
        return []
    first = messages[0]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            insert into notifications_outgoing_message (
              id, event_seq, event_name, recipient_id, role, channel, template, topic, is_time_critical, reference, facts,
              status, reason, attempts, has_consent, vendor_ref, queued_at, expires_at, next_try_at)
            select id, %s, %s, recipient_id, role, channel, template, topic, is_time_critical, %s, facts,
              'queued', '', 0, false, '', %s, expires_at, now()
            from unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::boolean[], %s::jsonb[], %s::timestamptz[])
              as new(id, recipient_id, role, channel, template, topic, is_time_critical, facts, expires_at)
            on conflict do nothing
            returning id, is_time_critical
            """,
            [
                first.event_seq,
                first.event_name,
                first.reference,
                first.queued_at,
                [new_id() for _ in messages],
                [message.recipient_id for message in messages],
                [message.role for message in messages],
                [message.channel for message in messages],
                [message.template for message in messages],
                [message.topic for message in messages],
                [message.is_time_critical for message in messages],
                [Jsonb(message.facts) for message in messages],
                [message.expires_at for message in messages],
            ],
        )
        return [Waiting(*row) for row in cursor.fetchall()]


def operator_ids() -> list[UUID]:
    """Give the operators who may act."""
    return _account_ids("select account_id from identity.open_account where role = 'operator' order by account_id", [])


def is_open(account_id: UUID) -> bool:
    """Whether the account's address was proved and its door is open."""
    return bool(_account_ids("select account_id from identity.open_account where account_id = %s", [account_id]))


def _account_ids(statement: str, arguments: list[Any]) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        return [row[0] for row in cursor.fetchall()]
