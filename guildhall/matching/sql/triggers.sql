-- The life of cascades and offers, as functions: a lock statement first, then writes, so that each sees what the lock waited for.
-- Lock order: booking row (the caller's), cascade row, provider. Everything about the offers of a cascade happens under its row.

alter table matching_cascade set (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
alter table matching_offer set (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);

-- What was offered, to whom and for how much stays as it was; only the answer is written. Candidates are the record of why.
revoke update, delete, truncate on matching_offer, matching_candidate from guildhall_app;
revoke delete, truncate on matching_cascade from guildhall_app;
grant update (status, answered_at, accepted_at, reason) on matching_offer to guildhall_app;

-- A time-ordered id (RFC 9562, version 7), as kernel.ids makes them.
create or replace function matching.new_id() returns uuid language sql volatile as $$
  select encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) placing
    substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6), 52, 1), 53, 1), 'hex')::uuid
$$;

-- Publish a fact of a cascade under the version that its row has reached.
create or replace function matching.publish(name text, c matching_cascade, actor text, payload jsonb) returns bigint
language sql volatile as $$
  select eventlog.publish($1, 'cascade:' || ($2).id, ($2).version, ($2).reference, $3, timers.clock_now(), $4)
$$;

-- Give the job to the provider of an open offer: the caller holds the cascade's row and has checked. Siblings are withdrawn.
create or replace function matching.fill(c matching_cascade, o matching_offer) returns matching_cascade
language plpgsql volatile as $$
declare
  now_at constant timestamptz := timers.clock_now();
  gone uuid[];
  their uuid[];
begin
  update matching_offer set status = 'accepted', answered_at = now_at, accepted_at = now_at where id = o.id;
  update matching_cascade k set status = 'filled', ended_at = now_at, version = k.version + 1,
    planned = matching.planned_from(k, now_at)
  where k.id = c.id returning k.* into c;
  perform matching.publish('offer.accepted', c, 'provider:' || o.provider_id, jsonb_build_object(
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

-- The time to plan when the job is given out at an instant.
create or replace function matching.planned_from(c matching_cascade, at timestamptz) returns tstzrange
language sql immutable as $$
  select case when ($1).mode = 'asap'
    then tstzrange($2 + make_interval(mins => ($1).travel_minutes), $2 + make_interval(mins => ($1).travel_minutes + ($1).planned_minutes))
    else ($1).planned end
$$;
