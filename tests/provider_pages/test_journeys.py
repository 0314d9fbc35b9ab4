"""A provider with a telephone: accepts, works and stops with everything on screen; loses a race; declines; gives a job back."""

import io
from datetime import timedelta

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.checking import EVERY_LOOK, check_page, opened
from tests.browser.conftest import sign_in
from tests.clients import eventually
from tests.journeys.places import BONITA, CHULA_VISTA, EL_CAJON, LA_JOLLA, LA_MESA

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def looked_at(browser, pictures):
    """Check a page as every page is checked, for one who is signed in."""

    def look(url, storage, *, looks=(("phone", "light"), ("desk", "dark"))):
        check_page(browser, url, storage=storage, looks=EVERY_LOOK if pictures else looks, pictures=pictures)

    return look


def customer(town, place, first_name="Ana"):
    """Somebody whose address says how to get in."""
    address = {
        "street": "1 Main Street",
        "zip_code": place.zip_code,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "access_notes": "Gate code 4711. The dog is friendly.",
        "contact_on_site": "Carmen Vidal-Castellanos, reception",
    }
    return town.stack.sign_up_customer(first_name, place=address, sandbox=town.sandbox)


def signed_in(browser, site, person):
    return sign_in(browser, f"{site}/pro/account/sign-in", person.email)


def photograph():
    drawn = io.BytesIO()
    Image.new("RGB", (640, 480), "teal").save(drawn, "JPEG")
    return {"name": "rack.jpg", "mimeType": "image/jpeg", "buffer": drawn.getvalue()}


def test_a_job_from_the_offer_to_its_hours(town, browser, site, looked_at):
    ana = customer(town, LA_JOLLA)
    priya = town.provider("Priya", LA_JOLLA)
    cookies = signed_in(browser, site, priya)
    booking = town.asked_and_paid(ana, instructions="The rack in the basement hums.")
    with opened(browser, "phone", storage=cookies) as context:
        page = context.new_page()
        page.goto(f"{site}/pro/")
        page.get_by_role("link", name="Audio").click()
        expect(page.get_by_text("at least, after our fee")).to_be_visible()
        assert "1 Main Street" not in page.content()
        expect(page.get_by_role("timer")).to_be_visible()
        page.get_by_role("button", name="Accept").click()

        expect(page.get_by_text("1 Main Street, La Jolla, CA 92037")).to_be_visible()
        expect(page.get_by_text("Gate code 4711.")).to_be_visible()
        expect(page.get_by_text("Carmen Vidal-Castellanos, reception")).to_be_visible()
        expect(page.get_by_text("The rack in the basement hums.")).to_be_visible()
        assert page.get_by_role("link", name="Navigate").get_attribute("href")
        looked_at(page.url, cookies)
        looked_at(f"{site}/pro/", cookies)

        page.get_by_role("link", name="I am running late").click()
        looked_at(page.url, cookies)
        page.get_by_text("15 min").click()
        page.get_by_role("button", name="Tell the customer").click()
        eventually(lambda: town.sandbox.mails(ana.email, "comes later"))

        _drive_and_start(page, cookies, booking, looked_at)
        _work(page, town)
        _photograph(page, cookies, priya, booking, looked_at)
        _stop(page, cookies, booking, looked_at)


def _drive_and_start(page, cookies, booking, looked_at):
    place = booking.read()["place"]
    page.context.set_geolocation({"latitude": place["latitude"] + 0.02, "longitude": place["longitude"], "accuracy": 9})
    page.context.grant_permissions(["geolocation"])
    page.get_by_role("button", name="I am on my way").click()
    page.get_by_role("button", name="Show where I am").click()
    expect(page.get_by_text("Last sent:")).to_be_visible()
    assert booking.read()["on_the_way"]["estimated_minutes"] == 4
    page.get_by_role("button", name="I have arrived").click()
    looked_at(page.url, cookies)
    page.get_by_label("Code from the customer").fill("12")
    page.get_by_role("button", name="Start the work").click()
    expect(page.get_by_role("alert")).to_contain_text("The code has four digits.")
    page.get_by_label("Code from the customer").fill(booking.read()["start_code"])
    page.get_by_role("button", name="Start the work").click()


def _work(page, town):
    expect(page.get_by_text("Worked so far")).to_be_visible()
    town.wait(timedelta(minutes=40))
    page.get_by_role("button", name="Take a break").click()
    expect(page.get_by_text("On a break")).to_be_visible()
    town.wait(timedelta(minutes=10))
    page.get_by_role("button", name="Go on working").click()
    town.wait(timedelta(minutes=35))


def _photograph(page, cookies, priya, booking, looked_at):
    """What was chosen stays, though the job changes meanwhile (here by another telephone): the page renews itself only afterwards."""
    chooser = page.locator('input[name="photograph"]')
    chooser.set_input_files(photograph())
    with page.expect_response(lambda answer: "/live" in answer.url and answer.status == 200):
        priya.api.post(f"{booking.path}/breaks")
    priya.api.delete(f"{booking.path}/breaks")
    assert chooser.evaluate("(field) => field.files.length") == 1
    page.get_by_role("button", name="Keep this photograph").click()
    picture = page.get_by_alt_text("Photograph 1 of the work")
    picture.scroll_into_view_if_needed()
    eventually(lambda: picture.evaluate("(image) => image.complete && image.naturalWidth") == 400)
    looked_at(page.url, cookies)


def _stop(page, cookies, booking, looked_at):
    page.get_by_role("link", name="Stop and log hours").click()
    looked_at(page.url, cookies)
    assert page.get_by_label("Minutes of work").input_value() == "76"
    page.get_by_label("What you did").fill("Two new cables.")
    page.get_by_role("button", name="Stop and send the hours").click()

    expect(page.get_by_text("Waiting for the customer")).to_be_visible()
    expect(page.get_by_text("Two new cables.")).to_be_visible()
    looked_at(page.url, cookies)
    card = booking.read()
    assert (card["status"], card["logged_minutes"], card["break_minutes"]) == ("completed", 76, 10)

    page.get_by_role("link", name="It could not be fully fixed").click()
    looked_at(page.url, cookies)
    page.get_by_label("What happened?").fill("The amplifier has to be replaced.")
    page.get_by_role("button", name="Tell our team").click()
    expect(page.get_by_text("With our team")).to_be_visible()
    assert booking.status == "unresolved"


def test_whoever_comes_second_learns_it_at_once(town, browser, site, looked_at):
    ana = customer(town, LA_MESA)
    lena, marcus = town.providers([("Lena", 1), ("Marcus", 1)], LA_MESA)
    cookies = signed_in(browser, site, lena)
    booking = town.asked_and_paid(ana)
    with opened(browser, "phone", storage=cookies) as context:
        page, other = context.new_page(), context.new_page()
        for one in (page, other):
            one.goto(f"{site}/pro/offers")
            one.get_by_role("link", name="Audio").click()
        # One page waits; the other has lost its connection to what happens, and presses all the same.
        other.route("**/live", lambda route: route.abort())
        other.route("**/feed**", lambda route: route.abort())
        town.accept(marcus, booking)

        expect(page.get_by_role("heading", name="Somebody else was first")).to_be_visible()
        accept = other.get_by_role("button", name="Accept")
        accept.click()
        expect(other.get_by_role("heading", name="Somebody else was first")).to_be_visible()
        looked_at(page.url, cookies)
    assert booking.read()["provider_user_id"] == marcus.id


def test_declining_is_free_and_says_so_with_and_without_a_script(town, browser, site, looked_at):
    ana = customer(town, BONITA)
    [lena] = town.providers([("Lena", 1)], BONITA)
    cookies = signed_in(browser, site, lena)
    town.morning()
    for javascript, ask in ((True, town.asked_and_paid), (False, town.request)):
        booking = ask(ana, at=town.local(days=3))
        town.quiet()
        with opened(browser, "phone", storage=cookies, javascript=javascript) as context:
            page = context.new_page()
            page.goto(f"{site}/pro/offers")
            page.get_by_role("link", name="Audio").click()
            if not javascript:
                looked_at(f"{site}/pro/offers", cookies)
                looked_at(page.url, cookies)
                looked_at(f"{page.url}/decline", cookies)
            (page.get_by_role("link", name="Decline") if not javascript else page.locator("[data-opens]")).click()
            expect(page.get_by_text("Declining is free.").first).to_be_visible()
            page.get_by_text("Too far away").click()
            page.get_by_role("button", name="Decline").last.click()
            expect(page.get_by_text("No offers at the moment")).to_be_visible()
        assert town.offers(lena) == []
        assert booking.status in {"matching", "unfilled"}  # there is nobody else to ask
        ana.api.post(f"{booking.path}/cancellation", {"reason": ""})
        town.quiet()


def test_a_job_is_given_back_and_leaves_the_screen(town, browser, site, looked_at):
    ana = customer(town, CHULA_VISTA)
    town.morning()
    lena = town.provider("Lena", CHULA_VISTA)
    cookies = signed_in(browser, site, lena)
    booking = town.asked_and_paid(ana, at=town.local(days=3))
    town.accept(lena, booking)
    with opened(browser, "phone", storage=cookies) as context:
        page = context.new_page()
        page.goto(f"{site}/pro/")
        page.get_by_role("link", name="Address, access and everything else").click()
        page.get_by_role("link", name="I cannot do this job").click()
        expect(page.get_by_text("others are asked at once")).to_be_visible()
        looked_at(page.url, cookies)
        page.get_by_role("button", name="Give the job back").click()
        expect(page.get_by_role("alert")).to_contain_text("Please fill this in.")
        page.get_by_label("What happened?").fill("My van broke down.")
        page.get_by_role("button", name="Give the job back").click()

        expect(page.get_by_role("heading", name="Today")).to_be_visible()
        expect(page.get_by_text("Nothing to do at the moment")).to_be_visible()
    assert booking.read()["provider_user_id"] is None


def test_nobody_is_there(town, browser, site, looked_at):
    ana = customer(town, EL_CAJON)
    lena = town.provider("Lena", EL_CAJON)
    cookies = signed_in(browser, site, lena)
    booking = town.asked_and_paid(ana)
    town.accept(lena, booking)
    town.put(lena, booking, "en_route")
    town.put(lena, booking, "arrived")
    town.wait(timedelta(minutes=50))
    with opened(browser, "phone", storage=cookies) as context:
        page = context.new_page()
        page.goto(f"{site}/pro/jobs/{booking.id}")
        page.get_by_role("link", name="Nobody is here").click()
        looked_at(page.url, cookies)
        page.get_by_label("What happened?").fill("I rang for a quarter of an hour.")
        page.get_by_role("button", name="Report that nobody is here").click()

        expect(page.get_by_text("With our team")).to_be_visible()
    assert booking.status == "unresolved"
