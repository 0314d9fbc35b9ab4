"""The jobs that `bench/booking.py` gives out: each is offered to one provider, at a time of its own."""

from datetime import UTC, datetime

from django.contrib.gis.geos import Point

from bench.common import as_owner, say, without_foreign_keys
from bench.dispatch_data import people
from guildhall.bookings.types import Terms
from guildhall.catalog.models import Category
from guildhall.customers.models import Address, Customer
from guildhall.identity.models import Account
from guildhall.identity.types import Role
from guildhall.kernel.ids import new_id
from guildhall.policy.types import BookingPolicy, CancellationPolicy, MatchingPolicy, MoneyPolicy

BOOKINGS = 80_000
_SLOTS_EACH = 10
_TABLES = ("bookings_booking", "matching_cascade", "matching_offer")

_OFFERS = f"""
create table bench_offer as
select n, gen_random_uuid() as booking_id, gen_random_uuid() as cascade_id, gen_random_uuid() as offer_id,
       p.ids[1 + (n - 1) %% {BOOKINGS // _SLOTS_EACH}] as provider_id,
       date_trunc('day', now()) + make_interval(days => 3, hours => 3 * ((n - 1) / {BOOKINGS // _SLOTS_EACH})) as starts_at
from (select array_agg(id) as ids from providers_provider) p, generate_series(1, %s) n
"""
_BOOKINGS = """
insert into bookings_booking (
  id, version, status, mode, customer_id, category_id, kind, address_id, latitude, longitude, city_key, time_zone, starts_local,
  planned, minutes_from, minutes_to, buffer_minutes, instructions, purchase_order, start_code, terms, policy_versions, currency,
  estimate_from_minor, estimate_to_minor, authorize_minor, excluded, requested_at, deadline_at, break_minutes, is_flagged, notes,
  reason, cancelled_by, cancellation_fee_minor, is_proposal, proposed_local)
select booking_id, 1, 'awaiting_card', 'scheduled', %(customer)s, 1, '', %(address)s, 32.7, -117.2, 'san-diego',
  'America/Los_Angeles', '', tstzrange(starts_at, starts_at + interval '150 minutes'), 60, 120, 30, '', '', '0000', %(terms)s, '{}',
  'USD', 6000, 12000, 15000, '{}', now(), now(), 0, false, '', '', '', 0, false, ''
from bench_offer
"""
_CASCADES = """
insert into matching_cascade (
  id, reference, mode, status, version, category_id, city_key, latitude, longitude, planned, planned_minutes, minutes_from,
  travel_minutes, favourites, excluded, net_minor_by_tier, currency, wave_number, wave_kind, wave_tier_rank, wave_turn,
  wave_notified_at, expires_at, candidates_ready_wave, look_ahead_at, next_kind, next_tier_rank, next_turn, next_size,
  next_window_seconds, opened_at)
select cascade_id, 'booking:' || booking_id, 'scheduled', 'live', 1, 1, 'san-diego', 32.7, -117.2,
  tstzrange(starts_at, starts_at + interval '150 minutes'), 150, 60, 0, '{}', '{}', '{"1": 9000}', 'USD', 1, 'tier', 1, 1, now(),
  now() + interval '2 days', 2, now() + interval '2 days', 'tier', 2, 1, 10, 14400, now()
from bench_offer
"""
_OPEN = """
insert into matching_offer (id, cascade_id, provider_id, wave_number, tier_rank, status, net_minor, currency, distance_metres,
                            work_ends_at, offered_at, expires_at, reason)
select offer_id, cascade_id, provider_id, 1, 1, 'open', 9000, 'USD', 1000, starts_at + interval '2 hours', now(),
  now() + interval '2 days', ''
from bench_offer
"""


def fill(bookings: int = BOOKINGS) -> None:
    """Make the providers and, for each, ten jobs three hours apart that only they are asked for."""
    say(f"filling: {bookings} bookings with an open offer each")
    Category.objects.get_or_create(id=1, key="audio", name="Audio", description="", icon="")
    people()
    values = {**_customer(), "terms": _terms().model_dump_json()}
    with as_owner() as owner:
        owner.execute("set work_mem = '256MB'; set synchronous_commit = off")
        owner.execute(_OFFERS, [bookings])
        owner.execute("alter table bench_offer add primary key (n)")
        with without_foreign_keys(owner, *_TABLES):
            owner.execute(_BOOKINGS, values)
            owner.execute("update bookings_booking set status = 'matching', deadline_at = null")
            owner.execute(_CASCADES)
            owner.execute(_OPEN)
        owner.execute("grant select on bench_offer to guildhall_app")
        owner.execute("vacuum (full, analyze) bookings_booking")
        owner.execute("vacuum analyze")


def _customer() -> dict[str, object]:
    now = datetime.now(UTC)
    account = Account.objects.create(
        id=new_id(), email="a@example.com", email_key="a@example.com", role=Role.CUSTOMER, created_at=now
    )
    Customer.objects.create(account=account, kind="residential", registered_at=now)
    address = Address.objects.create(
        customer_id=account.id,
        street="1 Main Street",
        city="San Diego",
        state="CA",
        zip_code="92101",
        latitude=32.7,
        longitude=-117.2,
        point=Point(-117.2, 32.7, srid=4326),
        precision="pin",
        time_zone="America/Los_Angeles",
        added_at=now,
    )
    return {"customer": account.id, "address": address.id}


def _terms() -> Terms:
    matching = MatchingPolicy()
    values = {
        **BookingPolicy().model_dump(),
        **MoneyPolicy().model_dump(),
        **CancellationPolicy().model_dump(),
        "asap_travel_allowance_minutes": matching.asap_travel_allowance_minutes,
        "starts_days_before": matching.starts_days_before,
        "prices": [{"tier_rank": 1, "hourly_minor": 9000, "call_out_minor": 0, "minimum_minutes": 60}],
    }
    return Terms.model_validate(values)
