"""Placing a customer's addresses on the map."""

import pytest
import zipcodes
from django.conf import settings as django_settings
from django.db import connection
from hypothesis import HealthCheck, example, settings
from hypothesis import given as any_of
from hypothesis import strategies as st

from guildhall.customers import gateway, zip_codes
from guildhall.customers.commands import BadPin, UnknownZip, add_address, change_address
from guildhall.customers.queries import get_address, list_addresses, places_near
from guildhall.kernel.refusals import NotAllowed, NotFound
from guildhall.kernel.texts import BadText
from tests import given_people as given

pytestmark = pytest.mark.django_db


def add(person, **changes):
    values = {"customer_id": person.id, "street": "2 Side Street", "zip_code": "92037", "by": person.actor}
    return add_address(**{**values, "at": given.MONDAY, **changes})


def facts():
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from eventlog_event")
        return cursor.fetchone()[0]


def test_an_address_without_a_pin_lies_in_the_middle_of_its_zip_code_and_says_so():
    ana = given.customer()

    found = get_address(ana.id, add(ana, access_notes="Ring twice."))

    assert (found.city, found.state, found.zip_code, found.time_zone) == (
        "La Jolla",
        "CA",
        "92037",
        "America/Los_Angeles",
    )
    assert (found.latitude, found.longitude) == (32.8455, -117.2521)
    assert found.precision == "zip_centroid"
    assert found.precision_note == "Placed at the middle of its ZIP code; set a pin for the exact spot."
    assert found.access_notes == "Ring twice."


def test_a_pin_is_taken_as_it_is():
    ana = given.customer()

    found = get_address(ana.id, add(ana, latitude=32.85, longitude=-117.25, city="San Diego"))

    assert (found.latitude, found.longitude, found.precision, found.city) == (32.85, -117.25, "pin", "San Diego")


def test_the_database_holds_the_point_that_the_numbers_say():
    ana = given.customer()
    add(ana)

    with connection.cursor() as cursor:
        cursor.execute(
            "select bool_and(st_x(point) = longitude and st_y(point) = latitude), count(*) from customers_address"
        )
        assert cursor.fetchone() == (True, 2)


@pytest.mark.parametrize(
    ("zip_code", "zone"),
    [
        ("10001", "America/New_York"),
        ("60601", "America/Chicago"),
        ("85001", "America/Phoenix"),
        ("96813", "Pacific/Honolulu"),
        ("00901", "America/Puerto_Rico"),
        ("92101-1234", "America/Los_Angeles"),
        (" 92101 ", "America/Los_Angeles"),
    ],
)
def test_a_zip_code_knows_its_zone(zip_code, zone):
    assert gateway.geocode(zip_code).time_zone == zone


@pytest.mark.parametrize(
    "zip_code",
    ["00000", "9210", "921011", "92101-12", "ABCDE", "", "٩٢١٠١", "09001", "09905", "99634", "96960", "92101\n1"],
)
def test_what_is_no_place_on_the_map_is_refused(zip_code):
    ana = given.customer()
    before = facts()

    with pytest.raises(UnknownZip) as refused:
        add(ana, zip_code=zip_code)

    assert refused.value.extra["errors"][0]["field"] == "zip_code"
    assert (len(list_addresses(ana.id)), facts()) == (1, before)


@pytest.mark.parametrize(
    "pin",
    [
        {"latitude": 32.8},
        {"longitude": -117.2},
        {"latitude": 91.0, "longitude": -117.2},
        {"latitude": 32.8, "longitude": 181.0},
        {"latitude": float("nan"), "longitude": -117.2},
        {"latitude": float("inf"), "longitude": -117.2},
        {"latitude": 40.7, "longitude": -74.0},
    ],
)
def test_a_pin_that_cannot_be_is_refused(pin):
    ana = given.customer()

    with pytest.raises(BadPin):
        add(ana, **pin)

    assert len(list_addresses(ana.id)) == 1


def test_a_street_is_needed_and_texts_have_limits():
    ana = given.customer()

    for changes in ({"street": " "}, {"street": "x" * 121}, {"access_notes": "x" * 1001}, {"label": "a\0"}):
        with pytest.raises(BadText):
            add(ana, **changes)

    assert len(list_addresses(ana.id)) == 1


def test_an_address_is_its_customers_alone():
    ana, bruno, priya = given.customer(), given.business(), given.registered_provider()

    with pytest.raises(NotFound):
        get_address(bruno.id, ana.address_id)
    with pytest.raises(NotFound):
        add(ana, by=bruno.actor)
    with pytest.raises(NotAllowed):
        add(ana, by=priya.actor)
    assert add(ana, by=given.operator().actor)

    assert len(list_addresses(ana.id)) == 2


def test_the_places_are_kept_for_the_next_process_and_a_broken_file_is_made_anew(monkeypatch, tmp_path):
    monkeypatch.setattr(django_settings, "STATE", tmp_path)
    read = zip_codes._rows.__wrapped__
    from_the_package = read()
    (kept,) = (tmp_path / "cache").iterdir()
    monkeypatch.setattr(zipcodes, "list_all", list)

    assert read() == from_the_package
    assert len(from_the_package) > 40_000

    kept.write_text('{"92101": [')
    assert read() == {}


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example("09000")
@any_of(st.one_of(st.from_regex(r"[0-9]{5}(-[0-9]{4})?", fullmatch=True), st.text(max_size=12)))
def test_any_text_is_a_place_or_a_refusal(text):
    from zoneinfo import ZoneInfo

    try:
        place = gateway.geocode(text)
    except UnknownZip:
        return

    assert ZoneInfo(place.time_zone)
    assert -15 < place.latitude < 72
    assert (place.longitude > 0) == (place.time_zone in {"Pacific/Guam", "Pacific/Saipan"})
    assert place.zip_code in text


def test_what_is_said_about_a_place_can_change_and_its_pin_too():
    ana = given.customer()
    own = {"customer_id": ana.id, "address_id": ana.address_id, "by": ana.actor, "at": given.MONDAY}
    before = get_address(ana.id, ana.address_id)

    change_address(**own, label="Shop", access_notes="Back door.", contact_on_site="Bo, +1 619 555 0101")
    said = get_address(ana.id, ana.address_id)
    change_address(**own, label="Shop", access_notes="", contact_on_site="", latitude=32.72, longitude=-117.16)
    moved = get_address(ana.id, ana.address_id)

    assert (said.label, said.access_notes, said.contact_on_site) == ("Shop", "Back door.", "Bo, +1 619 555 0101")
    assert (said.latitude, said.precision) == (before.latitude, "zip_centroid")
    assert (moved.latitude, moved.longitude, moved.precision) == (32.72, -117.16, "pin")


def test_a_change_that_is_refused_changes_nothing():
    ana, carl = given.customer(), given.customer("Carl")
    own = {"customer_id": ana.id, "address_id": ana.address_id, "label": "x", "access_notes": "", "at": given.MONDAY}
    before, told = get_address(ana.id, ana.address_id), facts()

    with pytest.raises(NotFound):
        change_address(**own, contact_on_site="", by=carl.actor)
    with pytest.raises(NotFound):
        change_address(**{**own, "address_id": carl.address_id}, contact_on_site="", by=ana.actor)
    with pytest.raises(BadPin):
        change_address(**own, contact_on_site="", latitude=48.1, longitude=11.5, by=ana.actor)
    with pytest.raises(BadText):
        change_address(**own, contact_on_site="x" * 200, by=ana.actor)

    assert (get_address(ana.id, ana.address_id), facts()) == (before, told)


def test_what_lies_around_a_point_is_named_by_the_places_people_live_in():
    near = places_near(32.7185, -117.1593, most=3)

    assert [place.zip_code for place in near][:2] == ["92101", "92103"]  # not the post boxes on top of 92101
    assert places_near(0.0, 0.0) == []
