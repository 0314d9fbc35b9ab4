"""A browser, and one running town for all journeys of customers."""

from collections.abc import Iterator

import pytest

from tests.browser.conftest import browser as browser  # noqa: PLC0414 - a fixture given on
from tests.journeys.town import Town
from tests.stack import Stack


@pytest.fixture(scope="package")
def running_town() -> Iterator[Town]:
    """Start the system; at the end `./guild verify` finds nothing."""
    with Stack() as stack:
        town = Town(stack)
        yield town
        town.quiet()
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
