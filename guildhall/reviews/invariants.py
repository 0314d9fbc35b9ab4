"""What must hold of reviews."""

from guildhall.kernel.invariants import Invariant

INVARIANTS = [
    Invariant(
        "B4",
        "each side reviews a booking once, and nobody else does",
        """
        select window_id, side from reviews_review group by 1, 2 having count(*) > 1
        union all
        select r.window_id, r.side from reviews_review r join reviews_window w on w.booking_id = r.window_id
        where (r.reviewer_id, r.reviewee_id) is distinct from
          (case r.side when 'customer' then w.customer_id else w.provider_id end,
           case r.side when 'customer' then w.provider_id else w.customer_id end)
        """,
    ),
    Invariant(
        "B3",
        "a review has as many facts as it has taken steps",
        """
        select r.id, r.version, count(e.seq) from reviews_review r left join eventlog_event e on e.aggregate = 'review:' || r.id
        group by r.id having r.version <> count(e.seq)
        """,
    ),
    Invariant(
        "B7",
        "no review stays hidden when both are in, or a minute after its window",
        """
        select r.id, w.closes_at from reviews_review r join reviews_window w on w.booking_id = r.window_id
        where r.status = 'hidden' and (w.closes_at < timers.clock_now() - interval '60 seconds'
          or (select count(*) from reviews_review other where other.window_id = r.window_id) > 1)
        """,
    ),
    Invariant(
        "E5",
        "every published rating of a provider is counted",
        """
        select p.id, p.rating_count, p.rating_sum, count(*), sum(r.rating)
        from reviews_review r join providers_provider p on p.id = r.reviewee_id
        where r.side = 'customer' and r.status = 'published'
        group by p.id having p.rating_count < count(*) or p.rating_sum < sum(r.rating)
        """,
    ),
]
