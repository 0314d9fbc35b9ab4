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
