"""A customer and their provider at two browsers: what the one does, the other sees, and how long that takes."""

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
# The moment (this machine's clock, for both browsers the same) at which a button was pressed; kept while the page is loaded anew.
_REMEMBER_PRESSING = """
addEventListener("submit", () => sessionStorage.setItem("pressed", String(Date.now())), true)
"""
# When each headline came to be there, how often the feed spoke, and what was asked for without it.
_WATCH = """
window.__seen = {}
window.__spoken = 0
document.addEventListener("DOMContentLoaded", () => {
  document.body.addEventListener("feed", () => { window.__spoken += 1 })
  const look = () => {
    const words = document.querySelector("h1")?.textContent.trim()
    if (words && !(words in window.__seen)) window.__seen[words] = Date.now()
  }
  look()
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true })
})
"""


@dataclass(frozen=True)
class Step:
    """What the provider presses, and what the customer's page says then; `was_told` is whether the feed had spoken."""

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
        spoken = self.customer.evaluate("window.__spoken")
        self.provider.get_by_role("button", name=button).click()
        try:
            self.customer.get_by_role("heading", level=1, name=headline).wait_for(timeout=_SEEN_MS)
        except NotSeen as error:
            message = f"{headline!r} did not come; the provider reads: {self.provider.locator('main').inner_text()}"
            raise AssertionError(message) from error
        seen = self.customer.evaluate("(words) => [window.__seen[words], window.__spoken]", headline)
        pressed = float(self.provider.evaluate("sessionStorage.getItem('pressed')"))
        return Step(button, headline, seen[0] - pressed, was_told=seen[1] > spoken)


@contextmanager
def at_work(browser: Browser, site: str, town: Town, place: Place, name: str) -> Iterator[TwoBrowsers]:
    """Open both pages of a job that somebody of this name has just accepted."""
    customer, provider = town.customer("Ana", place), town.provider(name, place)
    booking = town.asked_and_paid(customer)
    town.accept(provider, booking)
    with ExitStack() as windows:
        pages = []
        for application, person, script in (("my", customer, _WATCH), ("pro", provider, _REMEMBER_PRESSING)):
            cookies = sign_in(browser, f"{site}/{application}/account/sign-in", person.email)
            page = windows.enter_context(opened(browser, "phone", storage=cookies)).new_page()
            page.add_init_script(script)
            pages.append(page)
        mine, theirs = pages
        theirs.goto(f"{site}/pro/jobs/{booking.id}")
        with mine.expect_response("**/my/live/events"):
            mine.goto(f"{site}/my/bookings/{booking.id}")
        # The stream tells once that it is open.
        eventually(lambda: mine.evaluate("window.__spoken"))
        yield TwoBrowsers(booking, mine, theirs, name)
