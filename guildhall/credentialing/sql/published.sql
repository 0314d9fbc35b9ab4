-- Functions and views that other contexts' SQL may name: the gate between a provider and work.
create schema if not exists credentialing;

-- Rights that are in force now.
create or replace view credentialing.rights as
  select provider_id, valid_until from credentialing_work_right
  where revoked_at is null and valid_until > timers.clock_now();

-- Let pass who may work until then, else raise GH001. FOR SHARE: a revocation that is under way is waited for and seen, and
-- one that comes later waits for the asker's commit, so that no work is confirmed on a right that is gone.
create or replace function credentialing.assert_right(provider uuid, until timestamptz) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform from public.credentialing_work_right w
  where w.provider_id = provider and w.revoked_at is null and w.valid_until >= until
  for share;
  if not found then
    raise exception 'provider % may not work until %', provider, until using errcode = 'GH001';
  end if;
end $$;

-- Those of many who may not work until then: ids[i] until untils[i]. For statement triggers on whole waves of offers.
-- One plan is kept, by keys only: it may have been made while the table was new and held nothing.
create or replace function credentialing.rights_missing(ids uuid[], untils timestamptz[]) returns setof uuid
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off as $$
begin
  return query select asked.id from unnest(ids, untils) as asked (id, until)
  where not exists (
    select from public.credentialing_work_right w
    where w.provider_id = asked.id and w.revoked_at is null and w.valid_until >= asked.until
  );
end $$;
