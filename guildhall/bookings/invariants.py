"""What must hold of bookings."""

from guildhall.kernel.invariants import Invariant

INVARIANTS = [
    Invariant(
        "B1",
        "a booking with a provider at work holds exactly its provider's time",
        """select b.id, b.status, r.provider_id from bookings_booking b
           left join scheduling_reservation r on r.reference = 'booking:' || b.id and r.status = 'active'
           where (b.status in ('confirmed', 'en_route', 'arrived', 'in_progress')
                  and (r.provider_id is distinct from b.provider_id or r.planned is distinct from b.planned))
              or (b.status not in ('confirmed', 'en_route', 'arrived', 'in_progress', 'unresolved') and r.id is not null)""",
    ),
    Invariant(
        "B3",
        "a booking has moved as often as it has facts",
        """select b.id, b.version, count(e.seq) from bookings_booking b
           left join eventlog_event e on e.aggregate = 'booking:' || b.id
           group by b.id having b.version <> count(e.seq) or b.version <> max(e.version)""",
    ),
    Invariant(
        "B7",
        "every open booking owns a live deadline: a timer, or a live cascade while matching",
        """select b.id, b.status, b.deadline_at from bookings_booking b
           where (b.status = 'matching' and not exists (
                    select from matching_cascade c where c.reference = 'booking:' || b.id and c.status in ('live', 'exhausted')))
              or (b.status not in ('matching', 'closed') and not exists (
                    select from timers_timer t where t.kind = 'booking.deadline' and t.reference = b.id::text
                    and t.due_at >= b.deadline_at and not t.is_parked))""",
    ),
    Invariant(
        "B7",
        "no booking is more than a minute past its deadline",
        """select id, status, deadline_at from bookings_booking
           where deadline_at < timers.clock_now() - interval '60 seconds' and status <> 'closed'""",
    ),
    Invariant(
        "B6",
        "what was settled is the frozen price, and never more than was authorized",
        "select id, total_minor, authorize_minor from bookings_booking where total_minor > authorize_minor",
    ),
    Invariant(
        "C1",
        "nobody holds a job without the right to work when it was confirmed",
        """select b.id, b.provider_id from bookings_booking b
           left join credentialing_work_right w on w.provider_id = b.provider_id
           where b.status in ('confirmed', 'en_route', 'arrived') and w.provider_id is null""",
    ),
    Invariant(
        "A3",
        "where somebody is, is known only while they are on the way with that job",
        """select w.booking_id, b.status from bookings_whereabouts w left join bookings_booking b on b.id = w.booking_id
           where b.status is distinct from 'en_route' or b.provider_id is distinct from w.provider_id""",
    ),
]
