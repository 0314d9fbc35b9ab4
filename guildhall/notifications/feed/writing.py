"""Set-based writes of the feed and the inbox, and the wake-up after the commit."""

import threading
from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from guildhall.eventlog.types import Event, Fact
from guildhall.kernel.ids import new_id
from guildhall.notifications.statements import NewMessage

CHANNEL = "feed"
EVERYBODY = "*"
_NAMED_AT_MOST = 200
_woken = threading.local()


def append(event: Event, fact: Fact, audience: Mapping[UUID, dict[str, str]]) -> None:
    """
    Give a fact the next position in each person's feed.

    The row of `feed_head` is the lock: whoever has read up to a position has seen everything before it.
    """
    if not audience:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            with told as (
              select account_id, ids from unnest(%(accounts)s::uuid[], %(ids)s::jsonb[]) as new(account_id, ids)
              where not exists (
                select from notifications_feed_row old where old.account_id = new.account_id and old.event_seq = %(seq)s)
            ), heads as (
              insert into notifications_feed_head (account_id, position) select account_id, 1 from told order by account_id
              on conflict (account_id) do update set position = notifications_feed_head.position + 1
              returning account_id, position
            )
            insert into notifications_feed_row (account_id, position, event_seq, kind, reference, ids, told_at)
            select account_id, position, %(seq)s, %(kind)s, %(reference)s, ids, %(at)s from heads join told using (account_id)
            returning account_id
            """,
            {
                "accounts": list(audience),
                "ids": [Jsonb(ids) for ids in audience.values()],
                "seq": fact.seq,
                "kind": event.name,
                "reference": event.reference,
                "at": fact.at,
            },
        )
        _wake({row[0] for row in cursor.fetchall()})


def fill_inboxes(items: Sequence[NewMessage]) -> None:
    """Put items into inboxes at once; those that are there already stay as they are."""
    if not items:
        return
    first = items[0]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            insert into notifications_inbox_item (
              id, event_seq, event_name, recipient_id, role, template, topic, reference, facts, told_at)
            select id, %s, %s, recipient_id, role, template, topic, %s, facts, %s
            from unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::jsonb[])
              as new(id, recipient_id, role, template, topic, facts)
            on conflict do nothing
            """,
            [
                first.event_seq,
                first.event_name,
                first.reference,
                first.queued_at,
                [new_id() for _ in items],
                [item.recipient_id for item in items],
                [item.role for item in items],
                [item.template for item in items],
                [item.topic for item in items],
                [Jsonb(item.facts) for item in items],
            ],
        )


def _wake(account_ids: set[UUID]) -> None:
    """Have listeners told after the commit, once for the whole batch. A wake-up may be lost, or too many: the feed is the truth."""
    accounts = _woken.__dict__.setdefault("accounts", set())
    accounts |= account_ids
    transaction.on_commit(_notify, robust=True)


def _notify() -> None:
    accounts, _woken.accounts = _woken.__dict__.get("accounts", set()), set()
    if accounts:
        names = EVERYBODY if len(accounts) > _NAMED_AT_MOST else ",".join(sorted(map(str, accounts)))
        with connection.cursor() as cursor:
            cursor.execute("select pg_notify(%s, %s)", [CHANNEL, names])
