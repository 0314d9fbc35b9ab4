"""People are drawn where people live, the same ones every time."""

from collections import Counter
from itertools import pairwise

import phonenumbers
import pytest

from guildhall.catalog.types import CityCard
from guildhall.cli.demo.people import LOG_INS, PASSWORD, Draw, Provider
from guildhall.cli.demo.places import read_places
from guildhall.providers import areas

SAN_DIEGO = CityCard(
    key="san-diego",
    name="San Diego",
    latitude=32.7157,
    longitude=-117.1611,
    radius_metres=50_000,
    time_zone="America/Los_Angeles",
)
LOS_ANGELES = CityCard(
    key="los-angeles",
    name="Los Angeles",
    latitude=34.0522,
    longitude=-118.2437,
    radius_metres=65_000,
    time_zone="America/Los_Angeles",
)


@pytest.fixture(scope="module")
def draw():
    return Draw(1, [1, 2, 3], read_places([SAN_DIEGO, LOS_ANGELES]))


def test_places_are_the_zip_codes_of_two_counties_in_their_zone():
    places = read_places([SAN_DIEGO, LOS_ANGELES])

    assert Counter(place.city_key for place in places) == {"los-angeles": 287, "san-diego": 96}
    assert {place.time_zone for place in places} == {"America/Los_Angeles"}
    assert all(before.zip_code < after.zip_code for before, after in pairwise(places))
    assert [place.city_key for place in read_places([SAN_DIEGO])] == ["san-diego"] * 96


def test_a_zip_code_of_a_large_town_weighs_more_than_one_of_a_village():
    weights = {place.zip_code: place.population for place in read_places([SAN_DIEGO])}

    assert weights["92101"] > 3 * weights["92066"]  # the middle of San Diego, and Ranchita in the mountains


def test_the_same_seed_draws_the_same_people_and_another_seed_others(draw):
    again = Draw(1, [1, 2, 3], read_places([SAN_DIEGO, LOS_ANGELES]))
    other = Draw(2, [1, 2, 3], read_places([SAN_DIEGO, LOS_ANGELES]))

    assert draw.providers(40) == again.providers(40)
    assert draw.customers(10) == again.customers(10)
    assert draw.providers(40)[3:] != other.providers(40)[3:]


def test_a_tenth_are_of_the_first_tier_and_three_tenths_of_the_second(draw):
    others = draw.providers(200)[3:]

    assert Counter(person.tier_rank for person in others) == {1: 20, 2: 60, 3: 120}


def test_everybody_has_an_address_of_their_own_and_a_number_that_no_telephone_has(draw):
    people = [*draw.providers(197), *draw.customers(19)]

    assert len({person.email for person in people}) == len(people) == 220
    assert len({person.phone_number for person in people}) == len(people)
    for person in people:
        number = phonenumbers.parse(person.phone_number)
        assert phonenumbers.is_valid_number(number), person.phone_number
        assert str(number.national_number)[3:8] == "55501", person.phone_number
    assert "+16195550100" not in {person.phone_number for person in people}


def test_every_area_is_one_that_the_system_takes(draw):
    polygons = [person.polygon for person in draw.providers(197) if person.polygon]

    assert 30 < len(polygons) < 70
    for polygon in polygons:
        assert areas.from_geojson(polygon).is_valid


def test_the_log_ins_are_a_customer_three_tiers_and_an_operator():
    assert [person.role for person in LOG_INS] == ["customer", "provider", "provider", "provider", "operator"]
    assert [person.tier_rank for person in LOG_INS if isinstance(person, Provider)] == [1, 2, 3]
    assert len(PASSWORD) >= 10
