"""A customer's ways through the pages, in a browser, with providers who answer over the API."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.checking import check_page, opened
from tests.browser.conftest import sign_in
from tests.customer_pages.walking import DECLINED, ask, ask_for_now, being_asked, book, enter, headline, pay
from tests.journeys.places import (
    BONITA,
    CHULA_VISTA,
    EL_CAJON,
    IMPERIAL_BEACH,
    LA_JOLLA,
    LA_MESA,
    LAKESIDE,
    POWAY,
    Place,
)
from tests.journeys.town import Booking, Town
from tests.stack import PASSWORD, Person

pytestmark = pytest.mark.timeout(300)
LOOKS = (("phone", "light"), ("desk", "dark"))
PHONE_BY_DAY = LOOKS[:1]


def booked(page: Page, customer: Person) -> Booking:
    """Confirm what was asked for; gives the booking, for those who act over the API. Leaves on the way to the vendor's page."""
    return Booking(book(page), customer)


def signed_in(browser: Browser, site: str, customer: Person) -> object:
    """The cookies of a customer who signed in."""
    return sign_in(browser, f"{site}/my/account/sign-in", customer.email)


def book_now(page: Page, site: str, customer: Person, place: Place) -> Booking:
    """Ask on the pages for somebody at once, signing in on the way; leaves on the way to the vendor's page."""
    ask_for_now(page, site, place)
    page.get_by_role("link", name="Sign in").last.click()
    enter(page, customer.email)
    return booked(page, customer)


def look(browser: Browser, url: str, page: Page, *, looks: Sequence[tuple[str, str]] = PHONE_BY_DAY) -> None:
    """Check a page as the one whose page is open sees it."""
    check_page(browser, url, storage=page.context.storage_state(), looks=looks)


def join(page: Page, town: Town, email: str) -> None:
    """Sign up, with the code from the mail."""
    page.get_by_role("link", name="Sign up to book").click()
    for label, text in (("First name", "Wilhelmina"), ("Last name", "Featherstonehaugh"), ("E-mail", email)):
        page.get_by_label(label).fill(text)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("I accept the terms").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Code from the e-mail").fill(town.sandbox.code(email))
    page.get_by_role("button", name="Confirm").click()


def thank(page: Page) -> None:
    """Give a tip and write a review."""
    page.get_by_role("link", name="Give a tip").click()
    page.get_by_text("$27.00").click()
    page.get_by_role("button", name="Give the tip").click()
    page.get_by_role("link", name="Write a review").click()
    page.locator(".rating__star").nth(4).click()
    page.get_by_label("In your words").fill("Found it in ten minutes.")
    page.get_by_role("button", name="Send it").click()
    expect(page.get_by_text("Not public yet")).to_be_visible()


def test_somebody_new_sees_the_price_signs_up_and_a_card_is_declined(browser: Browser, site: str, town: Town):
    """From the first page to a booking that is kept for another card, on a phone."""
    email = "new.customer@pages.example"
    with opened(browser, "phone") as context:
        page = context.new_page()
        ask_for_now(page, site, LA_JOLLA)
        expect(page.get_by_role("heading", level=1, name="Your price")).to_be_visible()
        expect(page.get_by_text("At least 1 h is charged.")).to_be_visible()
        expect(page.get_by_text("Cancelling is free until somebody is on the way")).to_be_visible()
        for step in ("where", "pin", "when", "price"):
            look(browser, f"{site}/request/{step}", page)

        join(page, town, email)
        expect(page.get_by_role("heading", level=1, name="Confirm and book")).to_be_visible()
        look(browser, page.url, page)
        page.get_by_label("Anything they should know?").fill("The left speaker hums.")
        booking = booked(page, town.stack.log_in(email, "customer", "Wilhelmina"))
        pay(page, DECLINED)
        expect(page.get_by_text(re.compile("declined", re.IGNORECASE)).first).to_be_visible()

        assert booking.status == "awaiting_card"
        page.goto(f"{site}/my/bookings/{booking.id}")
        headline(page, "One thing is missing: your card")
        page.get_by_role("link", name="Add your card").click()
        pay(page)
        headline(page, "Nobody was free")
    assert booking.read()["instructions"] == "The left speaker hums."


def _followed(page: Page, provider: Person, booking: Booking) -> None:
    """The provider's telephone says where they are, and the page goes along."""
    place = booking.read()["place"]
    where = {"latitude": place["latitude"] + 0.05, "longitude": place["longitude"], "accuracy_metres": 9}
    provider.api.put(f"{booking.path}/position", where)
    expect(page.get_by_text("About 10 minutes away", exact=True)).to_be_visible()
    expect(page.locator("#way-map .glance__person")).to_be_visible()


def test_a_booking_is_followed_from_the_search_to_the_receipt(browser: Browser, site: str, town: Town):
    """As soon as possible; nothing is reloaded by hand while the provider acts over the API."""
    priya, ana = town.provider("Priya", LAKESIDE), town.customer("Ana", LAKESIDE)
    with opened(browser, "phone") as context:
        page = context.new_page()
        booking = book_now(page, site, ana, LAKESIDE)
        address = f"{site}/my/bookings/{booking.id}"
        pay(page)
        being_asked(page)
        expect(page.get_by_role("timer", name="Until the next are asked")).to_be_visible()
        town.accept(priya, booking)
        headline(page, "Priya is coming")
        expect(page.get_by_text(booking.read()["start_code"], exact=True)).to_be_visible()
        look(browser, address, page, looks=LOOKS)
        for act in ("cancellation", "rescheduling", "no-show"):
            look(browser, f"{address}/{act}", page)

        town.put(priya, booking, "en_route")
        headline(page, "Priya is on the way")
        _followed(page, priya, booking)
        look(browser, address, page)
        town.put(priya, booking, "arrived")
        headline(page, "Priya is at your door")
        expect(page.get_by_text("minutes away").first).to_be_hidden()
        town.put(priya, booking, "in_progress", start_code=booking.read()["start_code"])
        headline(page, "Priya is at work")
        town.wait("80 min")
        town.put(priya, booking, "completed", minutes=80)
        headline(page, "Please look at the hours")
        expect(page.get_by_text("That comes to $180.00.")).to_be_visible()
        look(browser, f"{address}/contest", page)

        page.get_by_role("button", name="The hours are right").click()
        headline(page, "Done")
        town.quiet()
        expect(page.get_by_text("$180.00 charged to Visa")).to_be_visible(timeout=20_000)
        look(browser, address, page, looks=LOOKS)
        for act in ("tip", "review"):
            look(browser, f"{address}/{act}", page)
        thank(page)
        priya.api.post("reviews", {"booking_id": booking.id, "rating": 5, "comment": "Easy to find."})
        town.quiet()
        page.get_by_role("button", name="Ask first next time").click()
        expect(page.get_by_text("One of your favourites")).to_be_visible()
        expect(page.get_by_text("Easy to find.")).to_be_visible()

        page.get_by_role("link", name="Priya J.").click()
        expect(page.get_by_text("Found it in ten minutes.")).to_be_visible()
        check_page(browser, page.url, looks=LOOKS)
        page.goto(f"{site}/my/addresses")
        page.locator(".row__title").first.click()
        look(browser, page.url, page)
    tips = ana.api.items(f"bookings/{booking.id}/tips")
    assert [(tip["amount"]["amount_minor"], tip["status"]) for tip in tips] == [(2_700, "paid")]


def test_an_appointment_is_kept_by_the_clocks_of_its_place_and_a_late_cancellation_costs_what_was_shown(
    browser: Browser, site: str, town: Town
):
    """On a desk in New York, for a job in California."""
    priya, ana = town.provider("Priya", BONITA), town.customer("Ana", BONITA)
    day = town.local(days=3, hour=10)
    with opened(browser, "desk", storage=signed_in(browser, site, ana)) as context:
        page = context.new_page()
        page.goto(f"{site}/my/")
        page.get_by_role("link", name="Book somebody").first.click()
        page.get_by_role("button", name="1 Main Street").click()
        page.get_by_role("link", name="Audio").click()
        page.get_by_text("Set up a soundbar or stereo").click()
        page.get_by_role("button", name="Continue").click()
        page.get_by_text("At a time I choose").click()
        page.get_by_label("Day", exact=True).fill(day.date().isoformat())
        page.get_by_label("Arrival").select_option("10:00")
        page.get_by_role("button", name="See the price").click()
        page.get_by_role("link", name="Continue").click()
        expect(page.locator("main").get_by_text(re.compile(r"10:00\sAM PST"))).to_be_visible()
        booking = booked(page, ana)
        pay(page)
        being_asked(page)
        town.accept(priya, booking)
        headline(page, "Priya is coming")
        expect(page.get_by_text(re.compile("10:00\\sAM \N{EN DASH} 10:20\\sAM PST"))).to_be_visible()

        town.until(day.replace(tzinfo=town.now().tzinfo) - timedelta(hours=20))
        page.get_by_role("link", name="Cancel the booking").click()
        expect(page.get_by_text("$67.50")).to_be_visible()
        page.get_by_label("Why?").fill("The room is taken.")
        page.get_by_role("button", name="Cancel the booking").click()
        headline(page, "This booking is cancelled")
        expect(page.get_by_text("It costs the fee that you saw: $67.50.")).to_be_visible()
    town.quiet()
    assert booking.status == "closed"
    assert town.books(booking)["captured"] == 6_750


def test_nobody_is_free_and_the_customer_asks_again_then_cancels_free(browser: Browser, site: str, town: Town):
    """There is nobody in this town."""
    ana = town.customer("Ana", IMPERIAL_BEACH)
    with opened(browser, "phone", "dark") as context:
        page = context.new_page()
        booking = book_now(page, site, ana, IMPERIAL_BEACH)
        pay(page)
        headline(page, "Nobody was free")
        expect(page.get_by_text("Nothing is charged.")).to_be_visible()
        check_page(browser, page.url, storage=context.storage_state(), looks=LOOKS)
        page.get_by_role("button", name="Ask everybody again").click()
        town.quiet()
        headline(page, "Nobody was free")
        page.get_by_role("link", name="Cancel, free of charge").click()
        expect(page.get_by_text("Cancelling now is free.")).to_be_visible()
        page.get_by_role("button", name="Cancel the booking").click()
        headline(page, "This booking is cancelled")
        expect(page.get_by_text("It costs nothing")).to_be_visible()
    town.quiet()
    assert booking.status == "closed"
    books = town.books(booking)
    assert books["authorized"] == books["released"]


def test_nobody_is_free_now_and_another_time_is_found(browser: Browser, site: str, town: Town):
    """Somebody works there, but has no time at the moment; the page says so until another day is chosen."""
    priya, ana = town.provider("Priya", POWAY), town.customer("Ana", POWAY)
    priya.api.put("providers/me/availability", {"available_now": False})
    with opened(browser, "phone") as context:
        page = context.new_page()
        booking = book_now(page, site, ana, POWAY)
        pay(page)
        headline(page, "Nobody was free")
        page.get_by_role("link", name="Choose another time").click()
        page.get_by_role("button", name="Move it").click()
        expect(page.get_by_role("alert")).to_be_visible()
        page.get_by_label("Day", exact=True).fill(town.local(days=4).date().isoformat())
        page.get_by_label("Arrival").select_option("14:30")
        page.get_by_role("button", name="Move it").click()
        being_asked(page)
        town.accept(priya, booking)
        headline(page, "Priya is coming")
        expect(page.get_by_text(re.compile("2:30\\sPM \N{EN DASH} 2:50\\sPM"))).to_be_visible()


def test_wrong_hours_are_contested_and_decided(browser: Browser, site: str, town: Town):
    """Nothing is charged before the decision; the receipt has the decided hours."""
    priya, ana = town.provider("Priya", EL_CAJON), town.customer("Ana", EL_CAJON)
    with opened(browser, "phone") as context:
        page = context.new_page()
        booking = book_now(page, site, ana, EL_CAJON)
        pay(page)
        being_asked(page)
        town.accept(priya, booking)
        town.work(priya, booking, minutes=120)
        headline(page, "Please look at the hours")
        page.get_by_role("link", name="They are wrong").click()
        page.get_by_label("Hours").fill("1")
        page.get_by_label("Minutes").fill("0")
        page.get_by_label("What was different?").fill("They came an hour later.")
        page.get_by_role("button", name="Send it").click()
        headline(page, "We decide about the hours")
        expect(page.get_by_text("Nothing moves before the decision.")).to_be_visible()
        town.decide(booking, settled_minutes=60)
        headline(page, "Done")
        expect(page.get_by_text("$135.00 charged to Visa")).to_be_visible(timeout=20_000)
    assert town.books(booking)["captured"] == 13_500


def test_nobody_comes_and_the_customer_says_so(browser: Browser, site: str, town: Town):
    """The page counts the minutes; the customer need not telephone."""
    priya, ana = town.provider("Priya", LA_MESA), town.customer("Ana", LA_MESA)
    with opened(browser, "phone") as context:
        page = context.new_page()
        booking = book_now(page, site, ana, LA_MESA)
        pay(page)
        being_asked(page)
        town.accept(priya, booking)
        headline(page, "Priya is coming")
        starts_at = datetime.fromisoformat(booking.read()["scheduled_start_time"])
        town.until(starts_at + timedelta(minutes=5))
        headline(page, "Priya is late")
        page.get_by_role("link", name="Nobody has come").click()
        page.get_by_role("button", name="Nobody has come").click()
        headline(page, "We are looking into it")
    assert booking.status == "unresolved"
    town.decide(booking, cancel=True)


def test_the_price_is_there_without_a_script(browser: Browser, site: str, town: Town):
    """Every step is a plain form; so is the booking, and its page looks again by itself."""
    ana = town.customer("Ana", CHULA_VISTA)
    with opened(browser, "phone", javascript=False) as context:
        page = context.new_page()
        ask(page, site, CHULA_VISTA)
        page.get_by_text("At a time I choose").click()
        page.get_by_label("Day", exact=True).fill(town.local(days=3).date().isoformat())
        page.get_by_label("Arrival").select_option("09:30")
        page.get_by_role("button", name="See the price").click()
        expect(page.get_by_text("$65.00 \N{EN DASH} $337.50")).to_be_visible()
        page.get_by_role("link", name="Sign in").last.click()
        enter(page, ana.email)
        booking = booked(page, ana)
        pay(page)
        town.quiet()
        page.goto(f"{site}/my/bookings/{booking.id}")
        headline(page, "Nobody was free")


def test_a_night_when_the_clocks_change_is_put_into_words(browser: Browser, site: str, town: Town):
    """An hour that is skipped cannot be booked, one that comes twice has to be told apart."""
    now = town.now()
    years = (now.year, now.year + 1)
    forward, back = (
        next(day for day in (_sunday(year, month, number) for year in years) if day > now.date() + timedelta(days=1))
        for month, number in ((3, 2), (11, 1))
    )
    with opened(browser, "phone") as context:
        page = context.new_page()
        ask(page, site, BONITA)
        page.get_by_text("At a time I choose").click()
        page.get_by_label("Day", exact=True).fill(forward.isoformat())
        page.get_by_label("Arrival").select_option("02:30")
        page.get_by_role("button", name="See the price").click()
        expect(page.get_by_text("The clocks go forward over this time that night.").first).to_be_visible()

        page.get_by_label("Day", exact=True).fill(back.isoformat())
        page.get_by_label("Arrival").select_option("01:30")
        page.get_by_role("button", name="See the price").click()
        expect(page.get_by_text("The clocks go back that night").first).to_be_visible()
        page.get_by_label(re.compile("PST")).check()
        page.get_by_role("button", name="See the price").click()
        expect(page.locator("main").get_by_text(re.compile(r"1:30\sAM PST"))).to_be_visible()


def _sunday(year: int, month: int, number: int) -> date:
    """The so-manieth Sunday of a month."""
    first = date(year, month, 1)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7 * (number - 1))
