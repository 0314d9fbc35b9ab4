"""A customer at a screen: what journeys do on the pages, step by step."""

import re

from playwright.sync_api import Page, expect

from tests.journeys.places import Place
from tests.stack import PASSWORD

VISA = "4242424242424242"
DECLINED = "4000000000000002"
_SLOW_MS = 20_000


def ask(page: Page, site: str, place: Place, *, kind: str = "Find a hum or a dead channel") -> None:
    """Say what and where, from the first page on; leaves at the question when."""
    page.goto(f"{site}/")
    page.get_by_role("link", name="See your price").click()
    page.get_by_role("link", name="Audio").click()
    page.get_by_text(kind).click()
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Street and number").fill("1 Main Street")
    page.get_by_label("ZIP code").fill(place.zip_code)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text(f"Placed at the middle of {place.zip_code}")).to_be_visible()
    page.get_by_role("button", name="Continue").click()


def ask_for_now(page: Page, site: str, place: Place) -> None:
    """Say what, where, and as soon as possible; leaves at the price."""
    ask(page, site, place)
    page.get_by_text("As soon as possible").click()
    page.get_by_role("button", name="See the price").click()


def pay(page: Page, card: str = VISA) -> None:
    """Fill in the vendor's page, which has been opened or is being opened."""
    page.wait_for_url(re.compile("/c/pay/"), timeout=_SLOW_MS)
    page.get_by_label("Card number").fill(card)
    page.get_by_label("Expiry").fill("12/34")
    page.get_by_label("Security code").fill("123")
    page.get_by_label("ZIP code").fill("92101")
    page.get_by_role("button", name=re.compile("^(Pay|Save)")).click()


def headline(page: Page, text: str) -> None:
    """Wait until the booking's page says this, by itself."""
    expect(page.get_by_role("heading", level=1, name=text)).to_be_visible(timeout=_SLOW_MS)


def being_asked(page: Page) -> None:
    """Wait until the page says that somebody is being asked."""
    headline(page, "Looking for your Hero")
    expect(page.get_by_text("Asking 1 person: Expert", exact=True)).to_be_visible(timeout=_SLOW_MS)


def enter(page: Page, email: str) -> None:
    """Sign in where the page asks for it."""
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def book(page: Page) -> str:
    """Confirm what was asked for; gives the booking's id. Leaves at the booking, or on the way to the vendor's page."""
    is_its_page = re.compile(r"/my/bookings/(bk_\w+)")
    with page.expect_request(is_its_page) as asked:
        page.get_by_role("button", name=re.compile("^Book (and add a card|now)$")).click()
    found = is_its_page.search(asked.value.url)
    assert found is not None
    return found[1]
