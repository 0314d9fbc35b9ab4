"""The running system and the browser of `tests/browser`, with a town in it."""

import pytest

from tests.browser.conftest import browser, pictures, site, system
from tests.journeys.town import Town

__all__ = ["browser", "pictures", "site", "system"]


@pytest.fixture(scope="package")
def town(system):
    """People of the running system."""
    return Town(system)
