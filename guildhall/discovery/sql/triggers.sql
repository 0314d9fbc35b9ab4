-- Private functions of discovery, and how its tables are stored.

-- These rows change often and none of the changing columns is indexed: room on the page keeps the changes there.
alter table discovery_reach set (fillfactor = 80);
alter table discovery_last_offer set (fillfactor = 50);
-- Index-only scans need a fresh visibility map.
alter table discovery_reach_cell set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);

-- What a rebuild reads: the providers with an open account, an area and a right in force. Nobody else can be asked.
create or replace view discovery.source as
  select p.provider_id, p.tier_rank, p.rating_sum, p.rating_count, p.time_zone, p.home_longitude, p.home_latitude, a.area,
         array(select c.category_id from providers.offered_category c where c.provider_id = p.provider_id order by 1) as category_ids,
         (select coalesce(jsonb_agg(jsonb_build_array(h.weekday, h.starts, h.ends) order by h.weekday, h.starts), '[]')
          from providers.weekly_hours h where h.provider_id = p.provider_id) as weekly
  from providers.profile p
  join providers.service_area a using (provider_id)
  join credentialing.rights using (provider_id)
  where p.is_open;

-- The postings of one cell and category after a place in the order. It is inlined into the query below, where eight such streams
-- are merged as they come: without the order here they would all be read to their end and sorted.
create or replace function discovery.postings(key bigint, week_mask bigint, after_ord integer, after_provider uuid, last_ord integer)
returns table (ord integer, provider_id uuid, interior boolean) language sql stable as $$
  select c.ord, c.provider_id, c.interior from discovery_reach_cell c
  where c.key = $1 and c.week & $2 = $2 and (c.ord, c.provider_id) > ($3, $4) and c.ord <= $5
  order by c.ord, c.provider_id
$$;

-- The one eligibility: who reaches the place in the category and could do the work in the window. It walks the index in its
-- order and stops at `most`. With `only_ids`, these providers in their order instead, each with the reason why not ('' = none).
-- Without a window, whoever has the right at `at`. Beyond the known weeks `hours` is given back, for the exact look.
create or replace function discovery.candidates(
  keys bigint[], only_ids uuid[], excluded uuid[], place geometry, category integer, win tstzrange, week_mask bigint,
  asap boolean, at timestamptz, radius_metres integer, after_ord integer, after_provider uuid, last_ord integer, most integer
) returns table (
  provider_id uuid, ord integer, refusal text, tier_rank smallint, distance_metres float8, rating_sum integer, rating_count integer,
  offers_accepted integer, offers_declined integer, offers_ignored integer, response_seconds_sum bigint, offered_at timestamptz,
  available_now boolean, hours jsonb
)
language plpgsql stable
set plan_cache_mode = force_generic_plan set enable_hashjoin = off set enable_mergejoin = off set enable_bitmapscan = off set enable_seqscan = off
as $$
#variable_conflict use_column
begin
  return query
  select c.provider_id, c.ord, v.refusal, p.tier_rank, ST_DistanceSphere(r.home, place), p.rating_sum, p.rating_count,
         p.offers_accepted, p.offers_declined, p.offers_ignored, p.response_seconds_sum, l.offered_at,
         p.available_now, case when not asap and upper(win) > r.working_until then r.hours end
  from (
    (select * from discovery.postings(keys[1], week_mask, after_ord, after_provider, last_ord)) union all
    (select * from discovery.postings(keys[2], week_mask, after_ord, after_provider, last_ord)) union all
    (select * from discovery.postings(keys[3], week_mask, after_ord, after_provider, last_ord)) union all
    (select * from discovery.postings(keys[4], week_mask, after_ord, after_provider, last_ord)) union all
    (select * from discovery.postings(keys[5], week_mask, after_ord, after_provider, last_ord)) union all
    (select * from discovery.postings(keys[6], week_mask, after_ord, after_provider, last_ord)) union all
    (select * from discovery.postings(keys[7], week_mask, after_ord, after_provider, last_ord)) union all
    (select * from discovery.postings(keys[8], week_mask, after_ord, after_provider, last_ord)) union all
    (select o.n::integer, o.id, false from unnest(only_ids) with ordinality o (id, n) order by 1, 2)
  ) c
  left join providers.profile p on p.provider_id = c.provider_id
  left join discovery_reach r on r.provider_id = c.provider_id
  left join discovery_last_offer l on l.provider_id = c.provider_id
  cross join lateral (
    select case
      when c.provider_id = any(excluded) then 'excluded'
      when p.tier_rank is null then 'no_tier'
      when asap and not p.available_now then 'not_available_now'
      when not asap and lower(win) < at + make_interval(mins => p.minimum_notice_minutes) then 'notice'
      when not asap and not coalesce(r.working @> win or upper(win) > r.working_until, win is null) then 'not_working'
      when not exists (select from providers.offered_category o where o.provider_id = c.provider_id and o.category_id = category)
        then 'not_category'
      when not exists (select from credentialing.rights w where w.provider_id = c.provider_id and w.valid_until >= coalesce(upper(win), at))
        or not p.is_open then 'no_right'
      when not c.interior
        and not exists (select from providers.service_area a where a.provider_id = c.provider_id and ST_Covers(a.area, place))
        then 'not_covering'
      when not coalesce(ST_DistanceSphere(r.home, place) <= radius_metres, false) then 'too_far'
      when exists (select from scheduling.busy b where b.provider_id = c.provider_id and b.during && win) then 'not_free'
      when p.jobs_a_day_max is not null and scheduling.day_is_full(c.provider_id, lower(win)) then 'day_is_full'
      else '' end as refusal
    offset 0
  ) v
  where only_ids is not null or v.refusal = ''
  order by c.ord, c.provider_id
  limit most;
end $$;
