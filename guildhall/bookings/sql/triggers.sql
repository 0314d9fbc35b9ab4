-- The gate stands in the database: nobody is confirmed for, or starts, a job beyond the end of their right to work.
create or replace function bookings.assert_right_to_work() returns trigger language plpgsql as $$
begin
  perform credentialing.assert_right(new.provider_id, upper(new.planned));
  return new;
end $$;

create or replace trigger assert_right_to_work before update on bookings_booking for each row
when (new.status in ('confirmed', 'in_progress') and (old.status is distinct from new.status or old.provider_id is distinct from new.provider_id))
execute function bookings.assert_right_to_work();

-- A booking begins at the beginning, and stays in the books.
create or replace function bookings.refuse_birth() returns trigger language plpgsql as $$
begin
  raise exception 'a booking starts awaiting its card, not %', new.status using errcode = 'GH409';
end $$;

create or replace trigger starts_at_the_beginning before insert on bookings_booking for each row
when (new.status <> 'awaiting_card') execute function bookings.refuse_birth();

revoke delete, truncate on bookings_booking from guildhall_app;
revoke update, delete, truncate on bookings_evidence from guildhall_app;

-- Where somebody is, is nobody's business but the customer's who waits, and only while they wait: the last place, not journalled
-- (so in no backup and on no replica; after a crash the next report brings it back), and gone with the status.
alter table bookings_whereabouts set unlogged;

create or replace function bookings.refuse_whereabouts() returns trigger language plpgsql as $$
begin
  if not exists (select from bookings_booking where id = new.booking_id and provider_id = new.provider_id and status = 'en_route') then
    raise exception 'nobody is on the way with this job' using errcode = 'GH409';
  end if;
  return new;
end $$;

create or replace trigger only_on_the_way before insert or update on bookings_whereabouts for each row
execute function bookings.refuse_whereabouts();

create or replace function bookings.forget_whereabouts() returns trigger language plpgsql as $$
begin
  delete from bookings_whereabouts where booking_id = new.id;
  return null;
end $$;

create or replace trigger forget_whereabouts after update on bookings_booking for each row
when (old.status = 'en_route' and new.status <> 'en_route') execute function bookings.forget_whereabouts();

revoke truncate on bookings_whereabouts from guildhall_app;
