-- The hot road of bookings.
create schema if not exists bookings;

-- Commit a provider to the job of an offer. Locks in the fixed order: booking, cascade (in take_offer), provider (in reserve).
-- outcome: taken, already_yours, already_taken, expired, not_yours; slot_taken when the provider's time is taken, day_is_full when
-- they want no more jobs on that day, no_right when they may not work until the job's end: then nothing of it has happened.
create or replace function bookings.accept_offer(offer uuid, provider uuid, actor text, at timestamptz, out outcome text, out booking_id uuid)
language plpgsql volatile as $$
begin
  booking_id := substr(matching.reference_of(offer), 9)::uuid;
  perform from bookings_booking where id = booking_id for update;
  if not found then
    outcome := 'not_yours';
    return;
  end if;
  outcome := bookings.confirm(offer, provider, booking_id, actor, at);
exception
  when sqlstate 'GH410' then outcome := 'slot_taken';
  when sqlstate 'GH429' then outcome := 'day_is_full';
  when sqlstate 'GH001' then outcome := 'no_right';
end $$;

-- Take the offer, reserve the time and confirm. The caller holds the booking's row.
create or replace function bookings.confirm(offer uuid, provider uuid, booking_id uuid, actor text, at timestamptz) returns text
language plpgsql volatile as $$
declare
  b bookings_booking;
  taken record;
begin
  select * into taken from matching.take_offer(offer, provider);
  if taken.outcome <> 'taken' then
    return taken.outcome;
  end if;
  if not scheduling.reserve(provider, taken.planned, taken.reference, actor, at) then
    raise exception 'the time of provider % is taken', provider using errcode = 'GH410';
  end if;
  update bookings_booking set
    status = 'confirmed', version = version + 1, provider_id = provider, tier_rank = taken.tier_rank, planned = taken.planned,
    confirmed_at = at, deadline_at = lower(taken.planned) + make_interval(mins => (terms->>'start_grace_minutes')::int)
  where id = booking_id returning * into b;
  perform eventlog.publish('booking.confirmed', 'booking:' || b.id, b.version, taken.reference, actor, at, jsonb_build_object(
    'customer_id', b.customer_id, 'provider_id', provider, 'mode', b.mode, 'starts_at', lower(b.planned), 'tier_rank', b.tier_rank));
  perform bookings.set_timers(b, at);
  return 'taken';
end $$;

-- What a confirmed booking has ahead: the start that may be missed, the authorization, the reminder.
create or replace function bookings.set_timers(b bookings_booking, at timestamptz) returns void language sql volatile as $$
  select timers.set_timer(kind, ($1).id::text, greatest($2, due))
  from (values
    ('booking.deadline', ($1).deadline_at),
    ('booking.authorize', lower(($1).planned) - make_interval(hours => (($1).terms->>'authorize_hours_before')::int)),
    ('booking.reminder', lower(($1).planned) - make_interval(hours => (($1).terms->>'reminder_hours_before')::int))
  ) ahead(kind, due)
  where kind <> 'booking.reminder' or due > $2
$$;
