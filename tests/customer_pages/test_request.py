"""From what, where and when to a booking: nothing is kept but a signed cookie, and nothing is booked twice."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from guildhall.bookings.models import Booking
from guildhall.customers.queries import get_address, list_addresses
from guildhall.kernel.ids import public_id
from guildhall.web.asking.draft import COOKIE
from guildhall.web.asking.times import first_offered
from tests import given_people as people
from tests.api.browser import browser
from tests.given_matching import clock_at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _monday():
    people.catalogue()
    clock_at(people.MONDAY)


def say(client: Client, *, zip_code: str = "92101", street: str = "1 Main Street", when: dict[str, str] | None = None):
    """Take the steps up to the price."""
    assert client.post("/request", {"category": "audio", "kind": "sound-fault"})["Location"] == "/request/where"
    assert client.post("/request/where", {"street": street, "zip_code": zip_code})["Location"] == "/request/pin"
    pin = client.get("/request/pin").context["form"].initial
    client.post("/request/pin", pin)
    return client.post("/request/when", when or {"mode": "asap"})


def ask(client: Client, **more: str):
    """Confirm what was said."""
    key = client.get("/my/request").context["form"].initial["key"]
    return client.post("/my/request", {"key": str(key), **more})


def test_the_price_needs_no_session_and_keeps_nothing_in_the_database():
    client = Client()

    assert say(client)["Location"] == "/request/price"
    page = client.get("/request/price")

    text = page.content.decode()
    assert "$65.00" in text
    assert "$337.50" in text
    assert "Cancelling is free until somebody is on the way; after that it costs the call-out fee ($35.00" in text
    assert set(client.cookies) == {COOKIE}
    assert client.cookies[COOKIE]["httponly"]
    assert not Booking.objects.exists()


@pytest.mark.parametrize(
    ("day", "held", "cancelling"),
    [
        ("2027-03-01", "As soon as somebody has accepted, up to", "because the start is less than 48 hours away"),
        ("2027-03-03", "24 hours before the start up to", "and after that up to 48 hours before the start"),
    ],
)
def test_what_is_held_and_what_cancelling_costs_is_said_as_it_is_at_that_distance(day: str, held: str, cancelling: str):
    client = Client()
    say(client, when={"mode": "scheduled", "day": day, "time": "13:00"})

    text = " ".join(client.get("/request/price").content.decode().split())

    assert held in text
    assert cancelling in text


@pytest.mark.parametrize("cookie", ["", "x", "eyJjYXRlZ29yeSI6ImF1ZGlvIn0:1abcde:forged"])
def test_a_draft_that_nobody_signed_is_no_draft(cookie: str):
    client = Client()
    client.cookies[COOKIE] = cookie

    assert client.get("/request/price")["Location"] == "/request"


def test_a_zip_code_where_nobody_works_is_told_at_once():
    client = Client()
    client.post("/request", {"category": "audio", "kind": "sound-fault"})

    far = client.post("/request/where", {"street": "1 Main Street", "zip_code": "10001"})
    none = client.post("/request/where", {"street": "1 Main Street", "zip_code": "00000"})

    assert (far.status_code, none.status_code) == (422, 422)
    assert (
        "We do not work in New York, NY yet. We work in and around Los Angeles and San Diego." in far.content.decode()
    )
    assert "We cannot find this ZIP code on the map." in none.content.decode()


@pytest.mark.parametrize(
    ("day", "time", "words"),
    [
        ("2027-03-14", "02:30", "The clocks go forward over this time that night."),
        ("2027-11-07", "01:30", "The clocks go back that night and show this time twice."),
        ("2027-03-01", "09:30", "A booked time starts at least 180 minutes from now."),
        ("2029-03-01", "09:30", "Bookings reach at most 365 days ahead."),
    ],
)
def test_a_time_that_cannot_be_had_is_refused_in_words(day: str, time: str, words: str):
    answer = say(Client(), when={"mode": "scheduled", "day": day, "time": time})

    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_the_soonest_window_by_day_is_offered_first():
    expected = {
        "05:10": "2027-03-01 08:30",
        "09:40": "2027-03-01 13:00",
        "15:00": "2027-03-01 18:00",
        "15:01": "2027-03-02 08:00",
    }
    for now, offered in expected.items():
        at = datetime.fromisoformat(f"2027-03-01 {now}").replace(tzinfo=ZoneInfo(people.LOS_ANGELES))
        assert first_offered(zone=people.LOS_ANGELES, at=at).isoformat(" ", "minutes") == offered
    client = Client()
    client.post("/request", {"category": "audio", "kind": "sound-fault"})
    client.post("/request/where", {"street": "1 Main Street", "zip_code": "92101"})

    form = client.get("/request/when").context["form"]

    assert [name for name, _windows in form.fields["time"].choices[1:]] == [
        "By day",
        "In the evening",
        "At night and early",
    ]
    assert form["time"].value() == "12:00"
    in_spanish = client.get("/request/when", headers={"accept-language": "es"}).content.decode()
    assert 'type="date" name="day" value="2027-03-01"' in in_spanish


def test_the_second_of_two_equal_times_is_kept():
    client = browser(people.customer(card=True))

    say(client, when={"mode": "scheduled", "day": "2027-11-07", "time": "01:30", "fold": "1"})
    ask(client)

    assert Booking.objects.get().starts_at.isoformat() == "2027-11-07T09:30:00+00:00"


def test_who_signs_in_adopts_the_draft_and_a_double_click_books_once():
    ana = people.customer(card=True)
    client = browser(ana)
    say(client)
    key = str(client.get("/my/request").context["form"].initial["key"])
    form = {"key": key, "instructions": "Ring twice."}
    draft = client.cookies[COOKIE].value

    first = client.post("/my/request", form)
    client.cookies[COOKIE] = draft
    second = client.post("/my/request", form)

    booking = Booking.objects.get()
    assert first["Location"] == second["Location"] == f"/my/bookings/{public_id('bk', booking.id)}"
    assert (booking.customer_id, booking.instructions, booking.kind) == (ana.id, "Ring twice.", "sound-fault")
    assert booking.address_id == ana.address_id


def test_a_new_place_is_added_with_what_is_said_about_it():
    bruno = people.business(card=True)
    client = browser(bruno)
    say(client, street="5 Shore Drive", zip_code="92037")

    ask(client, access_notes="Back door.", contact_on_site="Bo", purchase_order="PO-17")

    booking = Booking.objects.get()
    place = get_address(bruno.id, booking.address_id)
    assert booking.purchase_order == "PO-17"
    assert (place.street, place.access_notes, place.contact_on_site) == ("5 Shore Drive", "Back door.", "Bo")
    assert place.precision == "zip_centroid"
    assert len(list_addresses(bruno.id)) == 2


def test_without_a_card_the_vendors_page_comes_next():
    client = browser(people.customer())
    say(client)

    answer = ask(client)

    booking = public_id("bk", Booking.objects.get().id)
    assert answer["Location"] == f"/my/bookings/{booking}/card"
    assert client.get("/my/request")["Location"] == f"/my/bookings/{booking}"
    waiting = client.get(answer["Location"])
    assert (waiting.status_code, waiting["Refresh"]) == (200, "1")


def test_a_request_can_begin_at_a_known_place():
    ana = people.customer(card=True)
    client = browser(ana)

    answer = client.post(f"/my/addresses/{public_id('ad', ana.address_id)}/booking")
    client.post("/request", {"category": "audio", "kind": "sound-fault"})

    assert answer["Location"] == "/request?anew"
    assert client.post("/request/when", {"mode": "asap"})["Location"] == "/request/price"


def test_a_time_that_comes_twice_is_told_apart_by_what_the_clocks_call_themselves():
    answer = say(Client(), when={"mode": "scheduled", "day": "2027-11-07", "time": "01:30"})

    names = [name for _, name in answer.context["form"].fields["fold"].choices]
    assert [name.replace("\N{NO-BREAK SPACE}", " ") for name in names] == ["1:30 AM PDT", "1:30 AM PST"]
