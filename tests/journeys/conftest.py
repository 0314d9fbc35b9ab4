"""A town for all journeys; after each, no vendor's contract is broken, and at the end every invariant holds."""

from collections.abc import Iterator

import pytest

from tests.journeys.town import Town
from tests.running import RUNNING


@pytest.fixture(scope="package")
def running_town() -> Iterator[Town]:
    """Give the running town; whoever comes after finds nobody at work and nothing stopped."""
    yield RUNNING.town
    RUNNING.town.go_home()


@pytest.fixture
def town(running_town: Town) -> Iterator[Town]:
    """Begin a working day; afterwards the vendors' emulators have seen no breach of contract and their books balance."""
    running_town.morning()
    yield running_town
    running_town.sandbox.clear_faults()
    assert running_town.sandbox.health()["contract_breaches"] == []
    books = running_town.sandbox.books()
    assert (books["sum"], books["violations"]) == (0, [])
