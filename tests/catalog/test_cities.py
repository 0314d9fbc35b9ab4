"""Which city a point belongs to."""

from datetime import UTC, datetime

import pytest

from guildhall.catalog.commands import load_pack
from guildhall.catalog.queries import city_of, list_cities
from guildhall.catalog.rules import metres_between
from guildhall.kernel.actors import Actor
from guildhall.verticals.reading import read_pack

MONDAY = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
AV = read_pack("av")
pytestmark = pytest.mark.django_db


def load(pack=AV):
    load_pack(pack, by=Actor.system("pack"), at=MONDAY)


@pytest.mark.parametrize(
    ("place", "latitude", "longitude", "city"),
    [
        ("La Jolla", 32.8328, -117.2713, "san-diego"),
        ("Santa Monica", 34.0195, -118.4912, "los-angeles"),
        ("Phoenix", 33.4484, -112.0740, None),
        ("halfway, San Clemente", 33.4270, -117.6120, None),
    ],
)
def test_a_point_belongs_to_the_circle_it_lies_in(place, latitude, longitude, city):
    load()

    found = city_of(latitude, longitude)

    assert (found.key if found else None) == city


def test_where_circles_overlap_the_nearest_centre_wins():
    san_diego, los_angeles = AV.cities
    wide = los_angeles.model_copy(update={"radius_metres": 250_000})
    load(AV.model_copy(update={"cities": (san_diego, wide)}))

    assert city_of(32.8328, -117.2713).key == "san-diego"
    assert city_of(33.4270, -117.6120).key == "los-angeles"


def test_a_city_that_left_holds_no_point():
    load()
    load(AV.model_copy(update={"cities": AV.cities[1:]}))

    assert city_of(32.8328, -117.2713) is None
    assert [city.key for city in list_cities()] == ["los-angeles"]


def test_distances_are_great_circles():
    assert metres_between(32.7157, -117.1611, 34.0522, -118.2437) == pytest.approx(179_400, rel=0.005)
    assert metres_between(0, 179.9, 0, -179.9) == pytest.approx(22_240, rel=0.005)
    assert metres_between(10, 20, 10, 20) == 0
