-- Functions that other contexts' SQL may name.
create schema if not exists policy;

-- Is `what` (matching, notifications, payouts) stopped in the city, by its own switch or by the one for every city?
create or replace function policy.is_paused(what text, city text) returns boolean language sql stable as $$
  select exists (
    select from policy_pause p where p.what = $1 and p.city in ($2, '*') and p.resumed_at is null
  )
$$;

-- Is `what` stopped anywhere? Asked once for a whole batch, it spares the question for each city.
create or replace function policy.is_paused_somewhere(what text) returns boolean language plpgsql stable as $$
begin
  return exists (select from policy_pause p where p.what = $1 and p.resumed_at is null);
end $$;
