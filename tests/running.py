"""What the tests of a group share: one running system with a town in it, and one browser. The last test of the group ends both."""

from contextlib import ExitStack
from functools import cached_property

from playwright.sync_api import Browser, sync_playwright

from tests.journeys.town import Town
from tests.stack import Stack

# Debian's Chromium without a window: the same engine for half the processor time.
CHROMIUM = "/usr/bin/chromium-headless-shell"


class Running:
    """Begins what is asked for, once, and ends what was begun."""

    def __init__(self) -> None:
        self._open = ExitStack()

    @cached_property
    def town(self) -> Town:
        """A town on a system of its own; at its end nothing is overdue or parked, and `./guild verify` finds nothing."""
        town = Town(self._open.enter_context(Stack()))
        self._open.callback(in_order, town)
        return town

    @cached_property
    def browser(self) -> Browser:
        """Debian's Chromium."""
        playwright = self._open.enter_context(sync_playwright())
        # As root, in a container, there is no sandbox to be had; only our own pages are opened.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        self._open.callback(browser.close)
        return browser

    def end(self) -> None:
        """End what was begun. :raises AssertionError: when the system is not in order."""
        self.__dict__.pop("town", None)
        self.__dict__.pop("browser", None)
        self._open.close()


def in_order(town: Town) -> None:
    """Let everything happen that is due. :raises AssertionError: when something is overdue or parked, or an invariant does not hold."""
    town.quiet()
    pulse = town.olga.api.get("operator/health")
    waiting = {name: pulse[name] for name in ("deadlines_overdue", "deadlines_parked", "facts_waiting")}
    assert waiting == {"deadlines_overdue": 0, "deadlines_parked": 0, "facts_waiting": 0}
    assert [one for one in pulse["subscriptions"] if one["parked"]] == []
    town.stack.verify()


RUNNING = Running()
