"""The SQL of matching, and the only writer of its tables beside the functions of `sql/`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from psycopg.types.json import Jsonb
from psycopg.types.range import TimestamptzRange

from guildhall.matching.types import Mode

_INSERT_CASCADE = """
insert into matching_cascade (
  id, reference, mode, status, version, category_id, kind, city_key, latitude, longitude, planned, planned_minutes, minutes_from,
  travel_minutes, ends_by, direct_to, favourites, excluded, net_minor_by_tier, currency, wave_number, wave_kind, wave_turn,
  expires_at, candidates_ready_wave, look_ahead_at, next_kind, next_turn, next_size, next_window_seconds, opened_at
) values (
  %(id)s, %(reference)s, %(mode)s, 'live', 1, %(category_id)s, %(kind)s, %(city_key)s, %(latitude)s, %(longitude)s, %(planned)s,
  %(planned_minutes)s, %(minutes_from)s, %(travel_minutes)s, %(ends_by)s, %(direct_to)s, %(favourites)s::uuid[],
  %(excluded)s::uuid[], %(net_minor_by_tier)s, %(currency)s, 0, '', 0, %(at)s, 0, %(at)s, '', 0, 0, 0, %(at)s
) on conflict do nothing
"""

_UNRANKED = """c.id, c.mode, c.latitude, c.longitude, c.category_id, c.planned, c.planned_minutes, c.travel_minutes, c.ends_by,
  c.direct_to, c.favourites, c.excluded, array(select jsonb_object_keys(c.net_minor_by_tier)::int) as tier_ranks,
  c.wave_number, c.wave_kind, c.wave_tier_rank, c.wave_turn, greatest(c.expires_at, timers.clock_now()) as opens_at,
  array(select o.provider_id from matching_offer o where o.cascade_id = c.id) as asked"""

# The lease keeps other dispatchers away while this one ranks without locks, and is the pause after a failure.
_LEASE = f"""
update matching_cascade c set look_ahead_at = timers.clock_now() + make_interval(secs => %(lease_seconds)s)
where c.id in (
  select id from matching_cascade
  where status = 'live' and candidates_ready_wave <= wave_number and look_ahead_at <= timers.clock_now()
  order by look_ahead_at limit %(most)s for update skip locked
)
returning {_UNRANKED}
"""  # noqa: S608 - our own constants

_LOCK_UNRANKED = """
select c.id from matching_cascade c join unnest(%s::uuid[], %s::smallint[]) as n (id, wave) using (id)
where c.status = 'live' and c.wave_number = n.wave - 1 and c.candidates_ready_wave < n.wave
order by c.id for no key update of c
"""

_MARK_READY = """
update matching_cascade c set candidates_ready_wave = n.wave, next_kind = n.kind, next_tier_rank = n.tier_rank,
  next_turn = n.turn, next_size = n.size, next_window_seconds = n.seconds
from unnest(%s::uuid[], %s::smallint[], %s::text[], %s::smallint[], %s::smallint[], %s::smallint[], %s::int[])
  as n (id, wave, kind, tier_rank, turn, size, seconds)
where c.id = n.id
"""

_INSERT_CANDIDATES = """
insert into matching_candidate (cascade_id, wave_number, position, provider_id, tier_rank, distance_metres, score, reasons,
                                eligible, refusal)
select * from unnest(%s::uuid[], %s::smallint[], %s::smallint[], %s::uuid[], %s::smallint[], %s::int[], %s::float8[],
                     %s::jsonb[], %s::boolean[], %s::text[])
"""


@dataclass(frozen=True, kw_only=True)
class NewCascade:
    """A cascade to be inserted, before its first wave."""

    id: UUID
    reference: str
    mode: Mode
    category_id: int
    kind: str
    city_key: str
    latitude: float
    longitude: float
    planned: tuple[datetime, datetime]
    planned_minutes: int
    minutes_from: int
    travel_minutes: int
    ends_by: datetime | None
    direct_to: UUID | None
    favourites: Sequence[UUID]
    excluded: Sequence[UUID]
    net_minor_by_tier: Mapping[str, int]
    currency: str
    at: datetime


@dataclass(frozen=True)
class Unranked:
    """A leased cascade whose next wave has no candidates yet."""

    id: UUID
    mode: str
    latitude: float
    longitude: float
    category_id: int
    planned: TimestamptzRange
    planned_minutes: int
    travel_minutes: int
    ends_by: datetime | None
    direct_to: UUID | None
    favourites: list[UUID]
    excluded: list[UUID]
    tier_ranks: list[int]
    wave_number: int
    wave_kind: str
    wave_tier_rank: int | None
    wave_turn: int
    opens_at: datetime
    asked: list[UUID]


@dataclass(frozen=True, kw_only=True)
class ReadyWave:
    """The next wave of a cascade; an empty kind says that there is none."""

    cascade_id: UUID
    number: int
    kind: str = ""
    tier_rank: int | None = None
    turn: int = 0
    size: int = 0
    window_seconds: int = 0


@dataclass(frozen=True, kw_only=True)
class NewCandidate:
    """Somebody who was considered for the next wave."""

    cascade_id: UUID
    wave_number: int
    position: int
    provider_id: UUID
    tier_rank: int | None
    distance_metres: int | None
    score: float
    reasons: Mapping[str, object]
    eligible: bool
    refusal: str

    def columns(self) -> tuple[object, ...]:
        """Give the values in the order of the table's columns."""
        return tuple({**vars(self), "reasons": Jsonb(dict(self.reasons))}.values())


def insert_cascade(new: NewCascade) -> bool:
    """Insert a cascade; False when its reference has a live one."""
    values = {
        **vars(new),
        "mode": new.mode.value,
        "planned": TimestamptzRange(*new.planned, "[)"),
        "favourites": list(new.favourites),
        "excluded": list(new.excluded),
        "net_minor_by_tier": Jsonb(dict(new.net_minor_by_tier)),
    }
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_CASCADE, values)
        return bool(cursor.rowcount == 1)


def lease_unranked(*, most: int, lease_seconds: int) -> list[Unranked]:
    """Take up to `most` cascades whose next wave is to be ranked now, for so many seconds."""
    with connection.cursor() as cursor:
        cursor.execute(_LEASE, {"most": most, "lease_seconds": lease_seconds})
        return [Unranked(*row) for row in cursor.fetchall()]


def get_unranked(cascade_id: UUID) -> Unranked:
    """Give what ranking needs to know of one cascade."""
    with connection.cursor() as cursor:
        cursor.execute(f"select {_UNRANKED} from matching_cascade c where c.id = %s", [cascade_id])  # noqa: S608 - our own constant
        return Unranked(*cursor.fetchone())


def store_ready(waves: Sequence[ReadyWave], candidates: Sequence[NewCandidate]) -> None:
    """Store the next wave of each cascade with its candidates, in the open transaction; those that have moved on are left out."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_UNRANKED, [[w.cascade_id for w in waves], [w.number for w in waves]])
        locked = {row[0] for row in cursor.fetchall()}
        fresh = [wave for wave in waves if wave.cascade_id in locked]
        kept = [candidate for candidate in candidates if candidate.cascade_id in locked]
        _execute_columns(cursor, _MARK_READY, [tuple(vars(wave).values()) for wave in fresh])
        _execute_columns(cursor, _INSERT_CANDIDATES, [candidate.columns() for candidate in kept])


def _execute_columns(cursor: Any, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
    """Execute a statement that takes an array for each column."""
    if rows:
        cursor.execute(statement, [list(column) for column in zip(*rows, strict=True)])


def end_waves(most: int, *, careful: bool = False) -> int:
    """Move up to `most` due cascades on; says how many. `careful` looks at each candidate's right to work before asking."""
    return int(_one("select matching.end_waves(%s, %s)", most, careful))


def advance(cascade_id: UUID) -> None:
    """Open the next wave of a cascade whose row is held and whose next wave is ranked."""
    _one("select matching.advance(%s, true)", [cascade_id])


def decline(offer_id: UUID, provider_id: UUID, reason: str) -> str:
    """Say no; gives the outcome's word."""
    return str(_one("select matching.decline_offer(%s, %s, %s)", offer_id, provider_id, reason))


def close(reference: str, why: str, actor: str) -> bool:
    """Close the live cascade of a reference, if there is one."""
    return bool(_one("select matching.close_cascade(%s, %s, %s)", reference, why, actor))


def withdraw_offers_of(provider_id: UUID, why: str, actor: str) -> int:
    """Withdraw every open offer of a provider; says how many."""
    return int(_one("select matching.withdraw_offers_of(%s, %s, %s)", provider_id, why, actor))


def _one(statement: str, *arguments: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        row = cursor.fetchone()
    return row[0]
