"""One running system for all journeys; after each, no vendor's contract is broken, and at the end every invariant holds."""

from collections.abc import Iterator

import pytest

from tests.journeys.town import Town
from tests.stack import Stack


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
        assert [one for one in pulse["subscriptions"] if one["parked"]] == []
        stack.verify()


@pytest.fixture
def town(running_town: Town) -> Iterator[Town]:
    """Begin a working day; afterwards the vendors' emulators have seen no breach of contract and their books balance."""
    running_town.morning()
    yield running_town
    running_town.sandbox.clear_faults()
    assert running_town.sandbox.health()["contract_breaches"] == []
    books = running_town.sandbox.books()
    assert (books["sum"], books["violations"]) == (0, [])
