"""
Telling the people of a past what happens to them: their feeds, mails and text messages, which are only written down as sent.

Nothing else waits for it, so it may be done beside whatever follows at the same instant.
"""

from __future__ import annotations

from django.db import connection, transaction

from guildhall.eventlog.delivery import BATCH, deliver
from guildhall.notifications.queueing import TASK

TELLING = ("notifications", "feed")
"""The subscriptions that tell people; nothing comes of them but rows and jobs of the kind `LETTER`."""
LETTER = TASK


def tell() -> None:
    """Write into everybody's feed and letters what is in the log by now."""
    for name in TELLING:
        while deliver(name) >= BATCH:
            pass


def tell_people() -> None:
    """Tell everybody what is in the log by now, and count the letters as sent."""
    tell()
    _send_letters()


def read_what_is_old() -> None:
    """Have everybody read what they were told up to two days ago, an hour later; what is newer waits for them."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            update notifications_inbox_item set read_at = told_at + interval '1 hour'
            where read_at is null and told_at < timers.clock_now() - interval '2 days'
            """
        )


@transaction.atomic
def _send_letters() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select id, args ->> 'message_id' from procrastinate_jobs
            where status = 'todo' and (scheduled_at is null or scheduled_at <= now()) and task_name = %s
            """,
            [LETTER],
        )
        waiting = cursor.fetchall()
        if waiting:
            _write_down_as_sent([message_id for _, message_id in waiting])
            cursor.execute("delete from procrastinate_jobs where id = any(%s)", [[number for number, _ in waiting]])


def _write_down_as_sent(ids: list[str]) -> None:
    """Walk messages along the arrows of `notifications.lifecycle`; text messages only of people who have agreed to them."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            update notifications_outgoing_message m set status = 'dropped', reason = 'no_consent', next_try_at = null
            where id = any(%s::uuid[]) and status = 'queued' and channel = 'sms' and not coalesce((
              select c.is_given from identity_consent c where c.account_id = m.recipient_id and c.kind = 'sms_offers'
              order by c.id desc limit 1), false)
            """,
            [ids],
        )
        cursor.execute(
            """
            update notifications_outgoing_message
            set status = 'sending', attempts = 1, has_consent = channel = 'sms', first_tried_at = timers.clock_now()
            where id = any(%s::uuid[]) and status = 'queued'
            """,
            [ids],
        )
        cursor.execute(
            """
            update notifications_outgoing_message
            set status = 'sent', sent_at = timers.clock_now(), vendor_ref = 'past-' || id, next_try_at = null
            where id = any(%s::uuid[]) and status = 'sending'
            """,
            [ids],
        )
