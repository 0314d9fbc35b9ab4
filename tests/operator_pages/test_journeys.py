"""An operator's day, in Chromium: a job given by hand with the keyboard alone, hours decided, matching stopped, a fact tried again."""

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.checking import opened
from tests.browser.conftest import sign_in
from tests.clients import eventually
from tests.journeys.places import CARDIFF, EL_CAJON, LA_MESA, POWAY
from tests.journeys.town import Town

pytestmark = pytest.mark.timeout(300)


def wait_for_keys(page: Page) -> None:
    """Wait until the page listens to its keys."""
    page.locator("[data-island-running][data-help=keys]").wait_for()


def test_an_unfilled_booking_is_given_to_somebody_with_the_keyboard_alone(town: Town, address: str, page: Page) -> None:
    ana, priya = town.customer("Ana", LA_MESA), town.provider("Priya", LA_MESA)
    booking = town.asked_and_paid(ana, at=town.local(days=4))
    town.decline(priya, booking)
    town.wait("1 min")
    assert booking.status == "unfilled"

    page.goto(f"{address}/ops/")
    wait_for_keys(page)
    keys = page.keyboard
    keys.press("j")
    expect(page.locator("[data-item]:focus")).to_contain_text("Ana")
    expect(page.locator("#pane")).to_contain_text("Assign by hand")
    keys.press("e")
    expect(page.locator("#pane input:focus")).to_have_attribute("name", "provider_id")
    keys.press("Space")
    keys.press("Tab")
    expect(page.locator("#pane button:focus")).to_contain_text("Assign by hand")
    keys.press("Enter")

    expect(page.locator("#toasts")).to_contain_text("The job is assigned.")
    expect(page.locator("#queue")).to_have_count(0)
    assert booking.status == "confirmed"
    assert booking.read()["provider_user_id"] == priya.id
    assert "Ana" not in page.locator("#work").inner_text()
    ana.api.post(f"{booking.path}/cancellation", {"reason": ""})


def test_contested_hours_are_decided_and_what_is_wrong_is_said(town: Town, address: str, page: Page) -> None:
    ana, priya = town.customer("Ana", POWAY), town.provider("Priya", POWAY)
    booking = town.asked_and_paid(ana, at=town.local(hour=19))
    town.accept(priya, booking)
    town.work(priya, booking, minutes=120)
    ana.api.post(f"{booking.path}/contest", {"minutes": 90, "reason": "He was on the telephone."})

    page.goto(f"{address}/ops/?kind=contested")
    pane = page.locator("#pane")
    expect(pane).to_contain_text("Logged 2 h")
    expect(pane).to_contain_text("Customer says 1 h 30 min")
    expect(pane).to_contain_text("He was on the telephone.")
    expect(pane).to_contain_text("Logged: 120 minutes. The customer says: 90.")
    pane.get_by_label("Minutes that count").fill("100")
    pane.get_by_role("button", name="Settle the hours").click()
    expect(pane.locator(".summary")).to_contain_text("Reason")
    assert booking.status == "contested"
    expect(pane.get_by_label("Minutes that count")).to_have_value("100")
    settlement = pane.locator("form[action$=settlement]")
    settlement.get_by_label("Reason", exact=True).fill("Heard both.")
    pane.get_by_role("button", name="Settle the hours").click()

    expect(page.locator("#toasts")).to_contain_text("The hours are final.")
    expect(page.locator("#work")).to_contain_text("Nothing waits here")
    town.quiet()
    assert (booking.status, booking.read()["settled_minutes"]) == ("closed", 100)
    page.goto(f"{address}/ops/bookings/{booking.id}")
    story = page.locator("#timeline")
    expect(story).to_contain_text("Hours contested: 2 h logged, 1 h 30 min according to the customer")
    expect(story).to_contain_text("Hours final: 1 h 40 min, $225.00")
    expect(page.locator("#money")).to_contain_text("$225.00")


def test_matching_is_stopped_and_the_customer_reads_it_until_it_runs_again(
    town: Town, address: str, page: Page, browser: Browser
) -> None:
    ana = town.customer("Ana", EL_CAJON)
    hers = sign_in(browser, f"{address}/my/account/sign-in", ana.email)
    page.goto(f"{address}/ops/switches")
    page.get_by_text("Matching", exact=True).click()
    page.get_by_label("Where").select_option(label="San Diego")
    page.get_by_label("Reason", exact=True).fill("Wildfire.")
    page.get_by_role("button", name="Stop it").click()

    expect(page.locator("#work, .record")).to_contain_text("Wildfire.")
    with opened(browser, "phone", storage=hers) as context:
        phone = context.new_page()
        phone.goto(f"{address}/my/")
        expect(phone.get_by_role("region", name="Notices")).to_contain_text("New requests wait")
        page.get_by_role("button", name="Let it run again").click()
        expect(page.locator("#toasts")).to_contain_text("It runs again.")
        phone.reload()
        expect(phone.get_by_role("region", name="Notices")).to_have_count(0)


def test_a_parked_fact_is_tried_again(town: Town, address: str, page: Page) -> None:
    """A handler failed once, and its fact waits for days; what it hears is true by now."""
    town.provider("Priya", CARDIFF)
    town.quiet()
    with psycopg.connect(town.stack.owner_url, autocommit=True) as owner:
        owner.execute(
            """
            insert into eventlog_parked (subscription_id, position, seq, aggregate, attempts, next_try_at, error)
            select 'discovery', p.position, e.seq, e.aggregate, 3, timers.clock_now() + interval '9 days', 'OperationalError(''gone'')'
            from eventlog_event e join eventlog_position p using (seq) where e.name = 'provider.reach_changed'
            order by e.seq desc limit 1
            """
        )

        page.goto(f"{address}/ops/?kind=parked")
        expect(page.locator("#pane")).to_contain_text("OperationalError('gone')")
        page.keyboard.press("e")
        page.get_by_role("button", name="Try again now").click()

        expect(page.locator("#toasts")).to_contain_text("It is tried again now.")
        left = "select count(*) = 0 from eventlog_parked"
        assert eventually(lambda: (owner.execute(left).fetchone() or (False,))[0])
    page.goto(f"{address}/ops/?kind=parked")
    expect(page.locator("#work")).to_contain_text("Nothing waits here")


def test_a_booking_is_found_by_its_id_and_a_person_by_their_number(town: Town, address: str, page: Page) -> None:
    ana = town.customer("Ana", CARDIFF)
    booking = town.request(ana, at=town.local(days=5))

    page.goto(f"{address}/ops/bookings")
    wait_for_keys(page)
    page.keyboard.press("/")
    page.keyboard.type(booking.id)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/ops/bookings/{booking.id}")
    wait_for_keys(page)
    page.keyboard.press("/")
    page.keyboard.type(ana.phone_number)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/ops/customers/{ana.id}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ana")
    ana.api.post(f"{booking.path}/cancellation", {"reason": ""})
