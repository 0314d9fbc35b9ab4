"""A browser, and one running town for all journeys through the pages; each journey has a place where nobody else works."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import browser as browser  # noqa: PLC0414 - a fixture given on
from tests.journeys import places
from tests.journeys.places import Place
from tests.journeys.town import Town
from tests.road_pages.stage import Stage
from tests.stack import Stack
from tests.watching import Step


@pytest.fixture(scope="package")
def running_town() -> Iterator[Town]:
    """Start the system; at the end nothing is overdue or parked, and `./guild verify` finds nothing."""
    with Stack() as stack:
        town = Town(stack)
        yield town
        town.quiet()
        pulse = town.olga.api.get("operator/health")
        waiting = {name: pulse[name] for name in ("deadlines_overdue", "deadlines_parked", "facts_waiting")}
        assert waiting == {"deadlines_overdue": 0, "deadlines_parked": 0, "facts_waiting": 0}
        stack.verify()


@pytest.fixture
def town(running_town: Town) -> Iterator[Town]:
    """Begin a working day; afterwards no vendor's contract was broken and the vendors' books balance."""
    running_town.morning()
    yield running_town
    assert running_town.sandbox.health()["contract_breaches"] == []
    books = running_town.sandbox.books()
    assert (books["sum"], books["violations"]) == (0, [])


@pytest.fixture(scope="package")
def site(running_town: Town) -> str:
    """Give the address as people type it: cookies belong to `localhost`."""
    return str(running_town.stack.state.read("run.json")["url"])


@pytest.fixture(scope="package")
def _places() -> Iterator[Place]:
    return iter([place for place in vars(places).values() if isinstance(place, Place)])


@pytest.fixture(scope="package")
def steps() -> list[Step]:
    """Give what somebody saw of what another did, in all journeys."""
    return []


@pytest.fixture
def stage(
    town: Town, browser: Browser, site: str, size: str, steps: list[Step], _places: Iterator[Place]
) -> Iterator[Stage]:
    """Give the screens of one journey; `size` is `phone` or `desk`. No script failed on any of them."""
    stage = Stage(town, browser, site, size, next(_places), steps)
    with stage.windows:
        yield stage
    assert stage.wrong == [], town.stack.log_tail(200)
