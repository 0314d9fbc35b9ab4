"""What must hold of messages."""

from guildhall.kernel.invariants import Invariant

INVARIANTS = [
    Invariant(
        "N1",
        "nobody is told of a fact twice by one channel in the same words",
        """
        select event_seq, recipient_id, channel, template from notifications_outgoing_message group by 1, 2, 3, 4 having count(*) > 1
        """,
    ),
    Invariant(
        "H2",
        "every feed is dense from 1 to its head, each fact once",
        """
        select h.account_id, h.position, count(r.id), max(r.position) from notifications_feed_head h
        left join notifications_feed_row r on r.account_id = h.account_id
        group by h.account_id having h.position <> count(r.id) or h.position <> max(r.position) or count(r.id) <> count(distinct r.event_seq)
        union all
        select r.account_id, null, count(*), max(r.position) from notifications_feed_row r
        where not exists (select from notifications_feed_head h where h.account_id = r.account_id) group by r.account_id
        """,
    ),
    Invariant(
        "N2",
        "feeds and inboxes hold facts that were committed",
        """
        select r.account_id, r.kind from notifications_feed_row r
        where not exists (select from eventlog_event e where e.seq = r.event_seq and e.name = r.kind)
        union all
        select i.recipient_id, i.event_name from notifications_inbox_item i
        where not exists (select from eventlog_event e where e.seq = i.event_seq and e.name = i.event_name)
        """,
    ),
    Invariant(
        "N1",
        "what has left was tried, and has one vendor's proof of its own",
        """
        select id from notifications_outgoing_message
        where status in ('sent', 'delivered') and (attempts = 0 or vendor_ref = '' or sent_at is null)
        union all
        select min(id::text)::uuid from notifications_outgoing_message where vendor_ref <> '' group by vendor_ref having count(*) > 1
        """,
    ),
    Invariant(
        "N2",
        "every message is about a fact that was committed",
        """
        select m.id from notifications_outgoing_message m
        where not exists (select from eventlog_event e where e.seq = m.event_seq and e.name = m.event_name)
        """,
    ),
    Invariant(
        "N2",
        "no message waits for more than ten minutes without a job, except for quiet hours",
        """
        select m.id, m.status, m.reason from notifications_outgoing_message m
        where m.status in ('queued', 'sending', 'postponed') and m.next_try_at < now() - interval '10 minutes'
          and not exists (select from procrastinate_jobs j where j.lock = 'message:' || m.id and j.status in ('todo', 'doing'))
        """,
    ),
    Invariant(
        "N3",
        "nobody waits longer than the end of their quiet hours",
        """
        select id, postponed_until from notifications_outgoing_message
        where status = 'postponed' and reason = 'quiet_hours' and postponed_until < timers.clock_now() - interval '10 minutes'
          and not exists (select from procrastinate_jobs j where j.lock = 'message:' || id and j.status in ('todo', 'doing'))
        """,
    ),
    Invariant(
        "N3",
        "no text message left for somebody who had not agreed",
        """
        select m.id from notifications_outgoing_message m
        where m.channel = 'sms' and m.status in ('sent', 'delivered') and not coalesce((
          select c.is_given from identity_consent c
          where c.account_id = m.recipient_id and c.kind = 'sms_offers' and c.recorded_at <= m.first_tried_at
          order by c.id desc limit 1), false)
        """,
    ),
    Invariant(
        "N3",
        "no message about an offer left after the offer's end",
        """
        select id from notifications_outgoing_message
        where event_name = 'wave.opened' and channel = 'sms' and first_tried_at >= expires_at
        """,
    ),
]
