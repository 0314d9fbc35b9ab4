"""Booking and moving for a customer on the telephone: the operator writes it down, the customer says yes by the link."""

import re
from datetime import timedelta

import pytest

from guildhall.bookings.models import Booking
from guildhall.customers.queries import list_addresses
from guildhall.identity.types import Scope
from guildhall.kernel.ids import new_id, public_id, read_public_id
from guildhall.notifications.models import OutgoingMessage
from guildhall.timers.queries import clock_now
from tests import given_bookings as given
from tests import given_people as people
from tests.api.browser import browser
from tests.given_matching import clock_at, later

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga():
    people.catalogue()
    clock_at(people.MONDAY)
    return people.operator(scopes=[Scope.SUPPORT])


def form_for(customer, **said):
    assert customer.address_id is not None
    day = (given.local_start(clock_now()) + timedelta(days=2)).date()
    return {
        "key": str(new_id()),
        "work": "audio/",
        "minutes": "90",
        "place": public_id("ad", customer.address_id),
        "mode": "scheduled",
        "day": day.isoformat(),
        "time": "10:00",
        "instructions": "The left room.",
        **said,
    }


def desk_of(customer) -> str:
    return f"/ops/customers/{public_id('cu', customer.id)}/booking"


def sent(answer) -> Booking:
    assert answer.status_code == 303, answer.content.decode()
    number = re.search(r"bk_[a-z2-7]{26}", answer["Location"])
    assert number
    return given.booking(read_public_id("bk", number[0]))


def test_the_price_is_shown_before_anything_is_sent(olga):
    ana = people.customer("Ana")

    answer = browser(olga).post(desk_of(ana), {**form_for(ana, day="", time=""), "look": "1"})

    assert answer.status_code == 200
    assert "$" in answer.content.decode().split('id="price"')[1]
    assert "Please look at this again" not in answer.content.decode()
    assert not Booking.objects.exists()


def test_a_customer_without_a_card_says_yes_by_the_link_and_goes_on_to_the_card(olga):
    ana = people.customer("Ana")
    form = form_for(ana)
    desk = browser(olga)

    first, second = desk.post(desk_of(ana), form), desk.post(desk_of(ana), form)
    booking = sent(first)

    assert first["Location"] == second["Location"]
    assert Booking.objects.count() == 1
    assert "The customer has a mail" in desk.get(first["Location"]).content.decode()
    given.let_it_happen()
    (mail,) = OutgoingMessage.objects.filter(reference=booking.reference, channel="email")
    assert (mail.recipient_id, mail.template) == (ana.id, "booking-proposed")
    page = f"/my/bookings/{public_id('bk', booking.id)}"
    assert browser(None).get(page)["Location"] == f"/my/account/sign-in?next={page}"
    assert browser(people.customer("Eve")).get(page).status_code == 404
    at_home = browser(ana)
    text = at_home.get(page).content.decode()
    assert "Is this what we agreed?" in text
    assert "Cancelling is free until somebody has accepted" in text
    assert "Yes, and add my card" in text
    assert at_home.get(f"{page}/card")["Location"] == page
    assert "Waits for your yes" in at_home.get("/my/bookings").content.decode()

    assert at_home.post(f"{page}/agreement")["Location"] == f"{page}/card"
    assert at_home.post(f"{page}/agreement")["Location"] == page
    assert at_home.get(f"{page}/card").status_code == 200
    assert given.facts(booking.id) == ["booking.proposed", "booking.requested"]


def test_with_a_card_on_file_a_yes_is_enough_and_the_time_offered_first_leaves_an_hour_for_it(olga):
    ana = people.customer("Ana", card=True)
    desk = browser(olga)
    offered = {name: desk.get(desk_of(ana)).context["form"][name].value() for name in ("day", "time")}
    booking = sent(desk.post(desk_of(ana), form_for(ana, **offered)))
    assert booking.deadline_at >= clock_now() + timedelta(hours=1)
    page = f"/my/bookings/{public_id('bk', booking.id)}"

    assert "is on file and is used for it" in browser(ana).get(page).content.decode()
    assert browser(ana).post(f"{page}/agreement")["Location"] == page
    assert given.booking(booking.id).status == "matching"


def test_another_address_becomes_the_customers(olga):
    ana = people.customer("Ana")

    booking = sent(
        browser(olga).post(desk_of(ana), form_for(ana, place="new", street="2 Side Street", zip_code="92037"))
    )

    place = next(place for place in list_addresses(ana.id) if place.street == "2 Side Street")
    assert (booking.address_id, booking.customer_id) == (place.id, ana.id)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"work": ""}, "work"),
        ({"minutes": ""}, "minutes"),
        ({"place": "new", "street": "", "zip_code": "92037"}, "street"),
        ({"day": ""}, "day"),
        ({"day": "2027-02-01"}, "day"),
        ({"place": "new", "street": "2 Side Street", "zip_code": "00000"}, "zip_code"),
    ],
)
def test_what_is_missing_is_said_beside_its_field_and_nothing_is_kept(olga, wrong, field):
    ana = people.customer("Ana")

    answer = browser(olga).post(desk_of(ana), form_for(ana, **wrong))

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not Booking.objects.exists()
    assert len(list_addresses(ana.id)) == 1


def test_the_wrong_scope_cannot_book(olga):
    ana = people.customer("Ana")
    clerk = browser(people.operator("Finn", scopes=[Scope.FINANCE]))

    assert clerk.post(desk_of(ana), form_for(ana)).status_code == 403
    assert "Book on the phone" not in clerk.get(desk_of(ana).removesuffix("/booking")).content.decode()
    assert "Book on the phone" in browser(olga).get(desk_of(ana).removesuffix("/booking")).content.decode()
    assert not Booking.objects.exists()


def test_the_link_is_sent_again(olga):
    ana = people.customer("Ana")
    desk = browser(olga)
    booking = sent(desk.post(desk_of(ana), form_for(ana)))
    given.let_it_happen()
    page = f"/ops/bookings/{public_id('bk', booking.id)}"
    assert "Send the link again" in desk.get(page).content.decode()
    assert "less than a minute ago" in desk.post(f"{page}/link").content.decode()
    later(minutes=2)

    answer = desk.post(f"{page}/link")
    given.let_it_happen()

    text = desk.get(answer["Location"]).content.decode()
    assert "Sent again. The customer has a new mail with the link." in text
    assert "The link was sent to the customer again" in text
    mails = OutgoingMessage.objects.filter(reference=booking.reference, channel="email")
    assert [(mail.recipient_id, mail.template) for mail in mails] == [(ana.id, "booking-proposed")] * 2
    browser(ana).post(f"/my/bookings/{public_id('bk', booking.id)}/agreement")
    assert "Send the link again" not in desk.get(page).content.decode()


def test_without_a_yes_the_link_ends(olga):
    ana = people.customer("Ana")
    booking = sent(browser(olga).post(desk_of(ana), form_for(ana)))
    page = f"/my/bookings/{public_id('bk', booking.id)}"
    later(minutes=24 * 60 + 1)
    given.let_it_happen()

    assert browser(ana).post(f"{page}/agreement")["Location"] == page
    text = browser(ana).get(page).content.decode()
    assert "This booking is cancelled" in text
    assert given.booking(booking.id).status == "closed"


def test_another_time_moves_when_the_customer_says_yes(olga):
    (priya,) = given.given_providers(1)
    ana = people.customer("Ana", card=True)
    booking_id = given.taken(ana, priya)
    wall = given.local_start(given.booking(booking_id).starts_at + timedelta(days=1))
    number = public_id("bk", booking_id)
    page = f"/my/bookings/{number}"

    desk, address = browser(olga), f"/ops/bookings/{number}/rescheduling"
    same = given.local_start(given.booking(booking_id).starts_at).isoformat("T", "minutes")
    assert desk.post(address, {"starts_at": same}).status_code == 422
    assert given.booking(booking_id).proposed_until is None

    assert desk.post(address, {"starts_at": wall.isoformat("T", "minutes")}).status_code == 303
    assert given.booking(booking_id).status == "confirmed"
    assert "the customer can say yes until" in browser(olga).get(f"/ops/bookings/{number}").content.decode()
    at_home = browser(ana)
    assert "Another time?" in at_home.get(page).content.decode()
    assert at_home.post(f"{page}/proposed-time", {"answer": "maybe"}).status_code == 422
    assert given.booking(booking_id).status == "confirmed"
    assert at_home.post(f"{page}/proposed-time", {"answer": "yes"})["Location"] == page
    assert given.local_start(given.booking(booking_id).starts_at) == wall
    assert "Another time?" not in at_home.get(page).content.decode()
