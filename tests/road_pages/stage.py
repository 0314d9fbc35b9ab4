"""One journey: a place, a size of screen, and who sits before one."""

from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.browser.checking import opened, too_wide
from tests.journeys.places import Place
from tests.journeys.town import Town
from tests.watching import WATCH, Step, listen, press_and_see

SIZES = ("phone", "desk")


def walked(*sizes: str) -> pytest.MarkDecorator:
    """Walk a journey on screens of these sizes, with `--long` on the others too."""
    marked = [size if size in sizes else pytest.param(size, marks=pytest.mark.long) for size in SIZES]
    return pytest.mark.parametrize("size", marked)


@dataclass
class Stage:
    """`steps` are what somebody saw of what another did; `wrong` is what the pages' scripts complained about."""

    town: Town
    browser: Browser
    site: str
    size: str
    place: Place
    steps: list[Step]
    windows: ExitStack = field(default_factory=ExitStack)
    wrong: list[str] = field(default_factory=list)

    def window(self, size: str = "") -> Page:
        """Open a browser of its own."""
        page = self.windows.enter_context(opened(self.browser, size or self.size)).new_page()
        page.add_init_script(WATCH)
        page.on("pageerror", lambda error: self.wrong.append(f"{page.url}: {error}"))
        page.on("console", lambda said: self._heard(page, said))
        return page

    def _heard(self, page: Page, said: ConsoleMessage) -> None:
        # The status of a form that is shown once more is on the console too.
        if said.type == "error" and "the server responded with a status" not in said.text:
            self.wrong.append(f"{page.url}: {said.text}")

    def step(self, actor: Page, button: str, other: Page, words: str) -> None:
        """Press a button, and see on the page of another, who does nothing, what comes of it."""
        listen(other)
        self.steps.append(press_and_see(actor, button, other, words))
        assert self.steps[-1].was_told, f"{words!r} was seen, but not because of the feed"
        self.fits(other)

    def fits(self, page: Page) -> None:
        """Nothing is wider than the screen."""
        assert too_wide(page) == []
