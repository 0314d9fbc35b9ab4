-- Functions that other contexts' SQL may name.
create schema if not exists timers;

-- Now, on the clock. STABLE, so it can be an index condition: now() plus what the sandbox has travelled.
-- In PL/pgSQL, which keeps its plans: what is asked in nearly every statement should not be parsed anew by each.
create or replace function timers.clock_now() returns timestamptz language plpgsql stable as $$
begin
  return (select now() + travelled from timers_clock where id = 1);
end $$;

-- Ask to be told at a time. Nothing is ever cancelled: a timer whose owner has moved on fires without effect.
create or replace function timers.set_timer(kind text, reference text, due_at timestamptz) returns void language sql volatile as $$
  insert into timers_timer (kind, reference, due_at, attempts, error, is_parked) values ($1, $2, $3, 0, '', false)
$$;

-- When the next timer is due, null without any. In PL/pgSQL as well: the dispatcher asks all day long.
create or replace function timers.next_timer() returns timestamptz language plpgsql stable as $$
begin
  return (select min(due_at) from timers_timer where not is_parked);
end $$;
