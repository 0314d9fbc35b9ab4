"""docs/tutorial.md is walked as it stands there: each of its steps has a walker here, in its order, and no walker is without a step."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.checking import opened
from tests.clients import eventually
from tests.customer_pages.walking import headline, pay
from tests.journeys.places import DOWNTOWN
from tests.journeys.town import Booking, Town
from tests.stack import PASSWORD, ROOT, Person

pytestmark = pytest.mark.timeout(300)
TEXT = ROOT / "docs" / "tutorial.md"
_MARK = re.compile(r"<!-- step: ([\w-]+) -->\n(\d+)\. (.+)")
_QUOTED = re.compile(r"`([^`]+)`")


class Newcomer:
    """Somebody with the text before them, a telephone for the site, a screen for the sandbox, and a private window."""

    def __init__(self, town: Town, site: str, tabs: dict[str, Page]) -> None:
        self.town, self.site = town, site
        self.page, self.sandbox, self.desk = tabs["site"], tabs["sandbox"], tabs["private"]
        self.code = ""
        # The residents of a city, whom a test has to play: somebody who comes at once.
        self.priya: Person = town.provider("Priya", DOWNTOWN, radius_metres=8_000)

    def booking(self) -> Booking:
        """Find what the newcomer booked, for those who act outside the pages."""
        found = re.search(r"bk_\w+", self.page.url)
        assert found is not None
        return Booking(found[0], self.town.olga)

    def choose(self, _words: list[str]) -> None:
        """Say what."""
        self.page.goto(f"{self.site}/")
        self.page.get_by_role("link", name="See your price").click()
        self.page.get_by_role("link", name="Audio").click()
        self.page.get_by_text("Find a hum or a dead channel").click()
        self.page.get_by_role("button", name="Continue").click()
        expect(self.page).to_have_url(f"{self.site}/request/where")

    def place(self, words: list[str]) -> None:
        """Say where."""
        street, zip_code = words
        self.page.get_by_label("Street and number").fill(street)
        self.page.get_by_label("ZIP code").fill(zip_code)
        self.page.get_by_role("button", name="Continue").click()
        self.page.get_by_text(f"Placed at the middle of {zip_code}").wait_for()
        self.page.get_by_role("button", name="Continue").click()
        expect(self.page).to_have_url(f"{self.site}/request/when")

    def price(self, _words: list[str]) -> None:
        """Say when, and read the price."""
        self.page.get_by_text("As soon as possible").click()
        self.page.get_by_role("button", name="See the price").click()
        expect(self.page.get_by_role("heading", level=1, name="Your price")).to_be_visible()
        expect(self.page.get_by_text("Cancelling is free until somebody is on the way")).to_be_visible()

    def sign_up(self, words: list[str]) -> None:
        """Become a customer."""
        (self.email,) = words
        self.page.get_by_role("link", name="Sign up to book").click()
        for label, text in (("First name", "Nora"), ("Last name", "Newcomer"), ("E-mail", self.email)):
            self.page.get_by_label(label).fill(text)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_label("I accept the terms").check()
        self.page.get_by_role("button", name="Continue").click()
        self.page.get_by_label("Code from the e-mail").wait_for()

    def read_code(self, _words: list[str]) -> None:
        """Find the code in the caught mail."""
        self.town.sandbox.code(self.email)  # it has come
        self.sandbox.goto(f"{self.town.stack.sandbox_url}/sandbox")
        self.sandbox.get_by_role("link", name="Mailbox").first.click()
        self.sandbox.locator("ol.list a").first.click()
        found = re.search(r"\b\d{6}\b", self.sandbox.locator("main").inner_text())
        assert found is not None
        self.code = found[0]

    def verify(self, _words: list[str]) -> None:
        """Type the code."""
        self.page.get_by_label("Code from the e-mail").fill(self.code)
        self.page.get_by_role("button", name="Confirm").click()
        expect(self.page.get_by_role("heading", level=1, name="Confirm and book")).to_be_visible()

    def book(self, _words: list[str]) -> None:
        """Ask for it."""
        self.page.get_by_role("button", name="Book and add a card").click()
        self.page.wait_for_url(re.compile("/c/pay/"))

    def pay(self, words: list[str]) -> None:
        """Give the card."""
        pay(self.page, words[0].replace(" ", ""))
        headline(self.page, "Looking for your Hero")
        expect(self.page.get_by_role("timer", name="Until the next are asked")).to_be_visible()

    def faster(self, _words: list[str]) -> None:
        """Let the residents hurry."""
        self.sandbox.goto(f"{self.town.stack.sandbox_url}/sandbox")
        self.sandbox.get_by_role("button", name="60 times").click()
        expect(self.sandbox.get_by_role("button", name="60 times")).to_have_attribute("aria-pressed", "true")
        self.sandbox.goto("about:blank")  # The page looks again by itself, which would break off the next visit.

    def accepted(self, _words: list[str]) -> None:
        """See who comes."""
        booking = self.booking()
        eventually(lambda: self.town.offered(self.priya, booking))
        self.town.accept(self.priya, booking)
        headline(self.page, "Priya is coming")
        expect(self.page.get_by_text(booking.read()["start_code"], exact=True)).to_be_visible()

    def worked(self, _words: list[str]) -> None:
        """See the work, without reloading."""
        booking = self.booking()
        for status, words in (("en_route", "Priya is on the way"), ("arrived", "Priya is at your door")):
            self.town.put(self.priya, booking, status)
            headline(self.page, words)
        self.town.put(self.priya, booking, "in_progress", start_code=booking.read()["start_code"])
        headline(self.page, "Priya is at work")
        self.town.wait("80 min")
        self.town.put(self.priya, booking, "completed", minutes=80)
        headline(self.page, "Please look at the hours")

    def confirm(self, _words: list[str]) -> None:
        """Accept the hours."""
        self.page.get_by_role("button", name="The hours are right").click()
        headline(self.page, "Done")
        expect(self.page.get_by_text("charged to Visa")).to_be_visible(timeout=20_000)

    def travel(self, _words: list[str]) -> None:
        """Let a week pass."""
        before = self.town.now()
        self.sandbox.goto(f"{self.town.stack.sandbox_url}/sandbox")
        self.sandbox.get_by_role("button", name="1 week on").click()
        eventually(lambda: self.sandbox.reload() and not self.sandbox.get_by_text("On the way to").count(), 60)
        assert (self.town.now() - before).days == 7

    def operator(self, words: list[str]) -> None:
        """Sign in as the operator; this town's has another address than the city's."""
        path, _email, password = words
        self.desk.goto(f"{self.site}{path}")
        self.desk.get_by_label("E-mail").fill(self.town.olga.email)
        self.desk.get_by_label("Password").fill(password)
        self.desk.get_by_role("button", name="Sign in", exact=True).click()
        self.desk.wait_for_url(f"{self.site}{path}")

    def find(self, words: list[str]) -> None:
        """Find oneself by the keyboard."""
        key, email = words
        self.desk.locator("[data-island=keys][data-island-running]").wait_for(state="attached")
        self.desk.keyboard.press(key)
        self.desk.keyboard.type(email)
        self.desk.keyboard.press("Enter")
        expect(self.desk.get_by_role("heading", level=1)).to_contain_text("Nora Newcomer")

    def paid_out(self, _words: list[str]) -> None:
        """Read the end of the story."""
        self.desk.locator("table a[data-item]").first.click()
        expect(self.desk.locator("#timeline")).to_contain_text("Paid out to the provider's bank")
        expect(self.desk.locator("#money")).to_contain_text("Ledger")


WALKERS: dict[str, Callable[[Newcomer, list[str]], None]] = {
    "choose": Newcomer.choose,
    "place": Newcomer.place,
    "price": Newcomer.price,
    "sign-up": Newcomer.sign_up,
    "code": Newcomer.read_code,
    "verify": Newcomer.verify,
    "book": Newcomer.book,
    "pay": Newcomer.pay,
    "faster": Newcomer.faster,
    "accepted": Newcomer.accepted,
    "worked": Newcomer.worked,
    "confirm": Newcomer.confirm,
    "travel": Newcomer.travel,
    "operator": Newcomer.operator,
    "find": Newcomer.find,
    "paid-out": Newcomer.paid_out,
}


def steps(text: Path = TEXT) -> list[tuple[str, list[str]]]:
    """Read the steps: the name in the mark above each, and what it says to type."""
    found = _MARK.findall(text.read_text())
    assert [int(number) for _, number, _ in found] == list(range(1, len(found) + 1))
    return [(name, _QUOTED.findall(sentence)) for name, _, sentence in found]


def test_every_step_has_a_walker_and_every_walker_a_step():
    numbered = re.findall(r"^\d+\. ", TEXT.read_text(), re.MULTILINE)

    assert [name for name, _ in steps()] == list(WALKERS)
    assert len(numbered) == len(WALKERS), "a step has no mark"


@pytest.fixture
def newcomer(browser: Browser, site: str, town: Town) -> Iterator[Newcomer]:
    """Give somebody with three windows."""
    with ExitStack() as windows:
        sizes = {"site": "phone", "sandbox": "desk", "private": "desk"}
        tabs = {name: windows.enter_context(opened(browser, size)).new_page() for name, size in sizes.items()}
        yield Newcomer(town, site, tabs)


def test_the_tutorial_leads_to_a_booking_that_is_paid_out(newcomer: Newcomer):
    for name, words in steps():
        WALKERS[name](newcomer, words)
