"""Service areas: circles that are round, and shapes from outside."""

import math

import pytest
from django.db import connection
from django.utils import translation
from django.utils.translation import gettext
from geographiclib.geodesic import Geodesic
from hypothesis import HealthCheck, settings
from hypothesis import given as any_of
from hypothesis import strategies as st
from shapely.geometry import Point, shape

from guildhall.providers import areas
from guildhall.providers.areas import BadArea
from guildhall.providers.commands import set_service_area
from guildhall.providers.queries import get_reach
from guildhall.providers.types import Circle
from tests import given_people as given

SQUARE = [[-117.2, 32.6], [-117.0, 32.6], [-117.0, 32.8], [-117.2, 32.8], [-117.2, 32.6]]


def polygon(*rings):
    return {"type": "Polygon", "coordinates": list(rings)}


def square(west, south, size=0.2):
    east, north = west + size, south + size
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


@pytest.mark.parametrize("latitude", [0.0, 32.7, -45.0, 69.6])
@pytest.mark.parametrize("radius_metres", [100, 20_000, 200_000])
def test_a_circle_is_as_wide_on_the_ground_as_it_says(latitude, radius_metres):
    (part,) = areas.from_circle(Circle(latitude, 18.9, radius_metres)).geoms

    corners = list(part.exterior.coords)
    assert len(corners) == 65
    for longitude, northing in corners:
        away = Geodesic.WGS84.Inverse(latitude, 18.9, northing, longitude)["s12"]
        assert math.isclose(away, radius_metres, rel_tol=1e-6)


@pytest.mark.parametrize(
    "circle",
    [
        Circle(91, 0, 1000),
        Circle(0, 181, 1000),
        Circle(float("nan"), 0, 1000),
        Circle(0, float("inf"), 1000),
        Circle(32, -117, 99),
        Circle(32, -117, 200_001),
        Circle(32, -117, float("nan")),
        Circle(89.9, 0, 50_000),
        Circle(85.5, 0, 1_000),
    ],
)
def test_a_circle_nobody_could_work_in_is_refused(circle):
    with pytest.raises(BadArea):
        areas.from_circle(circle)


def test_a_circle_over_the_antimeridian_has_two_parts_and_the_right_size():
    over = areas.from_circle(Circle(-16.8, 179.95, 20_000))
    beside = areas.from_circle(Circle(-16.8, 150, 20_000))

    assert len(over.geoms) == 2
    assert over.is_valid
    assert (over.bounds[0], over.bounds[2]) == (-180, 180)
    assert math.isclose(over.area, beside.area, rel_tol=1e-9)


def test_a_shape_over_the_antimeridian_is_taken_in_one_piece_or_cut():
    whole = polygon([[179.9, -17], [-179.9, -17], [-179.9, -16.8], [179.9, -16.8], [179.9, -17]])
    cut = {
        "type": "MultiPolygon",
        "coordinates": [
            [[[179.9, -17], [180, -17], [180, -16.8], [179.9, -16.8], [179.9, -17]]],
            [[[-180, -17], [-179.9, -17], [-179.9, -16.8], [-180, -16.8], [-180, -17]]],
        ],
    }

    one, two = areas.from_geojson(whole), areas.from_geojson(cut)

    assert one.equals_exact(two.normalize(), 1e-9) or one.symmetric_difference(two).area < 1e-9
    assert math.isclose(one.area, 0.2 * 0.2, rel_tol=1e-9)
    assert one.covers(Point(-179.95, -16.9))
    assert not one.covers(Point(0, -16.9))


def test_holes_and_parts_stay():
    hole = square(-117.15, 32.65, 0.05)
    two = {"type": "MultiPolygon", "coordinates": [[SQUARE, hole], [square(-116.5, 32.6)]]}

    made = areas.from_geojson(two)

    assert math.isclose(made.area, 0.04 - 0.0025 + 0.04, rel_tol=1e-9)
    assert not made.covers(Point(-117.12, 32.67))


@pytest.mark.parametrize(
    "area",
    [
        {},
        {"type": "Point", "coordinates": [0, 0]},
        {"type": "Polygon"},
        {"type": "Polygon", "coordinates": "everywhere"},
        {"type": "MultiPolygon", "coordinates": {}},
        polygon(),
        polygon([]),
        polygon(SQUARE[:-1]),
        polygon(SQUARE[:3]),
        polygon([[0, 0], [0, 0], [0, 0], [0, 0]]),
        polygon([[-117.2, 32.6], [-117.0, 32.8], [-117.0, 32.6], [-117.2, 32.8], [-117.2, 32.6]]),
        polygon([[-117.2, "32.6"], *SQUARE[1:]]),
        polygon([[True, 32.6], *SQUARE[1:]]),
        polygon([[-117.2], *SQUARE[1:]]),
        polygon([None, *SQUARE[1:]]),
        polygon(square(-181, 32)),
        polygon(square(0, 90.5)),
        polygon([[float("nan"), 0], [1, 0], [1, 1], [float("nan"), 0]]),
        polygon(square(-117, 32, 15.5)),
        polygon([[-120, 80], [0, 80], [120, 80], [-120, 80]]),
        polygon(square(10, 84.9)),
        {"type": "MultiPolygon", "coordinates": [[SQUARE], [square(-117.1, 32.7)]]},
        {"type": "MultiPolygon", "coordinates": [[SQUARE], [square(-80, 32.7)]]},
        polygon([[math.cos(step / 80), math.sin(step / 80)] for step in range(501)] + [[1.0, 0.0]]),
    ],
)
def test_what_is_no_area_is_refused_with_a_sentence(area):
    with pytest.raises(BadArea) as refused:
        areas.from_geojson(area)

    assert refused.value.status == 400
    assert refused.value.extra["errors"] == [{"field": "area", "detail": refused.value.detail}]
    with translation.override("es"):
        assert refused.value.said(gettext) != refused.value.detail


_numbers = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True),
    st.floats(-180, 180),
    st.integers(-(10**30), 10**30),
    st.text(max_size=3),
)
_positions = st.lists(_numbers, max_size=4)
_rings = st.lists(_positions, max_size=6).map(lambda ring: [*ring, ring[0]] if ring else ring)
_areas = st.one_of(
    st.fixed_dictionaries({"type": st.just("Polygon"), "coordinates": st.lists(_rings, max_size=3)}),
    st.fixed_dictionaries({"type": st.just("MultiPolygon"), "coordinates": st.lists(st.lists(_rings, max_size=2))}),
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.text(max_size=5), _numbers),
        lambda inner: st.dictionaries(st.sampled_from(["type", "coordinates"]), inner) | st.lists(inner, max_size=3),
    ).map(lambda value: {"type": "Polygon", "coordinates": value}),
)


@settings(max_examples=300, deadline=None)
@any_of(_areas)
def test_any_json_is_a_valid_area_or_a_refusal(area):
    try:
        made = areas.from_geojson(area)
    except BadArea:
        return

    assert made.is_valid
    assert made.area > 0


@settings(max_examples=200, deadline=None)
@any_of(st.floats(-84, 84), st.floats(-180, 180), st.floats(100, 100_000))
def test_any_circle_holds_its_middle_and_reads_back(latitude, longitude, radius_metres):
    try:
        made = areas.from_circle(Circle(latitude, longitude, radius_metres))
    except BadArea:
        assert abs(latitude) > 80
        return

    assert made.is_valid
    assert made.covers(Point(longitude, latitude))


@pytest.mark.django_db
def test_what_is_stored_is_what_was_drawn():
    priya = given.registered_provider()

    set_service_area(provider_id=priya.id, geojson=polygon(SQUARE), by=priya.actor, at=given.MONDAY)

    reach = get_reach(priya.id)
    assert shape(reach.area).equals(shape(polygon(SQUARE)))
    assert (reach.home_longitude, reach.home_latitude) == pytest.approx((-117.1, 32.7))


@pytest.mark.django_db
def test_a_stored_circle_is_right_for_postgis_too():
    priya = given.provider(at=given.DOWNTOWN, radius_metres=10_000)
    latitude, longitude = given.DOWNTOWN

    with connection.cursor() as cursor:
        cursor.execute(
            """
            select count(*) filter (where st_covers(area, st_setsrid(st_makepoint(%s + east, %s), 4326))), st_isvalid(area)
            from providers.service_area, (values (0.0), (0.10), (0.11)) as moved (east)
            where provider_id = %s group by area
            """,
            [longitude, latitude, priya.id],
        )
        assert cursor.fetchone() == (2, True)


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@any_of(st.floats(-70, 70), st.floats(-180, 180))
def test_postgis_believes_every_area_that_passes(latitude, longitude):
    from django.contrib.gis.geos import GEOSGeometry

    made = areas.from_circle(Circle(latitude, longitude, 30_000))

    with connection.cursor() as cursor:
        cursor.execute("select st_isvalid(st_geomfromewkb(%s))", [bytes(GEOSGeometry(made.wkt, srid=4326).ewkb)])
        assert cursor.fetchone() == (True,)
