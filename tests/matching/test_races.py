"""Many answer at once, while the window ends and the customer cancels: there is exactly one outcome."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from guildhall.eventlog.queries import timeline
from guildhall.kernel.actors import Actor
from guildhall.kernel.ids import new_id
from guildhall.matching import statements
from guildhall.matching.commands import AlreadyMatching, AlreadyTaken, OfferExpired, close_cascade, decline_offer
from guildhall.matching.models import Cascade
from guildhall.timers.firing import sweep
from guildhall.timers.queries import clock_now
from tests import given_matching as given
from tests.given_people import MONDAY
from tests.racing import deadlocks, together

pytestmark = pytest.mark.committed
ROUNDS = 6


@pytest.fixture(autouse=True)
def no_deadlock(committed_db: str, server_log: Path) -> Iterator[None]:
    """Whatever the outcome, nobody was thrown out by a deadlock in this test's database."""
    yield
    assert deadlocks(server_log) == 0


def test_all_accept_at_once_and_one_has_the_job():
    everybody = given.providers(*[1] * 10)
    for _ in range(ROUNDS):
        reference = given.cascade(starts_at=MONDAY + timedelta(days=5))
        sweep()
        offers = given.offers(reference)

        results = together([lambda o=offer: given.take(o.id, o.provider_id)[0] for offer in offers])

        assert Counter(results) == {"taken": 1, "already_taken": len(everybody) - 1}
        assert Counter(given.statuses(reference)) == {"accepted": 1, "withdrawn": len(everybody) - 1}
        names = Counter(fact.name for fact in timeline(reference))
        assert (names["offer.accepted"], names["offer.withdrawn"]) == (1, 1)
    assert given.breaches() == []


def test_accept_decline_expire_and_cancel_race_to_one_outcome():
    given.providers(1, 1, 1, 2)
    for number in range(ROUNDS * 2):
        reference = given.cascade()
        given.until_quiet()
        first, second, third = given.offers(reference, wave_number=1)
        given.clock_at(first.expires_at - timedelta(milliseconds=15))

        def decline(offer=third):
            decline_offer(offer_id=offer.id, reason="", by=Actor.provider(offer.provider_id), at=clock_now())
            return "declined"

        def end(reference=reference):
            while not statements.end_waves(10):
                if given.row(reference).status != "live":
                    return "not ended"
            return "ended"

        def cancel(reference=reference):
            return close_cascade(reference=reference, why="cancelled", by=Actor.system("test"), at=clock_now())

        calls = [
            lambda o=first: given.take(o.id, o.provider_id)[0],
            lambda o=second: given.take(o.id, o.provider_id)[0],
            decline,
            end,
        ]
        results = together([*calls, cancel] if number % 2 else calls)

        accepted = given.statuses(reference).count("accepted")
        assert results.count("taken") == accepted
        assert (given.row(reference).status == "filled") == (accepted == 1)
        assert all(not isinstance(r, Exception) or isinstance(r, AlreadyTaken | OfferExpired) for r in results), results
        assert given.breaches() == []
        close_cascade(reference=reference, why="over", by=Actor.system("test"), at=clock_now())


def test_two_dispatchers_share_the_cascades_and_open_each_wave_once():
    given.providers(1, 2)
    references = [given.cascade() for _ in range(40)]

    results = together([lambda: [sweep() for _ in range(3)]] * 4)

    assert [result for result in results if isinstance(result, Exception)] == []

    for reference in references:
        assert [fact.name for fact in timeline(reference)] == ["cascade.opened", "wave.opened"]
        assert len(given.offers(reference)) == 1
    assert given.breaches() == []


def test_a_cascade_is_opened_once_however_many_ask():
    given.providers(1)
    reference = f"booking:{new_id()}"

    results = together([lambda: given.cascade(reference=reference)] * 8)

    assert results.count(reference) == 1
    assert sum(isinstance(result, AlreadyMatching) for result in results) == 7
    assert Cascade.objects.filter(reference=reference).count() == 1
