"""
Hundreds of random providers, and the plain question that the index must answer alike.

They are written as rows: commands would take a minute for what these tests need many times over.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from math import cos, pi, sin
from random import Random
from uuid import UUID

from django.contrib.gis.geos import GEOSGeometry
from django.db import connection
from psycopg.types.range import TimestamptzRange
from shapely import Geometry, box, get_parts, to_wkb
from shapely.affinity import translate
from shapely.geometry import MultiPolygon, Polygon

from guildhall.credentialing.models import WorkRight
from guildhall.discovery.rules import order_number
from guildhall.identity.models import Account
from guildhall.kernel.ids import new_id
from guildhall.providers.models import Provider, ProviderCategory, ServiceArea, WeeklyHours
from guildhall.providers.queries import get_schedule
from guildhall.scheduling.models import TimeOff
from guildhall.scheduling.queries import working_ranges
from guildhall.scheduling.types import Span

ZONES = ["America/Los_Angeles", "America/Denver", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]
CATEGORIES = [1, 2, 3]
TIERS = [1, 1, 2, 2, 3, 3, 3, None]
GRID = 1 / 8


@dataclass(frozen=True)
class Question:
    """Who could do this?"""

    latitude: float
    longitude: float
    category_id: int
    window: Span | None
    asap: bool
    tier_rank: int | None


def populate(draw: Random, latitude: float, longitude: float, number: int, at: datetime) -> list[UUID]:
    """Add random providers around a place; gives their ids."""
    ids = [new_id() for _ in range(number)]
    Account.objects.bulk_create(_account(draw, one, at) for one in ids)
    Provider.objects.bulk_create(_provider(draw, one, latitude, longitude, at) for one in ids)
    ServiceArea.objects.bulk_create(
        ServiceArea(provider_id=one, area=_geos(random_area(draw, latitude, longitude)))
        for one in ids
        if draw.random() > 0.03
    )
    ProviderCategory.objects.bulk_create(
        ProviderCategory(provider_id=one, category_id=category)
        for one in ids
        for category in draw.sample(CATEGORIES, draw.randint(0, 3))
    )
    WeeklyHours.objects.bulk_create(
        WeeklyHours(
            provider_id=one,
            weekday=weekday,
            starts=time(draw.randrange(24)),
            ends=time(draw.choice([0, 3, 17, 22, 23])),
        )
        for one in ids
        for weekday in draw.sample(range(7), draw.randint(4, 7))
    )
    WorkRight.objects.bulk_create(_right(draw, one, at) for one in ids if draw.random() > 0.05)
    _fill_calendars(draw, ids, at)
    return ids


def random_area(draw: Random, latitude: float, longitude: float) -> MultiPolygon:
    """A star, or a square whose sides lie on the sides of cells: there a point on the boundary must be judged alike."""
    x, y = longitude + draw.uniform(-0.3, 0.3), latitude + draw.uniform(-0.3, 0.3)
    if draw.random() < 0.3:
        x, y, side = round(x / GRID) * GRID, round(y / GRID) * GRID, draw.choice([1, 2, 4]) * GRID
        return _on_globe(box(x, y, x + side, y + side))
    corners = draw.randint(8, 24)
    reach = draw.choice([0.05, 0.3, 0.6])
    turns = [2 * pi * (corner + draw.uniform(0, 0.9)) / corners for corner in range(corners)]
    lengths = [reach * draw.uniform(0.3, 1) for _ in turns]
    return _on_globe(
        Polygon([(x + cos(turn) * length, y + sin(turn) * length) for turn, length in zip(turns, lengths, strict=True)])
    )


def question(draw: Random, latitude: float, longitude: float, at: datetime) -> Question:
    """A random question, often exactly on the side of a cell, near in time, far, or without a window."""
    x, y = longitude + draw.uniform(-0.5, 0.5), latitude + draw.uniform(-0.5, 0.5)
    if draw.random() < 0.4:
        x, y = round(x / GRID) * GRID, round(y / GRID) * GRID
    start = at + timedelta(days=draw.choice([0, 0, 1, 7, 34, 36, 60, 200]), minutes=15 * draw.randrange(96))
    asap = draw.random() < 0.3
    window = Span(start, start + timedelta(minutes=draw.choice([30, 120, 300])))
    return Question(y, _turned(x), draw.choice(CATEGORIES), window, asap, draw.choice([None, 1, 2, 3]))


def plain_answer(asked: Question, at: datetime, radius_metres: int) -> list[UUID]:
    """Answer without any index, as one would write it down first; in the order of a search."""
    window = asked.window
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select p.id, p.tier_rank, p.rating_sum::float / nullif(p.rating_count, 0), p.rating_count
            from providers_provider p join identity_account a using (id)
            join providers_service_area s on s.provider_id = p.id
            join providers_provider_category c on c.provider_id = p.id and c.category_id = %(category)s
            join credentialing_work_right w on w.provider_id = p.id
            where a.verified_at is not null and a.disabled_at is null and w.revoked_at is null
              and w.valid_until >= %(until)s and w.valid_until > timers.clock_now()
              and ST_Covers(s.area, ST_SetSRID(ST_MakePoint(%(x)s, %(y)s), 4326))
              and ST_DistanceSphere(p.home_point, ST_SetSRID(ST_MakePoint(%(x)s, %(y)s), 4326)) <= %(radius)s
              and p.tier_rank is not null and (%(tier)s::int is null or p.tier_rank = %(tier)s)
              and not exists (select from scheduling_time_off t where t.provider_id = p.id and t.during && %(window)s)
              and not exists (select from scheduling_reservation r where r.provider_id = p.id and r.status = 'active'
                              and r.planned && %(window)s)
              and case when %(asap)s then p.available_now
                       else %(start)s::timestamptz is null
                         or %(start)s >= %(at)s + p.minimum_notice_minutes * interval '1 minute' end
            """,
            {
                "category": asked.category_id,
                "x": asked.longitude,
                "y": asked.latitude,
                "radius": radius_metres,
                "tier": asked.tier_rank,
                "asap": asked.asap,
                "at": at,
                "start": window.starts_at if window else None,
                "until": window.ends_at if window else at,
                "window": TimestamptzRange(*window, "[)") if window else None,
            },
        )
        found = [(order_number(*row[1:]), row[0]) for row in cursor.fetchall()]
    return [one for _, one in sorted(found) if asked.asap or window is None or _works(one, window)]


def _works(provider_id: UUID, window: Span) -> bool:
    return working_ranges(get_schedule(provider_id), *window) == [window]


def _account(draw: Random, one: UUID, at: datetime) -> Account:
    return Account(
        id=one,
        email=f"{one}@example.com",
        email_key=f"{one}@example.com",
        role="provider",
        created_at=at,
        verified_at=None if draw.random() < 0.05 else at,
        disabled_at=at if draw.random() < 0.05 else None,
    )


def _provider(draw: Random, one: UUID, latitude: float, longitude: float, at: datetime) -> Provider:
    latitude, longitude = latitude + draw.uniform(-0.4, 0.4), _turned(longitude + draw.uniform(-0.4, 0.4))
    rated = draw.choice([0, 0, 3, 40])
    return Provider(
        account_id=one,
        tier_rank=draw.choice(TIERS),
        time_zone=draw.choice(ZONES),
        home_latitude=latitude,
        home_longitude=longitude,
        home_point=GEOSGeometry(f"SRID=4326;POINT({longitude!r} {latitude!r})"),
        available_now=draw.random() < 0.6,
        minimum_notice_minutes=draw.choice([0, 0, 60, 2880]),
        rating_count=rated,
        rating_sum=sum(draw.randint(1, 5) for _ in range(rated)),
        registered_at=at,
    )


def _right(draw: Random, one: UUID, at: datetime) -> WorkRight:
    return WorkRight(
        provider_id=one,
        granted_at=at - timedelta(days=2),
        valid_until=at + timedelta(days=draw.choice([1, 20, 500, 500, 500])),
        revoked_at=at if draw.random() < 0.05 else None,
    )


def _fill_calendars(draw: Random, ids: list[UUID], at: datetime) -> None:
    TimeOff.objects.bulk_create(
        TimeOff(id=new_id(), provider_id=one, during=_stretch(draw, at, hours=48))
        for one in ids
        for _ in range(draw.randint(0, 2))
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            "select scheduling.reserve(%s, %s, %s)",
            [(one, _stretch(draw, at, hours=4), f"booking:{one}:{n}") for one in ids for n in range(8)],
        )


def _stretch(draw: Random, at: datetime, *, hours: int) -> TimestamptzRange:
    start = at + timedelta(minutes=15 * draw.randrange(40 * 96))
    return TimestamptzRange(start, start + timedelta(hours=draw.randint(1, hours)), "[)")


def _turned(longitude: float) -> float:
    return (longitude + 180) % 360 - 180


def _on_globe(shape: Polygon) -> MultiPolygon:
    """Cut at the antimeridian, as areas are stored."""
    parts = [translate(shape & box(turn - 180, -90, turn + 180, 90), xoff=-turn) for turn in (-360, 0, 360)]
    return MultiPolygon([part for one in parts for part in get_parts(one) if part.area])


def _geos(shape: Geometry) -> GEOSGeometry:
    return GEOSGeometry(memoryview(to_wkb(shape)), srid=4326)
