"""What must hold of cascades and offers."""

from guildhall.kernel.invariants import Invariant

INVARIANTS = [
    Invariant(
        "O1",
        "a cascade has one accepted offer when it is filled, and none otherwise",
        """
        select c.id, c.status, count(o.id) from matching_cascade c
        left join matching_offer o on o.cascade_id = c.id and o.accepted_at is not null
        group by c.id having count(o.id) <> case c.status when 'filled' then 1 else 0 end
        """,
    ),
    Invariant(
        "O1",
        "a reference has at most one live cascade",
        "select reference from matching_cascade where status = 'live' group by reference having count(*) > 1",
    ),
    Invariant(
        "O3",
        "waves only advance: no offer of a wave that was not opened, none older than an offer of an earlier wave",
        """
        select o.id from matching_offer o join matching_cascade c on c.id = o.cascade_id where o.wave_number > c.wave_number
        union all
        select cascade_id from (
          select cascade_id, wave_number, min(offered_at) as first, max(offered_at) as last,
                 lag(max(offered_at)) over (partition by cascade_id order by wave_number) as before
          from matching_offer group by cascade_id, wave_number
        ) waves where first < before or first <> last
        """,
    ),
    Invariant(
        "O3",
        "nobody is asked twice in a cascade, and no excluded provider at all",
        """
        select cascade_id, provider_id from matching_offer group by 1, 2 having count(*) > 1
        union all
        select o.cascade_id, o.provider_id from matching_offer o join matching_cascade c on c.id = o.cascade_id
        where o.provider_id = any(c.excluded)
        """,
    ),
    Invariant(
        "O4",
        "no offer is open in a cascade that has ended, or in a wave that is over",
        """
        select o.id from matching_offer o join matching_cascade c on c.id = o.cascade_id
        where o.status = 'open' and (c.status <> 'live' or o.wave_number <> c.wave_number)
        """,
    ),
    Invariant(
        "B7",
        "no live cascade is more than a minute past its deadline, unless matching is paused there",
        """
        select id, reference, expires_at from matching_cascade c
        where status = 'live' and expires_at < timers.clock_now() - interval '60 seconds'
          and not policy.is_paused('matching', c.city_key)
        """,
    ),
]
