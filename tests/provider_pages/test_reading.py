"""What pages ask of the database does not grow with what they show; what is not ready says what is missing."""

from datetime import timedelta

import pytest

from guildhall.bookings.commands import cancel_booking, confirm_hours
from guildhall.kernel.ids import new_id, public_id
from guildhall.kernel.money import Money
from guildhall.payments.queries import list_earnings
from guildhall.providers.queries import get_profile
from guildhall.timers.queries import clock_now
from tests import given_bookings as given
from tests import given_people as people
from tests.api.browser import browser
from tests.given_matching import clock_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def priya():
    return given.given_providers(1)[0]


@pytest.mark.parametrize("path", ["/pro/", "/pro/offers", "/pro/calendar", "/pro/calendar?view=month"])
def test_lists_ask_as_much_for_many_as_for_one(priya, path, django_assert_max_num_queries):
    ana = people.customer(card=True)
    mine = browser(priya)
    given.taken(ana, priya, hours_ahead=72)
    given.scheduled(ana, hours_ahead=168)
    given.let_it_happen()

    def count():
        mine.get(path)
        with django_assert_max_num_queries(1_000) as asked:
            assert mine.get(path).status_code == 200
        return len(asked.captured_queries)

    few = count()
    for days in (4, 5):
        given.taken(ana, priya, hours_ahead=24 * days)
    for days in (8, 9):
        given.scheduled(ana, hours_ahead=24 * days)
    given.let_it_happen()

    assert count() <= few


def test_a_job_is_called_by_its_kind_first_and_its_category_second(priya):
    ana = people.customer(card=True)
    kind = "Find a hum or a dead channel"
    asked = given.scheduled(ana, kind="sound-fault", hours_ahead=96)
    given.let_it_happen()
    given.taken(ana, priya, kind="sound-fault")
    offer = f"/pro/offers/{public_id('of', given.offers(asked)[priya.id])}"
    shown = (
        (priya, "/pro/"),
        (priya, "/pro/offers"),
        (priya, offer),
        (ana, "/my/bookings"),
        (people.operator(), "/ops/bookings"),
    )
    for who, path in shown:
        text = browser(who).get(path).content.decode().split("<main")[1]
        assert 0 < text.index(kind) < text.index("Audio", text.index(kind)), path


def test_what_was_listed_can_be_said_otherwise(priya):
    said = {"category": "audio", "title": "Tune a hall", "price_model": "hourly", "price": "40"}
    client = browser(priya)
    client.post("/pro/work/listings/new", {**said, "key": str(new_id())})
    [listed] = get_profile(priya.id).services
    page = f"/pro/work/listings/{public_id('sv', listed.id)}"
    assert f'href="{page}"' in client.get("/pro/work/listings").content.decode()
    assert client.get(page).context["form"].initial == {**said, "description": "", "price": 40, "duration": None}

    assert client.post(page, {**said, "price": ""}).status_code == 422
    assert client.post(page, {**said, "price": "45.50", "duration": "90"})["Location"] == "/pro/work/listings?saved"
    assert "Saved." in client.get("/pro/work/listings?saved").content.decode()
    assert "Los Angeles;" in client.get("/pro/work/hours").content.decode()

    [changed] = get_profile(priya.id).services
    assert (changed.id, changed.price, changed.duration_minutes) == (listed.id, Money(4_550, "USD"), 90)
    assert browser(people.provider("Diego")).post(page, said).status_code == 404


def test_who_is_new_reads_what_is_missing_and_whose_turn_it_is():
    people.catalogue()
    nora = browser(people.registered_provider("Nora"))

    page = nora.get("/pro/").content.decode()

    assert "Before your first offer" in page
    for step in ("/pro/work/categories", "/pro/work/area", "/pro/work/hours", "/pro/payouts"):
        assert f'href="{step}"' in page
    assert "Our team checks who you are." in page


def test_what_was_earned_is_told_once_its_hours_are_final(priya):
    ana = people.customer(card=True)
    booking_id = given.completed(ana, priya, minutes=60)
    since = clock_now() - timedelta(days=30)
    assert list_earnings(priya.id, since=since) == []

    confirm_hours(booking_id=booking_id, by=ana.actor, at=clock_now())

    [one] = list_earnings(priya.id, since=since)
    assert (one.reference, one.kind, one.is_blocked) == (f"booking:{booking_id}", "work", False)
    page = browser(priya).get("/pro/earnings").content.decode()
    assert f"{one.amount_minor / 100:.2f}" in page
    assert "Audio for Ana A." in page
    assert list_earnings(people.provider("Diego").id, since=since) == []


def test_a_price_that_was_promised_is_asked_for_beside_its_field(priya):
    said = {"category": "audio", "title": "Tune a hall", "key": str(new_id())}
    client = browser(priya)

    answer = client.post("/pro/work/listings/new", {**said, "price_model": "hourly"})
    asked = client.post("/pro/work/listings/new", {**said, "price_model": "quote", "price": "40"})

    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"price"}
    assert asked.status_code == 303
    assert "on request" in client.get("/pro/work/listings").content.decode()


def test_a_cancelled_job_is_called_so_when_its_money_has_moved_too(priya):
    ana = people.customer(card=True)
    free, late = given.taken(ana, priya, hours_ahead=72), given.taken(ana, priya, hours_ahead=96)
    for booking_id in (free, late):
        cancel_booking(booking_id=booking_id, reason="Rain.", by=ana.actor, at=clock_now())
        given.let_it_happen()
        clock_at(given.booking(late).starts_at - timedelta(hours=20))
    assert given.booking(free).status == "closed"
    for booking_id, words in ((free, "Nothing is to be done here."), (late, "Your share is among your earnings.")):
        page = browser(priya).get(f"/pro/jobs/{public_id('bk', booking_id)}").content.decode()
        assert "Cancelled" in page
        assert words in page
        assert "Everything is paid." not in page


def test_a_job_is_live_until_it_is_paid(priya):
    ana = people.customer(card=True)
    booking_id = given.completed(ana, priya)
    confirm_hours(booking_id=booking_id, by=ana.actor, at=clock_now())
    assert given.booking(booking_id).status == "settled"

    page = browser(priya).get(f"/pro/jobs/{public_id('bk', booking_id)}").content.decode()

    assert "Your pay is on its way." in page
    assert f"/pro/jobs/{public_id('bk', booking_id)}/live" in page
