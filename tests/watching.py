"""A customer and their provider at two browsers: what the one does, the other sees, and how long that takes."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, Page
from playwright.sync_api import TimeoutError as NotSeen

from tests.browser.checking import opened
from tests.browser.conftest import sign_in
from tests.clients import eventually
from tests.journeys.places import Place
from tests.journeys.town import Booking, Town

_SEEN_MS = 20_000
# The moment (this machine's clock, for all browsers the same) at which a button was pressed; kept while the page is loaded anew.
# When each headline, and whatever else is said aloud, came to be there last, and how often the feed spoke.
WATCH = """
addEventListener("submit", () => sessionStorage.setItem("pressed", String(Date.now())), true)
window.__seen = {}
window.__spoken = 0
document.addEventListener("DOMContentLoaded", () => {
  let before = new Set()
  document.body.addEventListener("feed", () => { window.__spoken += 1 })
  const look = () => {
    const words = new Set([...document.querySelectorAll("h1, [data-say]")].map((part) => part.textContent.trim()))
    for (const one of words) if (!before.has(one)) window.__seen[one] = Date.now()
    before = words
  }
  look()
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true })
})
"""


@dataclass(frozen=True)
class Step:
    """What somebody presses, and what another's page says then; `was_told` is whether the feed had spoken."""

    pressed: str
    seen: str
    milliseconds: float
    was_told: bool


@dataclass
class TwoBrowsers:
    """The customer's page of a booking, which nobody touches, and the provider's page of the job."""

    booking: Booking
    customer: Page
    provider: Page
    name: str

    def work(self) -> Iterator[Step]:
        """Take every step of the job on the provider's page, and see each on the customer's."""
        yield self._step("I am on my way", f"{self.name} is on the way")
        yield self._step("I have arrived", f"{self.name} is at your door")
        self.provider.get_by_label("Code from the customer").fill(self.booking.read()["start_code"])
        yield self._step("Start the work", f"{self.name} is at work")
        self.provider.get_by_role("link", name="Stop and log hours").click()
        yield self._step("Stop and send the hours", "Please look at the hours")

    def _step(self, button: str, headline: str) -> Step:
        return press_and_see(self.provider, button, self.customer, headline)


def press_and_see(actor: Page, button: str, other: Page, words: str) -> Step:
    """Press a button (a form is sent) on one page, and wait until another, which nobody touches, says something for it."""
    spoken = other.evaluate("window.__spoken")
    actor.get_by_role("button", name=button, exact=True).last.click()
    try:
        other.locator("h1, [data-say]").filter(has_text=exactly(words)).first.wait_for(timeout=_SEEN_MS)
    except NotSeen as error:
        message = f"{words!r} did not come; who pressed reads: {actor.locator('main').inner_text()}"
        raise AssertionError(message) from error
    seen = other.evaluate("(words) => [window.__seen[words], window.__spoken]", words)
    pressed = float(actor.evaluate("sessionStorage.getItem('pressed')"))
    return Step(button, words, seen[0] - pressed, was_told=seen[1] > spoken)


def exactly(words: str) -> re.Pattern[str]:
    """Match these words and no others."""
    return re.compile(rf"^\s*{re.escape(words)}\s*$")


def listen(page: Page) -> None:
    """Wait until a page's stream has said that it is open."""
    eventually(lambda: page.evaluate("window.__spoken"))


@contextmanager
def at_work(browser: Browser, site: str, town: Town, place: Place, name: str) -> Iterator[TwoBrowsers]:
    """Open both pages of a job that somebody of this name has just accepted."""
    customer, provider = town.customer("Ana", place), town.provider(name, place)
    booking = town.asked_and_paid(customer)
    town.accept(provider, booking)
    with ExitStack() as windows:
        pages = []
        for application, person in (("my", customer), ("pro", provider)):
            cookies = sign_in(browser, f"{site}/{application}/account/sign-in", person.email)
            page = windows.enter_context(opened(browser, "phone", storage=cookies)).new_page()
            page.add_init_script(WATCH)
            pages.append(page)
        mine, theirs = pages
        theirs.goto(f"{site}/pro/jobs/{booking.id}")
        mine.goto(f"{site}/my/bookings/{booking.id}")
        listen(mine)
        yield TwoBrowsers(booking, mine, theirs, name)
