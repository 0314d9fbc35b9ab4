-- The hot road of bookings.
create schema if not exists bookings;

-- Commit a provider to the job of an offer. Locks in the fixed order: booking, cascade (in take_offer), provider (in reserve).
-- outcome: taken, already_yours, already_taken, expired, not_yours. Raises GH410 when the provider's time is taken and GH001
-- when the provider may not work until the job's end; then nothing of it has happened.
create or replace function bookings.accept_offer(offer uuid, provider uuid, actor text, at timestamptz, out outcome text, out booking_id uuid)
language plpgsql volatile as $$
declare
  b bookings_booking;
  taken record;
  starts_at timestamptz;
begin
  booking_id := substr(matching.reference_of(offer), 9)::uuid;
  select * into b from bookings_booking where id = booking_id for update;
  if not found then
    outcome := 'not_yours';
    return;
  end if;
  select * into taken from matching.take_offer(offer, provider);
  outcome := taken.outcome;
  if outcome <> 'taken' then return; end if;
  if not scheduling.reserve(provider, taken.planned, taken.reference, actor, at) then
    raise exception 'the time of provider % is taken', provider using errcode = 'GH410';
  end if;
  starts_at := lower(taken.planned);
  update bookings_booking set
    status = 'confirmed', version = version + 1, provider_id = provider, tier_rank = taken.tier_rank, planned = taken.planned,
    confirmed_at = at, deadline_at = starts_at + make_interval(mins => (b.terms->>'start_grace_minutes')::int)
  where id = b.id returning * into b;
  perform eventlog.publish('booking.confirmed', 'booking:' || b.id, b.version, taken.reference, actor, at, jsonb_build_object(
    'customer_id', b.customer_id, 'provider_id', provider, 'mode', b.mode, 'starts_at', starts_at, 'tier_rank', taken.tier_rank));
  perform timers.set_timer('booking.deadline', b.id::text, b.deadline_at);
  perform timers.set_timer('booking.authorize', b.id::text,
    greatest(at, starts_at - make_interval(hours => (b.terms->>'authorize_hours_before')::int)));
  if starts_at - make_interval(hours => (b.terms->>'reminder_hours_before')::int) > at then
    perform timers.set_timer('booking.reminder', b.id::text,
      starts_at - make_interval(hours => (b.terms->>'reminder_hours_before')::int));
  end if;
end $$;
