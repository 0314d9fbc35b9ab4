"""A browser, and one running town for all journeys through the pages; each journey has a place where nobody else works."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import browser as browser  # noqa: PLC0414 - a fixture given on
from tests.customer_pages.conftest import site as site  # noqa: PLC0414
from tests.journeys import places
from tests.journeys.conftest import town as town  # noqa: PLC0414
from tests.journeys.places import Place
from tests.journeys.town import Town
from tests.operator_pages.conftest import running_town as running_town  # noqa: PLC0414
from tests.road_pages.stage import Stage
from tests.watching import Step


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
