"""A browser, and a running town for all journeys of customers."""

import pytest

from tests.browser.conftest import browser as browser  # noqa: PLC0414 - a fixture given on
from tests.journeys.conftest import running_town as running_town  # noqa: PLC0414
from tests.journeys.conftest import town as town  # noqa: PLC0414
from tests.journeys.town import Town


@pytest.fixture(scope="package")
def site(running_town: Town) -> str:
    """Give the address as people type it: cookies belong to `localhost`."""
    return str(running_town.stack.state.read("run.json")["url"])
