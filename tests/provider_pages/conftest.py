"""A browser, and a running town."""

import pytest

from tests.browser.conftest import browser, pictures
from tests.customer_pages.conftest import site
from tests.journeys.conftest import running_town
from tests.journeys.town import Town

__all__ = ["browser", "pictures", "running_town", "site"]


@pytest.fixture
def town(running_town: Town) -> Town:
    """Give the people of the running system."""
    return running_town
