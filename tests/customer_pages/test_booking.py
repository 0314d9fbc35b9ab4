"""The page of a booking: what it says in each status, what it costs to look, and what cannot be done twice."""

import io

import pytest
from PIL import Image

from guildhall.bookings.commands import (
    accept_offer,
    add_evidence,
    announce_delay,
    confirm_hours,
    end_break,
    finish_work,
    start_break,
)
from guildhall.kernel.ids import new_id, public_id
from guildhall.matching.commands import decline_offer
from guildhall.media.commands import store_image
from guildhall.payments.models import Checkout, Payment
from guildhall.payments.pages import success_url
from guildhall.timers.queries import clock_now
from tests import given_bookings as given
from tests import given_people as people
from tests.api import vendor
from tests.api.browser import browser
from tests.given_matching import clock_at, later

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana():
    return people.customer("Ana", card=True)


@pytest.fixture
def priya():
    return given.given_providers(1)[0]


def page_of(booking_id, part: str = "") -> str:
    return f"/my/bookings/{public_id('bk', booking_id)}{part}"


def test_the_search_is_shown_with_its_wave(ana, priya):
    booking_id = given.scheduled(ana)
    given.let_it_happen()

    text = browser(ana).get(page_of(booking_id)).content.decode()

    assert "Looking for your Hero" in text
    assert "Asking 1 person: Expert" in text
    assert 'data-island="countdown"' in text


def test_the_live_part_is_silent_until_something_changes(ana, priya):
    booking_id = given.scheduled(ana)
    given.let_it_happen()
    client = browser(ana)
    seen = client.get(page_of(booking_id)).context["live"].fingerprint

    before = client.get(page_of(booking_id, "/live"), {"seen": seen})
    accept_offer(offer_id=given.offers(booking_id)[priya.id], by=priya.actor, at=clock_now())
    after = client.get(page_of(booking_id, "/live"), {"seen": seen})

    assert (before.status_code, after.status_code) == (204, 200)
    text = after.content.decode()
    assert "is coming" in text
    assert 0 < text.index("Rate per hour") < text.index("$135.00", text.index("Rate per hour"))
    assert b"<html" not in after.content


def test_the_start_code_is_there_until_work_begins(ana, priya):
    booking_id = given.authorized(ana, priya)
    code = given.booking(booking_id).start_code
    assert code in browser(ana).get(page_of(booking_id)).content.decode()


def test_a_break_is_told_to_both(ana, priya):
    booking_id = given.started(ana, priya)
    job = f"/pro/jobs/{public_id('bk', booking_id)}"

    def told():
        return [
            [
                words
                for words in ("is at work", "takes a break", "The paid time runs.", "The paid time stands still")
                if words in text
            ]
            for text in (
                page.content.decode() for page in (browser(ana).get(page_of(booking_id)), browser(priya).get(job))
            )
        ]

    before = told()
    start_break(booking_id=booking_id, by=priya.actor, at=clock_now())
    meanwhile = told()
    end_break(booking_id=booking_id, by=priya.actor, at=clock_now())

    assert before == told() == [["is at work"], ["The paid time runs."]]
    assert meanwhile == [["takes a break"], ["The paid time stands still"]]


def test_hours_are_confirmed_once_and_the_receipt_has_every_line(ana, priya):
    booking_id = given.completed(ana, priya, minutes=90)
    client = browser(ana)
    assert "That comes to" in client.get(page_of(booking_id)).content.decode()

    first = client.post(page_of(booking_id, "/confirmation"))
    second = client.post(page_of(booking_id, "/confirmation"))

    assert first["Location"] == second["Location"] == page_of(booking_id)
    text = client.get(page_of(booking_id)).content.decode()
    assert "1\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}30\N{NO-BREAK SPACE}min \N{MULTIPLICATION SIGN}" in text
    assert "$202.50" in text


def test_what_is_said_and_shown_of_the_work_stands_beside_the_hours(ana, priya, settings, tmp_path):
    settings.STATE = tmp_path
    booking_id = given.started(ana, priya)
    drawn = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(drawn, "JPEG")
    media_id = store_image(owner=priya.actor, data=drawn.getvalue(), at=clock_now())
    add_evidence(booking_id=booking_id, media_id=media_id, by=priya.actor, at=clock_now())
    later(minutes=90)
    finish_work(booking_id=booking_id, notes="The mixer was loose.", by=priya.actor, at=clock_now())

    for client, page in (
        (browser(ana), page_of(booking_id)),
        (browser(people.operator()), f"/ops{page_of(booking_id)[3:]}"),
    ):
        text = client.get(page).content.decode()
        assert "The mixer was loose." in text
        assert 'alt="Photograph 1 of the work"' in text


def test_nobody_pays_another_fee_than_they_saw(ana, priya):
    booking_id = given.taken(ana, priya)
    client = browser(ana)
    shown = client.get(page_of(booking_id, "/cancellation"))
    assert "Cancelling now is free." in shown.content.decode()
    assert "Nothing is held on your card." in shown.content.decode()
    clock_at(given.booking(booking_id).starts_at.replace(hour=1))

    answer = client.post(page_of(booking_id, "/cancellation"), {"fee": "0", "reason": "Rain."})

    assert answer.status_code == 422
    assert "Cancelling now costs" in answer.content.decode()
    assert given.booking(booking_id).status == "confirmed"
    fee = answer.context["fee"].minor
    assert client.post(page_of(booking_id, "/cancellation"), {"fee": fee})["Location"] == page_of(booking_id)
    assert given.booking(booking_id).cancellation_fee_minor == fee > 0


def test_a_tip_is_given_once_for_each_form(ana, priya):
    booking_id = given.completed(ana, priya)
    confirm_hours(booking_id=booking_id, by=ana.actor, at=clock_now())
    client = browser(ana)
    form = client.get(page_of(booking_id, "/tip")).context["form"]
    said = {"key": str(form.initial["key"]), "choice": "other", "other": "12.50"}

    answers = [client.post(page_of(booking_id, "/tip"), said) for _ in range(2)]

    assert {answer["Location"] for answer in answers} == {page_of(booking_id)}
    assert given.facts(booking_id, "tip.") == ["tip.requested"]


def test_booking_again_keeps_what_and_where(ana, priya):
    booking_id = given.completed(ana, priya, kind="sound-fault", minutes_from=None, minutes_to=None)
    client = browser(ana)

    answer = client.post(page_of(booking_id, "/again"), {"same": "1"})

    assert answer["Location"] == "/request/when"
    client.post("/request/when", {"mode": "asap"})
    text = client.get("/request/price").content.decode()
    assert "Find a hum or a dead channel" in text
    assert "$135.00" in text.split(priya.first_name)[1].split("</dd>")[0]


def test_lists_ask_the_database_as_often_for_many_as_for_one(ana, priya, django_assert_max_num_queries):
    for hours in (48, 96, 144):
        given.scheduled(ana, hours_ahead=hours)
    client = browser(ana)

    with django_assert_max_num_queries(8):
        rows = client.get("/my/bookings").context["rows"]
    with django_assert_max_num_queries(30):
        client.get(page_of(rows[0].card.id))

    assert len(rows) == 3


def test_pages_of_bookings_meet(ana, priya, monkeypatch):
    monkeypatch.setattr("guildhall.web.customer.bookings._PAGE_SIZE", 2)
    late, early, between = (given.scheduled(ana, hours_ahead=hours) for hours in (144, 48, 96))
    made = [early, between, late]
    client = browser(ana)

    first = client.get("/my/bookings")
    second = client.get(f"/my/bookings{first.context['further']}")

    seen = [row.card.id for answer in (first, second) for row in answer.context["rows"]]
    assert seen == made
    assert client.get("/my/bookings?before=made-up").status_code == 400


def test_who_was_chosen_and_did_not_accept_leaves_the_choice_to_ask_others(ana, priya):
    booking_id = given.scheduled(ana, provider_id=priya.id)
    given.let_it_happen()
    decline_offer(offer_id=given.offers(booking_id)[priya.id], reason="", by=priya.actor, at=clock_now())
    given.let_it_happen()
    client = browser(ana)

    text = client.get(page_of(booking_id)).content.decode()
    asked = client.post(page_of(booking_id, "/widening"))

    assert "The one you chose did not accept in time" in text
    assert "Ask others" in text
    assert asked["Location"] == page_of(booking_id)
    assert given.booking(booking_id).status == "matching"
    assert client.post(page_of(booking_id, "/widening"))["Location"] == page_of(booking_id)


def test_a_delay_is_told_with_the_time_that_was_said(ana, priya):
    booking_id = given.taken(ana, priya)
    starts_at = given.booking(booking_id).starts_at
    announce_delay(booking_id=booking_id, minutes=30, by=priya.actor, at=clock_now())

    answer = browser(ana).get(page_of(booking_id))

    assert "is running late" in answer.content.decode()
    assert answer.context["live"].expected_at > starts_at


def test_nobody_is_asked_for_the_card_that_is_on_file(ana, priya):
    booking_id = given.asap(ana)

    text = browser(ana).get(page_of(booking_id)).content.decode()

    assert "We are checking your card" in text
    assert "Add your card" not in text


@pytest.mark.parametrize("was_refused", [False, True])
def test_who_comes_back_from_the_card_page_is_told_nothing_false(priya, was_refused):
    bea = people.customer("Bea")
    booking_id = given.asap(bea)
    vendor.says_yes()
    if was_refused:
        Payment.objects.filter(reference=f"booking:{booking_id}").update(payment_state="action_needed")
    client, page = browser(bea), page_of(booking_id)
    assert client.get(page).context["live"].needs_card
    visit = Checkout.objects.get()
    came_back = success_url(visit)
    assert came_back.endswith(f"{page}?card={visit.id}")

    text = client.get(page, {"card": visit.id}).content.decode()
    part = client.get(page_of(booking_id, "/live"), {"card": visit.id}).content.decode()

    for one in (text, part):
        assert "We are checking your card" in one
        assert "Add your card" not in one
        assert "said no" not in one
        assert f"card={visit.id}" in one
        assert "every 2s" in one
    for other in ("", "0", str(new_id())):
        assert "We are checking your card" not in client.get(page, {"card": other}).content.decode()
