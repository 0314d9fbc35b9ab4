"""The SQL of discovery: reading candidates, and writing the projection."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from psycopg import rows
from shapely import from_wkb
from shapely.geometry.base import BaseGeometry

from guildhall.scheduling.types import Span

CHUNK = 100

_CANDIDATES = """
select j.key, c.*
from jsonb_to_recordset(%(asked)s::jsonb) as j(
  key uuid, keys bigint[], only_ids uuid[], excluded uuid[], longitude float8, latitude float8, category integer,
  starts_at timestamptz, ends_at timestamptz, week_mask bigint, asap boolean, after_ord integer, after_provider uuid,
  last_ord integer, most integer
)
cross join lateral discovery.candidates(
  j.keys, j.only_ids, j.excluded, ST_SetSRID(ST_MakePoint(j.longitude, j.latitude), 4326), j.category,
  case when j.starts_at is not null then tstzrange(j.starts_at, j.ends_at) end, j.week_mask, j.asap, %(at)s, %(radius)s,
  j.after_ord, j.after_provider, j.last_ord, j.most
) c
"""

# `offset 0`: each posting is looked up by its whole key. Joined freely, everybody else's of the same cells would be read and thrown away.
_REPLACE_CELLS = """
with fresh as (
  select * from unnest(%(keys)s::bigint[], %(ords)s::integer[], %(owners)s::uuid[], %(weeks)s::bigint[], %(interior)s::boolean[])
    as f (key, ord, provider_id, week, interior)
), kept as (
  select c.key, c.ord, c.provider_id, c.week, c.interior
  from discovery_reach r cross join lateral unnest(r.keys) as k (key)
  cross join lateral (
    select * from discovery_reach_cell own where own.key = k.key and own.ord = r.ord and own.provider_id = r.provider_id offset 0
  ) c
  where r.provider_id = any(%(ids)s)
), gone as (
  delete from discovery_reach_cell c using (select * from kept except select * from fresh) g
  where c.key = g.key and c.ord = g.ord and c.provider_id = g.provider_id and c.week = g.week and c.interior = g.interior
)
insert into discovery_reach_cell (key, ord, provider_id, week, interior) select * from fresh except select * from kept
"""

_WRITE_REACH = """
insert into discovery_reach (provider_id, home, working, working_until, hours, ord, week, keys)
values (%s, ST_SetSRID(ST_MakePoint(%s, %s), 4326), %s::tstzmultirange, %s, %s, %s, %s, %s::bigint[])
on conflict (provider_id) do update set home = excluded.home, working = excluded.working, working_until = excluded.working_until,
  hours = excluded.hours, ord = excluded.ord, week = excluded.week, keys = excluded.keys
"""


@dataclass(frozen=True)
class Source:
    """What the index is made of, for one provider who can be asked."""

    provider_id: UUID
    tier_rank: int | None
    rating_sum: int
    rating_count: int
    time_zone: str
    home_longitude: float | None
    home_latitude: float | None
    area: BaseGeometry
    category_ids: list[int]
    weekly: list[list[Any]]


@dataclass(frozen=True)
class Posted:
    """One provider as the index holds them; `interior` belongs to `keys`, one by one."""

    provider_id: UUID
    longitude: float
    latitude: float
    working: Sequence[Span]
    working_until: datetime
    hours: dict[str, Any]
    ord: int
    week: int
    keys: list[int]
    interior: list[bool]


def candidates(asked: Sequence[dict[str, Any]], *, at: datetime, radius_metres: int) -> list[Any]:
    """Give the providers considered for each question, in order, by one statement; each row has the question's `key`."""
    with connection.cursor() as cursor:
        cursor.execute(_CANDIDATES, {"asked": json.dumps(asked, default=str), "at": at, "radius": radius_metres})
        make = rows.namedtuple_row(cursor.cursor)
        return [make(row) for row in cursor.fetchall()]


def queue_for_index() -> None:
    """Queue behind whoever writes the index, until the transaction ends: two writers of one provider would mix their postings."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended('discovery_reach', 0))")


def ids_to_index() -> list[UUID]:
    """Give everybody who can be asked, and everybody the index holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select provider_id from discovery.source union select provider_id from discovery_reach order by 1"
        )
        return [row[0] for row in cursor.fetchall()]


def read_sources(provider_ids: Sequence[UUID]) -> list[Source]:
    """Read what the index is made of; those who cannot be asked are left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select provider_id, tier_rank, rating_sum, rating_count, time_zone, home_longitude, home_latitude,
                   ST_AsBinary(area), category_ids, weekly::text
            from discovery.source where provider_id = any(%s)
            """,
            [list(provider_ids)],
        )
        return [
            Source(*[*facts, from_wkb(bytes(area)), category_ids, json.loads(weekly)])
            for *facts, area, category_ids, weekly in cursor.fetchall()
        ]


def write(provider_ids: Sequence[UUID], posted: Sequence[Posted]) -> None:
    """Make the index hold of these providers exactly what was posted. Postings that stay the same are not touched."""
    cells = [(key, one, whole) for one in posted for key, whole in zip(one.keys, one.interior, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(
            _REPLACE_CELLS,
            {
                "ids": list(provider_ids),
                "keys": _array(key for key, _, _ in cells),
                "ords": _array(one.ord for _, one, _ in cells),
                "owners": _array(one.provider_id for _, one, _ in cells),
                "weeks": _array(one.week for _, one, _ in cells),
                "interior": _array(whole for _, _, whole in cells),
            },
        )
        gone = set(provider_ids) - {one.provider_id for one in posted}
        if gone:
            cursor.execute("delete from discovery_reach where provider_id = any(%s)", [list(gone)])
        if posted:
            cursor.executemany(_WRITE_REACH, [_values(one) for one in posted])


def _values(one: Posted) -> list[Any]:
    return [
        one.provider_id,
        one.longitude,
        one.latitude,
        _instants(one.working),
        one.working_until,
        json.dumps(one.hours),
        one.ord,
        one.week,
        _array(one.keys),
    ]


def _array(values: Iterable[object]) -> str:
    """Write numbers and the like as the database reads an array: the driver takes ten times as long for thousands."""
    return f"{{{','.join(map(str, values))}}}"


def _instants(spans: Iterable[Span]) -> str:
    return _array(f"[{span.starts_at.isoformat()},{span.ends_at.isoformat()})" for span in spans)
