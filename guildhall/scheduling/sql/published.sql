-- Functions and views that other contexts' SQL may name.
create schema if not exists scheduling;

-- Everything that takes a provider's time: active reservations and time off.
create or replace view scheduling.busy as
  select provider_id, planned as during from scheduling_reservation where status = 'active'
  union all
  select provider_id, during from scheduling_time_off;

-- Active reservations by their ends. They never overlap, so of those that begin before a window ends only the last can reach
-- into it: `order by starts_at desc limit 1` finds it by one step into a btree, several times faster than the range index.
create or replace view scheduling.reserved as
  select provider_id, lower(planned) as starts_at, upper(planned) as ends_at from scheduling_reservation where status = 'active';

create or replace view scheduling.off as
  select provider_id, during from scheduling_time_off;

-- Queue behind whoever changes this provider's calendar, until the transaction ends. In the fixed lock order it comes last:
-- booking row, cascade row, provider.
create or replace function scheduling.lock_provider(provider uuid) returns void language sql volatile as $$
  select pg_advisory_xact_lock(hashtextextended('provider:' || $1, 0))
$$;

-- Whether nothing takes the provider's time in the window.
create or replace function scheduling.is_free(provider uuid, win tstzrange) returns boolean language sql stable as $$
  select coalesce((
      select r.ends_at <= lower($2) from scheduling.reserved r
      where r.provider_id = $1 and r.starts_at < upper($2) order by r.starts_at desc limit 1), true)
    and not exists (select from scheduling.off o where o.provider_id = $1 and o.during && $2)
$$;

-- Whether the provider's day, by their own clock, in which this begins holds as many jobs as they want. A job belongs to the day
-- in which its planned time begins. The calendar is only looked at for those who named a number.
create or replace function scheduling.day_is_full(provider uuid, starts_at timestamptz) returns boolean language sql stable as $$
  select exists (
    select from providers.profile p
    cross join lateral (select date_trunc('day', $2 at time zone p.time_zone) as midnight offset 0) d
    where p.provider_id = $1 and p.jobs_a_day_max is not null and p.jobs_a_day_max <= (
      select count(*) from scheduling.reserved r
      where r.provider_id = $1 and r.starts_at >= d.midnight at time zone p.time_zone
        and r.starts_at < (d.midnight + interval '1 day') at time zone p.time_zone))
$$;

-- Count the change and tell it. The caller holds the provider's lock.
create or replace function scheduling.publish_change(provider uuid, what text, during tstzrange, actor text, at timestamptz)
returns void language sql volatile as $$
  with calendar as (
    insert into scheduling_calendar as c (provider_id, version) values ($1, 1)
    on conflict (provider_id) do update set version = c.version + 1 returning c.version
  )
  select eventlog.publish('calendar.changed', 'calendar:' || $1, version, '', $4, $5,
                          jsonb_build_object('what', $2, 'starts_at', lower($3), 'ends_at', upper($3)))
  from calendar
$$;

-- Keep a provider's time for a reference. False, and nothing changed, when a reservation or time off overlaps, or when the
-- reference already holds an active reservation. The exclusion constraint is the proof, the lock is the queue. A day that holds
-- as many jobs as the provider wants raises GH429.
create or replace function scheduling.reserve(
  provider uuid, planned tstzrange, reference text,
  actor text default 'system:scheduling', at timestamptz default timers.clock_now()
) returns boolean language plpgsql volatile as $$
begin
  perform scheduling.lock_provider($1);
  if exists (select from scheduling_time_off t where t.provider_id = $1 and t.during && $2) then
    return false;
  end if;
  if scheduling.day_is_full($1, lower($2)) then
    raise exception 'provider % wants no more jobs on that day', $1 using errcode = 'GH429';
  end if;
  insert into scheduling_reservation (provider_id, planned, reference, status, reserved_at)
  values ($1, $2, $3, 'active', $5) on conflict do nothing;
  if not found then
    return false;
  end if;
  perform scheduling.publish_change($1, 'reserved', $2, $4, $5);
  return true;
end $$;

-- Give the time of a reference back. False when it holds none: releasing twice does no harm.
create or replace function scheduling.release(
  reference text, actor text default 'system:scheduling', at timestamptz default timers.clock_now()
) returns boolean language plpgsql volatile as $$
declare
  freed scheduling_reservation;
begin
  perform scheduling.lock_provider(r.provider_id)
  from scheduling_reservation r where r.reference = $1 and r.status = 'active';
  update scheduling_reservation r set status = 'released', released_at = $3
  where r.reference = $1 and r.status = 'active' returning r.* into freed;
  if not found then
    return false;
  end if;
  perform scheduling.publish_change(freed.provider_id, 'released', freed.planned, $2, $3);
  return true;
end $$;
