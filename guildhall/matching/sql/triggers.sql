-- The life of cascades and offers, as functions: a lock statement first, then writes, so that each sees what the lock waited for.
-- Lock order: booking row (the caller's), cascade row, provider. Everything about the offers of a cascade happens under its row.

-- Each offer is changed once, at the end of its wave together with its neighbours: room for all of them keeps the indexes out of it.
alter table matching_offer set (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
alter table matching_cascade set (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);

-- What was offered, to whom and for how much stays as it was; only the answer is written. Candidates are the record of why.
revoke update, delete, truncate on matching_offer, matching_candidate from guildhall_app;
revoke delete, truncate on matching_cascade from guildhall_app;
grant update (status, answered_at, accepted_at, reason) on matching_offer to guildhall_app;

-- The gate where offers are made: no offer to anybody whose right to work does not last to the work's end. Once per statement.
create or replace function matching.refuse_offers_without_right() returns trigger language plpgsql as $$
declare
  ids uuid[];
  untils timestamptz[];
  missing uuid;
begin
  select array_agg(provider_id), array_agg(work_ends_at) into ids, untils from offered;
  select m into missing from credentialing.rights_missing(ids, untils) m limit 1;
  if found then
    raise exception 'provider % may not be offered work', missing using errcode = 'GH001';
  end if;
  return null;
end $$;
create or replace trigger guard_right after insert on matching_offer
  referencing new table as offered for each statement execute function matching.refuse_offers_without_right();

-- The first half of time-ordered ids (RFC 9562, version 7, as kernel.ids makes them) of this millisecond, and an id with it. What is made
-- together is counted in the twelve bits after it: in the order of the ids, each is put behind the one before, where the index ends.
create or replace function matching.id_prefix(at timestamptz) returns text language plpgsql stable as $$
declare
  h constant text := lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0');
begin
  return substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-7';
end $$;
drop function if exists matching.new_id(text);
create or replace function matching.new_id(prefix text, n bigint) returns uuid language sql volatile as $$
  select overlay(gen_random_uuid()::text placing $1 || lpad(to_hex($2 & 4095), 3, '0') from 1)::uuid
$$;

-- Publish a fact of a cascade under the version that its row has reached.
create or replace function matching.publish(name text, c matching_cascade, actor text, payload jsonb) returns bigint
language sql volatile as $$
  select eventlog.publish($1, 'cascade:' || ($2).id, ($2).version, ($2).reference, $3, timers.clock_now(), $4)
$$;

-- The time to plan when the job is given out at an instant.
create or replace function matching.planned_from(mode text, planned tstzrange, travel_minutes integer, planned_minutes integer, at timestamptz)
returns tstzrange language sql stable as $$
  select case when $1 = 'asap'
    then tstzrange($5 + make_interval(mins => $3), $5 + make_interval(mins => $3 + $4)) else $2 end
$$;

-- Give the job to the provider of an open offer: the caller holds the cascade's row and has checked. Siblings are withdrawn.
create or replace function matching.fill(c matching_cascade, o matching_offer, actor text) returns matching_cascade
language plpgsql volatile as $$
declare
  now_at constant timestamptz := timers.clock_now();
  gone uuid[];
  their uuid[];
begin
  update matching_offer set status = 'accepted', answered_at = now_at, accepted_at = now_at where id = o.id;
  update matching_cascade k set status = 'filled', ended_at = now_at, version = k.version + 1,
    planned = matching.planned_from(k.mode, k.planned, k.travel_minutes, k.planned_minutes, now_at)
  where k.id = c.id returning k.* into c;
  perform matching.publish('offer.accepted', c, actor, jsonb_build_object(
    'offer_id', o.id, 'provider_id', o.provider_id, 'wave_number', o.wave_number, 'tier_rank', o.tier_rank,
    'net_minor', o.net_minor, 'currency', o.currency, 'offered_at', o.offered_at));
  with siblings as (
    update matching_offer f set status = 'withdrawn', reason = 'taken'
    where f.cascade_id = c.id and f.status = 'open' returning f.id, f.provider_id
  )
  select array_agg(id), array_agg(provider_id) into gone, their from siblings;
  if gone is not null then
    update matching_cascade k set version = k.version + 1 where k.id = c.id returning k.* into c;
    perform matching.publish('offer.withdrawn', c, 'system:matching', jsonb_build_object(
      'reason', 'taken', 'offer_ids', gone, 'provider_ids', their));
  end if;
  return c;
end $$;

-- End the wave now when nobody is left who could say yes. The caller holds the cascade's row.
create or replace function matching.end_early(cascade uuid) returns void language sql volatile as $$
  update matching_cascade c set expires_at = timers.clock_now(), look_ahead_at = least(c.look_ahead_at, timers.clock_now())
  where c.id = $1 and c.status = 'live' and c.wave_number > 0
    and not exists (select from matching_offer o where o.cascade_id = $1 and o.status = 'open')
$$;

-- Say no for a provider. Outcome: declined (also the second time) | accepted | already_taken | expired | not_yours.
create or replace function matching.decline_offer(offer uuid, provider uuid, reason text) returns text
language plpgsql volatile as $$
declare
  c matching_cascade;
  o matching_offer;
begin
  select f.* into o from matching_offer f where f.id = $1 and f.provider_id = $2;
  if not found then
    return 'not_yours';
  end if;
  select k.* into c from matching_cascade k where k.id = o.cascade_id for update;
  select f.* into o from matching_offer f where f.id = $1;
  if o.status in ('declined', 'accepted') then
    return o.status;
  elsif c.status = 'filled' and o.status = 'withdrawn' and o.reason = 'taken' then
    return 'already_taken';
  elsif o.status <> 'open' or timers.clock_now() >= o.expires_at then
    return 'expired';
  end if;
  update matching_offer f set status = 'declined', answered_at = timers.clock_now(), reason = $3 where f.id = $1;
  update matching_cascade k set version = k.version + 1 where k.id = c.id returning k.* into c;
  perform matching.publish('offer.declined', c, 'provider:' || $2, jsonb_build_object(
    'offer_id', $1, 'provider_id', $2, 'wave_number', o.wave_number, 'offered_at', o.offered_at));
  perform matching.end_early(c.id);
  return 'declined';
end $$;

-- Stop the live cascade of a reference; false when it has none.
create or replace function matching.close_cascade(reference text, why text, actor text) returns boolean
language plpgsql volatile as $$
declare
  c matching_cascade;
  gone uuid[];
  their uuid[];
begin
  select k.* into c from matching_cascade k where k.reference = $1 and k.status = 'live' for update;
  if not found then
    return false;
  end if;
  with withdrawn as (
    update matching_offer f set status = 'withdrawn', reason = $2
    where f.cascade_id = c.id and f.status = 'open' returning f.id, f.provider_id
  )
  select coalesce(array_agg(id), '{}'), coalesce(array_agg(provider_id), '{}') into gone, their from withdrawn;
  update matching_cascade k set status = 'closed', ended_at = timers.clock_now(), version = k.version + 1
  where k.id = c.id returning k.* into c;
  perform matching.publish('cascade.closed', c, $3, jsonb_build_object('reason', $2, 'offer_ids', gone, 'provider_ids', their));
  return true;
end $$;

-- Take back every open offer of a provider; says how many. Cascades are locked in order of their ids.
create or replace function matching.withdraw_offers_of(provider uuid, why text, actor text) returns integer
language plpgsql volatile as $$
declare
  c matching_cascade;
  o matching_offer;
  withdrawn integer := 0;
begin
  for c in
    select k.* from matching_cascade k
    where k.id in (select f.cascade_id from matching_offer f where f.provider_id = $1 and f.status = 'open')
    order by k.id for update
  loop
    update matching_offer f set status = 'withdrawn', reason = $2
    where f.cascade_id = c.id and f.provider_id = $1 and f.status = 'open' returning f.* into o;
    continue when not found;
    update matching_cascade k set version = k.version + 1 where k.id = c.id returning k.* into c;
    perform matching.publish('offer.withdrawn', c, $3, jsonb_build_object(
      'reason', $2, 'offer_ids', array[o.id], 'provider_ids', array[$1]));
    perform matching.end_early(c.id);
    withdrawn := withdrawn + 1;
  end loop;
  return withdrawn;
end $$;

-- End the waves of these cascades and open the next ones, or exhaust them. The caller holds their rows, and each has its next
-- wave ranked. Who is asked must still be eligible now, is never asked twice, and never one of the excluded.
-- That each may work is checked for all of them by the trigger on offers; `careful` looks before, one step slower, for the rare
-- batch in which the trigger found somebody.
-- One plan for batches of every size: planning this anew for a handful of cascades takes longer than moving them. Without sorts where
-- an index has the order: the last reservation before an instant is one step, not a sort of them all. By keys only: the plan is kept,
-- and may have been made while a table was new and held nothing.
create or replace function matching.advance(claimed uuid[], careful boolean default false) returns void language plpgsql volatile
set plan_cache_mode = force_generic_plan set enable_sort = off set enable_seqscan = off set jit = off as $$
declare
  now_at constant timestamptz := timers.clock_now();
  prefix constant text := matching.id_prefix(clock_timestamp());
  facts integer;
  asked_now uuid[];
begin
  with due as materialized (
    select claim.n, c.id, (c.wave_number + 1)::smallint as wave, c.next_kind, c.next_size, c.net_minor_by_tier, c.currency,
           now_at + make_interval(secs => c.next_window_seconds) as until,
           matching.planned_from(c.mode, c.planned, c.travel_minutes, c.planned_minutes, now_at) as planned,
           c.excluded || array(select o.provider_id from matching_offer o where o.cascade_id = c.id) as never
    from unnest(claimed) with ordinality as claim (id, n) join matching_cascade c using (id)
  ), doubtful as materialized (
    -- Asked for all at once; one by one only of those whose right ends before some of the work.
    select missing as provider_id
    from (select array_agg(k.provider_id) as ids, array_agg(upper(d.planned)) as untils
          from due d join matching_candidate k on k.cascade_id = d.id and k.wave_number = d.wave
          where careful and k.eligible having careful) asked, credentialing.rights_missing(asked.ids, asked.untils) missing
  ), chosen as materialized (
    -- The best first, one by one until there are enough: those who are not needed are not looked at.
    select d.id, d.wave, d.currency, d.until, upper(d.planned) as ends_at, k.*, matching.new_id(prefix, d.n * 8 + k.position) as offer_id
    from due d cross join lateral (
      select position, provider_id, tier_rank, distance_metres, (d.net_minor_by_tier ->> tier_rank::text)::bigint as net_minor
      from matching_candidate
      where cascade_id = d.id and wave_number = d.wave and eligible and provider_id <> all(d.never)
        and d.net_minor_by_tier ? tier_rank::text
        and coalesce((select r.ends_at <= lower(d.planned) from scheduling.reserved r
                      where r.provider_id = matching_candidate.provider_id and r.starts_at < upper(d.planned) order by r.starts_at desc limit 1), true)
        and not exists (select from scheduling.off f where f.provider_id = matching_candidate.provider_id and f.during && d.planned offset 0)
        and (provider_id not in (select provider_id from doubtful) or discovery.still_eligible(provider_id, d.planned))
      order by position limit d.next_size
    ) k
    where d.next_kind <> ''
  ), expired as (
    update matching_offer o set status = 'expired' from due d where o.cascade_id = d.id and o.status = 'open'
  ), offered as (
    insert into matching_offer (id, cascade_id, provider_id, wave_number, tier_rank, status, net_minor, currency,
                                distance_metres, work_ends_at, offered_at, expires_at, reason)
    select offer_id, id, provider_id, wave, tier_rank, 'open', net_minor, currency,
           distance_metres, ends_at, now_at, until, '' from chosen
  ), asked as (
    -- Every cascade with whom it asks, if anybody: put together, not joined, since nobody can foretell how many there will be.
    select id, array_agg(offer_id order by position) filter (where position is not null) as offer_ids,
           array_agg(provider_id order by position) filter (where position is not null) as provider_ids
    from (select id, null::uuid as offer_id, null::uuid as provider_id, null::smallint as position from due
          union all select id, offer_id, provider_id, position from chosen) every
    group by id
  ), moved as (
    update matching_cascade c set
      version = c.version + 1,
      status = case when c.next_kind = '' then 'exhausted' else c.status end,
      ended_at = case when c.next_kind = '' then now_at end,
      planned = matching.planned_from(c.mode, c.planned, c.travel_minutes, c.planned_minutes, now_at),
      wave_number = case when c.next_kind = '' then c.wave_number else c.wave_number + 1 end,
      wave_kind = case when c.next_kind = '' then c.wave_kind else c.next_kind end,
      wave_tier_rank = case when c.next_kind = '' then c.wave_tier_rank else c.next_tier_rank end,
      wave_turn = case when c.next_kind = '' then c.wave_turn else c.next_turn end,
      wave_notified_at = case when c.next_kind = '' then c.wave_notified_at else now_at end,
      -- A wave that asks nobody is over at once.
      expires_at = case when c.next_kind = '' then c.expires_at when a.offer_ids is null then now_at
                        else now_at + make_interval(secs => c.next_window_seconds) end,
      -- Long before its end a ranking would be stale.
      look_ahead_at = case when a.offer_ids is null then now_at
                           else greatest(now_at, now_at + make_interval(secs => c.next_window_seconds) - interval '2 minutes') end
    from asked a where c.id = a.id
    returning c.id, c.version, c.reference, c.status, c.mode, c.wave_number, c.wave_kind, c.wave_tier_rank, c.expires_at,
              a.offer_ids, a.provider_ids
  ), told as (
    select eventlog.publish_many(
      array_agg(case m.status when 'exhausted' then 'cascade.exhausted' else 'wave.opened' end), array_agg('cascade:' || m.id),
      array_agg(m.version), array_agg(m.reference), 'system:matching', now_at,
      array_agg(case m.status when 'exhausted' then jsonb_build_object('mode', m.mode, 'waves', m.wave_number)
      else jsonb_build_object(
        'mode', m.mode, 'wave_number', m.wave_number, 'wave_kind', m.wave_kind, 'tier_rank', m.wave_tier_rank,
        'expires_at', m.expires_at, 'offer_ids', coalesce(m.offer_ids, '{}'), 'provider_ids', coalesce(m.provider_ids, '{}'))
      end)) as told
    from moved m
  )
  select told, (select array_agg(provider_id) from chosen) into facts, asked_now from told;
  assert facts = cardinality(claimed), 'one fact for each cascade';
  if asked_now is not null then
    perform discovery.record_offers(asked_now, now_at);
  end if;
end $$;

-- The earliest end of a wave whose next one is ranked, where matching is not paused, and the earliest moment to rank; null without any.
-- In PL/pgSQL, which keeps its plans: the dispatcher asks all day long.
create or replace function matching.next_to_end() returns timestamptz language plpgsql stable as $$
begin
  return (
    select c.expires_at from matching_cascade c
    where c.status = 'live' and c.candidates_ready_wave > c.wave_number
      and (not (select policy.is_paused_somewhere('matching')) or not policy.is_paused('matching', c.city_key))
    order by c.expires_at limit 1);
end $$;
create or replace function matching.next_to_rank() returns timestamptz language plpgsql stable as $$
begin
  return (select min(c.look_ahead_at) from matching_cascade c where c.status = 'live' and c.candidates_ready_wave <= c.wave_number);
end $$;

-- Take up to `most` cascades whose wave is over and whose next wave is ranked, and move them on; says how many.
-- Nothing moves where an operator has paused matching: those stay due and are taken when it is resumed.
-- Committed without waiting for the disk: nobody was promised anything yet, and should the machine fail the waves are due again.
create or replace function matching.end_waves(most integer, careful boolean default false) returns integer language plpgsql volatile
set plan_cache_mode = force_generic_plan as $$
declare
  claimed uuid[];
begin
  select array_agg(id) into claimed from (
    select c.id from matching_cascade c
    where c.status = 'live' and c.expires_at <= timers.clock_now() and c.candidates_ready_wave > c.wave_number
      and (not (select policy.is_paused_somewhere('matching')) or not policy.is_paused('matching', c.city_key))
    order by c.expires_at limit most for update skip locked
  ) due;
  if claimed is null then
    return 0;
  end if;
  perform set_config('synchronous_commit', 'off', true);
  perform matching.advance(claimed, careful);
  return cardinality(claimed);
end $$;
