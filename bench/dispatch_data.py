"""The cascades that `bench/dispatch.py` moves on."""

from datetime import UTC, datetime, timedelta

from bench.common import as_owner, say, without_foreign_keys
from guildhall.catalog.models import Category
from guildhall.credentialing.models import WorkRight
from guildhall.identity.models import Account
from guildhall.identity.types import Role
from guildhall.kernel.ids import new_id
from guildhall.providers.models import Provider

PROVIDERS = 20_000
OFFERS = 10
CANDIDATES = 13

# Ids are ordered by time, as the system makes them: so many cascades a second were opened.
_OPENED_A_SECOND = 20
_OPENED_AT = f"now() - make_interval(secs => (%(count)s - i) / {_OPENED_A_SECOND}.0)"

# Provider of place k in cascade i: far apart, and never the same twice in a cascade.
_PROVIDER = "p.ids[1 + (i * 7919 + {place} * 613) %% cardinality(p.ids)]"

_CASCADES = f"""
insert into matching_cascade (
  id, reference, mode, status, version, category_id, city_key, latitude, longitude, planned, planned_minutes, minutes_from,
  travel_minutes, favourites, excluded, net_minor_by_tier, currency, wave_number, wave_kind, wave_tier_rank, wave_turn,
  wave_notified_at, expires_at, candidates_ready_wave, look_ahead_at, next_kind, next_tier_rank, next_turn, next_size,
  next_window_seconds, opened_at)
select matching.new_id(matching.id_prefix({_OPENED_AT}), i), 'booking:bench-' || i, 'scheduled', 'live', 1, 1, 'san-diego', 32.7, -117.2,
  tstzrange(starts_at, starts_at + interval '150 minutes'), 150, 60, 0, '{{}}', '{{}}', '{{"1": 9000, "2": 7000}}', 'USD',
  1, 'tier', 1, 1, now(), now() + interval '2 days', 2, now() + interval '2 days', 'tier', 2, 1, 10, 14400, now()
from generate_series(1, %(count)s) i,
  lateral (select date_trunc('day', now()) + make_interval(days => 3 + i %% 30, mins => 360 + (i * 37) %% 720) as starts_at) w
"""

_OFFERS = f"""
insert into matching_offer (id, cascade_id, provider_id, wave_number, tier_rank, status, net_minor, currency, distance_metres,
                            work_ends_at, offered_at, expires_at, reason)
select matching.new_id(left(c.id::text, 15), k), c.id, {_PROVIDER.format(place="k")}, 1, 1, 'open', 9000, 'USD', 1000 + k, upper(c.planned),
  c.opened_at, c.expires_at, ''
from (select array_agg(id) as ids from providers_provider) p,
  lateral (select *, substr(reference, 15)::int as i from matching_cascade) c, generate_series(1, {OFFERS}) k
where c.i between %s and %s
"""

_CANDIDATES = f"""
insert into matching_candidate (cascade_id, wave_number, position, provider_id, tier_rank, distance_metres, score, reasons,
                                eligible, refusal)
select c.id, 2, k, {_PROVIDER.format(place=f"({OFFERS} + k)")}, 2, 2000 + k, 1.0 / k,
  '{{"distance": 0.8, "rating": 0.7, "response": 0.5, "newcomer": 0.0, "waiting": 0.4}}', true, ''
from (select array_agg(id) as ids from providers_provider) p,
  lateral (select *, substr(reference, 15)::int as i from matching_cascade) c, generate_series(1, {CANDIDATES}) k
where c.i between %s and %s
"""

# Every provider works two hours on five days of the month, each at other times: some are busy by the time they are asked.
_RESERVATIONS = """
insert into scheduling_reservation (provider_id, planned, reference, status, reserved_at)
select id, tstzrange(starts_at, starts_at + interval '2 hours'), 'bench:' || id || ':' || n, 'active', now()
from (select id, abs(hashtext(id::text)) as h from providers_provider) p, generate_series(0, 4) n,
  lateral (select date_trunc('day', now()) + make_interval(days => 3 + n * 6 + h % 6, mins => 360 + h / 3 % 600) as starts_at) d
"""

_MAKE_DUE = """
with chosen as (
  select id, row_number() over (order by id) - 1 as n from matching_cascade
  where wave_number = 1 and status = 'live' and expires_at > now() + interval '1 day' order by id limit %(count)s
)
update matching_cascade c set expires_at = now() + make_interval(secs => %(first)s + n * %(step)s)
from chosen where c.id = chosen.id returning c.id::text, c.expires_at
"""


def fill(cascades: int) -> None:
    """Make the providers, their rights and calendars, and that many open cascades with their next wave ranked."""
    say(
        f"filling: {PROVIDERS} providers, {cascades} cascades with {OFFERS} open offers and {CANDIDATES} candidates each"
    )
    Category.objects.get_or_create(id=1, key="audio", name="Audio", description="", icon="")
    people()
    with as_owner() as owner:
        owner.execute("set work_mem = '256MB'; set synchronous_commit = off")
        tables = ("matching_cascade", "matching_offer", "matching_candidate", "scheduling_reservation")
        with without_foreign_keys(owner, *tables):
            owner.execute(_RESERVATIONS)
            owner.execute(_CASCADES, {"count": cascades})
            for first in range(1, cascades + 1, 20_000):
                owner.execute(_OFFERS, [first, min(cascades, first + 19_999)])
                owner.execute(_CANDIDATES, [first, min(cascades, first + 19_999)])
        owner.execute("vacuum analyze")


def people() -> None:
    """Make the providers, each with the right to work."""
    now = datetime.now(UTC)
    ids = [new_id() for _ in range(PROVIDERS)]
    Account.objects.bulk_create(
        [
            Account(
                id=one, email=f"{one}@example.com", email_key=f"{one}@example.com", role=Role.PROVIDER, created_at=now
            )
            for one in ids
        ],
        batch_size=2_000,
    )
    Provider.objects.bulk_create([Provider(pk=one, tier_rank=1, registered_at=now) for one in ids], batch_size=2_000)
    until = now + timedelta(days=365)
    WorkRight.objects.bulk_create(
        [WorkRight(provider_id=one, valid_until=until, granted_at=now, version=1) for one in ids], batch_size=2_000
    )


def make_due(count: int, per_second: int | None = None) -> dict[str, datetime]:
    """Have so many cascades fall due: now, or from a second from now one after the other. Gives each one's deadline."""
    spread = {"first": 1.0 if per_second else 0.0, "step": 1 / per_second if per_second else 0.0, "count": count}
    with as_owner() as owner:
        rows = owner.execute(_MAKE_DUE, spread).fetchall()
        owner.execute("vacuum analyze matching_cascade")
    return dict(rows)


def put_off() -> None:
    """Give those that were left over their time again."""
    with as_owner() as owner:
        owner.execute(
            "update matching_cascade set expires_at = now() + interval '2 days' where wave_number = 1 and status = 'live'"
        )
