"""Any order of opening, answering, waiting, pausing and closing keeps the invariants, and every answer is the one the rules foretell."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from guildhall.kernel.actors import Actor
from guildhall.kernel.refusals import Refused
from guildhall.matching.commands import close_cascade, decline_offer
from guildhall.matching.models import Cascade, Offer
from guildhall.policy.commands import pause, resume
from guildhall.policy.queries import is_paused
from guildhall.timers.firing import sweep
from guildhall.timers.queries import clock_now
from tests import given_matching as given
from tests.given_people import Person

SYSTEM = Actor.system("test")
CITY = "san-diego"
LATE = ("B7", "no live cascade is more than a minute past its deadline, unless matching is paused there")


def foretold(offer: Offer, cascade: Cascade) -> str:
    """What taking an offer must answer, said in the words of the product."""
    if offer.status == "accepted":
        return "already_yours"
    if offer.status == "withdrawn" and cascade.status == "filled":
        return "already_taken"
    in_time = offer.status == "open" and clock_now() < offer.expires_at
    return "taken" if in_time else "expired"


class Searching(RuleBasedStateMachine):
    everybody: list[Person]

    @initialize(favourites=st.sets(st.integers(0, 4)), excluded=st.sets(st.integers(0, 4)), is_direct=st.booleans())
    def open(self, *, favourites: set[int], excluded: set[int], is_direct: bool):
        self.excluded = {self.everybody[index].id for index in excluded}
        self.waves: list[int] = [0]
        self.ended: dict[object, str] = {}
        self.reference = given.cascade(
            favourites=[self.everybody[index].id for index in sorted(favourites)],
            excluded=list(self.excluded),
            direct_to=self.everybody[0].id if is_direct else None,
        )

    @rule(seconds=st.sampled_from([0.5, 10, 44, 45, 59.999, 60, 61, 300]))
    def wait(self, seconds: float):
        given.later(seconds=seconds)

    @rule()
    def dispatch(self):
        sweep()

    @rule(index=st.integers(0, 9))
    def accept(self, index: int):
        offers = given.offers(self.reference)
        if offers:
            offer = offers[index % len(offers)]
            expected = foretold(offer, given.row(self.reference))
            assert given.take(offer.id, offer.provider_id)[0] == expected

    @rule(index=st.integers(0, 9))
    def decline(self, index: int):
        offers = given.offers(self.reference)
        if offers:
            offer = offers[index % len(offers)]
            expected = foretold(offer, given.row(self.reference))
            try:
                decline_offer(offer_id=offer.id, reason="", by=Actor.provider(offer.provider_id), at=clock_now())
                said = "declined"
            except Refused as refused:
                said = refused.code
            words = {"taken": "declined", "already_yours": "illegal_transition"}
            assert said == ("declined" if offer.status == "declined" else words.get(expected, expected))

    @precondition(lambda self: not is_paused("matching", CITY))
    @rule()
    def pause(self):
        pause(what="matching", city=CITY, reason="Storm", by=SYSTEM, at=clock_now())

    @precondition(lambda self: is_paused("matching", CITY))
    @rule()
    def resume(self):
        resume(what="matching", city=CITY, by=SYSTEM, at=clock_now())

    @rule()
    def close(self):
        was_live = given.row(self.reference).status == "live"
        assert close_cascade(reference=self.reference, why="cancelled", by=SYSTEM, at=clock_now()) == was_live

    @invariant()
    def everything_holds(self):
        if hasattr(self, "reference"):
            assert [breach for breach in given.breaches() if breach != LATE] == []
            self.waves.append(given.row(self.reference).wave_number)
            assert self.waves[-2] <= self.waves[-1] <= self.waves[-2] + 1
            for offer in given.offers(self.reference):
                assert offer.provider_id not in self.excluded
                assert self.ended.setdefault(offer.id, offer.status) == offer.status or self.ended[offer.id] == "open"
                self.ended[offer.id] = offer.status

    def teardown(self):
        if hasattr(self, "reference"):
            if is_paused("matching", CITY):
                self.resume()
            for _ in range(6):
                given.until_quiet()
                given.later(seconds=60)
            assert given.row(self.reference).status != "live"
            assert given.breaches() == []


@pytest.mark.django_db
def test_any_order_of_things_keeps_the_invariants(request: pytest.FixtureRequest):
    Searching.everybody = given.providers(1, 1, 2, 3, 3)
    examples, steps = (200, 40) if request.config.getoption("--long") else (20, 15)

    run_state_machine_as_test(
        Searching,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
