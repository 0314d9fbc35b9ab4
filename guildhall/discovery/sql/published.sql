-- Functions that other contexts' SQL may name.
create schema if not exists discovery;

-- Whether a provider may still do work in the window: the right lasts to its end, nothing takes the
-- time, and the day does not hold as many jobs as they want.
create or replace function discovery.still_eligible(provider uuid, win tstzrange) returns boolean language sql stable as $$
  select exists (select from credentialing.rights r where r.provider_id = $1 and r.valid_until >= upper($2))
     and scheduling.is_free($1, $2) and not scheduling.day_is_full($1, lower($2))
$$;

-- The same for many at once: those pairs (providers[i], wins[i]) that may not.
create or replace function discovery.not_eligible(providers uuid[], wins tstzrange[]) returns table (provider_id uuid, win tstzrange)
language sql stable as $$
  select asked.provider_id, asked.win from unnest($1, $2) as asked (provider_id, win)
  where not exists (select from credentialing.rights r where r.provider_id = asked.provider_id and r.valid_until >= upper(asked.win))
     or exists (select from scheduling.busy b where b.provider_id = asked.provider_id and b.during && asked.win)
     or scheduling.day_is_full(asked.provider_id, lower(asked.win))
$$;

-- Remember that these providers were offered work, to ten minutes: the ranking counts days. A row that somebody else holds is left.
-- Each step goes row by row by the key, whatever the planner believes of the table: while that is new, nobody has counted its rows.
create or replace function discovery.record_offers(providers uuid[], at timestamptz) returns void language plpgsql volatile
set enable_seqscan = off as $$
declare
  news uuid[];
begin
  select array_agg(distinct p) into news
  from unnest($1) p
  where coalesce((select l.offered_at < $2 - interval '10 minutes' from discovery_last_offer l where l.provider_id = p), true);
  if news is null then return; end if;
  update discovery_last_offer set offered_at = $2
  where ctid = any(array(select l.ctid from discovery_last_offer l where l.provider_id = any(news) order by l.provider_id for update skip locked));
  insert into discovery_last_offer (provider_id, offered_at) select p, $2 from unnest(news) p order by p on conflict do nothing;
end $$;
