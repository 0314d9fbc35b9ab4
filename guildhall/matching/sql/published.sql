-- Functions that other contexts' SQL may name.
create schema if not exists matching;

-- Take an offer for a provider. The caller holds the booking's row; this locks the cascade's, and decides by the clock of the
-- database. It reserves nothing: if the caller then cannot reserve, the caller raises and everything is undone.
-- `outcome`: taken | already_yours | already_taken (409) | expired (410: window over, cancelled, revoked or declined) | not_yours.
-- `planned` is the time to reserve; an ASAP job starts anew, the travel allowance from now. `actor` is the provider unless given.
create or replace function matching.take_offer(offer uuid, provider uuid, actor text default null)
returns table (
  outcome text, reference text, cascade uuid, mode text, tier_rank smallint, net_minor bigint, currency text, planned tstzrange
) language plpgsql volatile as $$
#variable_conflict use_column
declare
  c matching_cascade;
  o matching_offer;
begin
  select f.* into o from matching_offer f where f.id = $1 and f.provider_id = $2;
  if not found then
    return query select 'not_yours', null::text, null::uuid, null::text, null::smallint, null::bigint, null::text, null::tstzrange;
    return;
  end if;
  select k.* into c from matching_cascade k where k.id = o.cascade_id for update;
  select f.* into o from matching_offer f where f.id = $1;  -- again: whoever held the lock may have ended it
  if o.status = 'accepted' then
    outcome := 'already_yours';
  elsif c.status = 'filled' and o.status = 'withdrawn' and o.reason = 'taken' then
    outcome := 'already_taken';
  elsif o.status = 'open' and c.status = 'live' and o.wave_number = c.wave_number and timers.clock_now() < o.expires_at then
    outcome := 'taken';
    c := matching.fill(c, o, coalesce($3, 'provider:' || $2));
  else
    outcome := 'expired';
  end if;
  return query select outcome, c.reference, c.id, c.mode, o.tier_rank, o.net_minor, o.currency::text, c.planned;
end $$;

-- Whose offer it is, read without a lock: the caller locks the booking before it calls take_offer.
create or replace function matching.reference_of(offer uuid) returns text language sql stable as $$
  select c.reference from matching_offer f join matching_cascade c on c.id = f.cascade_id where f.id = $1
$$;
