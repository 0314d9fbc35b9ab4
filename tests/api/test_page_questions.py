"""
How many questions a page asks of the database: bounded, and no more when there is three times as much to show.

Every page that is shown to whoever owns it; forms and ways to elsewhere are left out.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guildhall.bookings import commands
from guildhall.customers.commands import add_address, add_favourite
from guildhall.kernel.money import Money
from guildhall.policy.commands import pause
from guildhall.providers.commands import add_service
from guildhall.providers.types import PriceModel
from guildhall.scheduling.commands import add_time_off
from guildhall.timers.queries import clock_now
from tests import given_bookings as given
from tests import given_people as people
from tests.api import vendor
from tests.api.browser import Page, browser
from tests.api.conftest import Undone
from tests.api.pages import PAGES
from tests.api.test_pages import MATRIX, OWN
from tests.api.world import World, _arrive, _contest, _finish, _leave, _start

SHOWN = 200
LISTED_MOST = 15
# A record shows everything about one thing.
RECORDS_MOST = {
    "/my/bookings/{booking_id}": 23,
    "/my/bookings/{booking_id}/live": 16,
    "/pro/jobs/{booking_id}/finish": 21,
    "/pro/work": 20,
    "/ops/": 14,
    "/ops/bookings/{booking_id}": 23,
    "/ops/health": 21,
    "/ops/health/live": 17,
    "/ops/providers/{provider_id}": 17,
}
# Where what is shown grows with what there is: longer lists of the same page.
OTHER_VIEWS = {
    "GET /ops/": ["/ops/?kind=unfilled", "/ops/?kind=contested"],
    "GET /ops/search": ["/ops/search?q=61955"],
    "GET /ops/customers": ["/ops/customers?q=61955"],
    "GET /ops/providers": ["/ops/providers?q=61955"],
    "GET /ops/bookings": ["/ops/bookings?status=confirmed"],
    "GET /pro/calendar": ["/pro/calendar?view=day", "/pro/calendar?view=month"],
    "GET /pro/jobs/{booking_id}": ["/pro/jobs/{settled}"],
    "GET /my/bookings/{booking_id}": ["/my/bookings/{settled}", "/my/bookings/{unfilled}"],
    "GET /ops/bookings/{booking_id}": ["/ops/bookings/{contested}", "/ops/bookings/{unfilled}"],
}


def views() -> Iterator[tuple[str, str, str]]:
    """Name every page that its owner is shown: its address, who that is, and a path of it."""
    for address, row in MATRIX.items():
        method, _, path = address.partition(" ")
        role = OWN.get(path.split("/")[1], "anonymous")
        if method == "GET" and row[role] == SHOWN:
            for shown in (PAGES.get(address, Page()).path or path, *OTHER_VIEWS.get(address, ())):
                yield path, role, shown


VIEWS = sorted(set(views()))
_ASKED_ONCE = re.compile(r'from "(policy|catalog)_|^update', re.IGNORECASE)


@dataclass(frozen=True)
class Asked:
    """What a page asked of the database."""

    statements: list[str]

    @property
    def counted(self) -> list[str]:
        """Without what is asked once a second, whatever is shown: policies and the catalogue, and when a session was seen."""
        return [one for one in self.statements if not _ASKED_ONCE.search(one)]


@contextmanager
def asked_of(clients: dict[str, object], world: World) -> Iterator[dict[str, Asked]]:
    """Look at every page."""
    found = {}
    for _path, role, shown in VIEWS:
        clients[role].get(world.filled(shown))
        with CaptureQueriesContext(connection) as context:
            answer = clients[role].get(world.filled(shown))
        assert answer.status_code == SHOWN, (shown, answer.content)
        found[shown] = Asked([query["sql"] for query in context.captured_queries])
    yield found


@pytest.fixture(scope="module")
def questions(built_world):
    """What each page asks of the world as it was built, and of one with three times as much."""
    with Undone():
        clients = {role: browser(built_world.people.get(role)) for role in ("anonymous", *OWN.values())}
        with asked_of(clients, built_world) as few:
            grow(built_world)
            for role in OWN.values():
                browser(built_world.people[role])
            with asked_of(clients, built_world) as many:
                yield few, many


def grow(world: World) -> None:
    """Give everybody three times what they had."""
    ana, priya, olga = (world.people[role] for role in ("owner", "assigned", "operator"))
    at = clock_now()
    _grow_bookings(world)
    for number in range(1, 3):
        people.customer(f"Carl{number}", card=True)
        address_id = add_address(
            customer_id=ana.id, street=f"{number} Side Street", zip_code="92101", by=ana.actor, at=at
        )
        assert address_id
        pause(what="payouts", city="san-diego" if number == 1 else "*", reason="Storm.", by=olga.actor, at=at)
        add_time_off(
            provider_id=priya.id,
            starts_at=at + timedelta(days=60 + 3 * number),
            ends_at=at + timedelta(days=61 + 3 * number),
            by=priya.actor,
            at=at,
        )
        add_service(
            provider_id=priya.id,
            category="audio",
            title=f"Tune room {number}",
            description="With a microphone.",
            price_model=PriceModel.HOURLY,
            price=Money(9_000, "USD"),
            duration_minutes=60,
            by=priya.actor,
            at=at,
        )
    for diego in given.given_providers(2, 2, 2, 2):
        add_favourite(customer_id=ana.id, provider_id=diego.id, by=ana.actor, at=at)


def _grow_bookings(world: World) -> None:
    """Diego works for Ana at the hours at which Priya does; Priya gets jobs on the days after."""
    ana = world.people["owner"]
    made = []
    for hours, role, steps in _MORE:
        starts_at = given.local_start(clock_now() + timedelta(hours=hours))
        booking_id = given.scheduled(ana, starts_at=starts_at, minutes_from=60, minutes_to=60)
        made.append((booking_id, world.people[role], steps))
    for days in (5, 6):
        given.scheduled(ana, category="video", hours_ahead=24 * days)
    given.let_it_happen()
    for booking_id, provider, _steps in made:
        offer_id = given.offers(booking_id)[provider.id]
        commands.accept_offer(offer_id=offer_id, by=provider.actor, at=clock_now())
    given.let_it_happen()
    vendor.says_yes()
    given.let_it_happen()
    for booking_id, provider, steps in made:
        for step in steps:
            step(booking_id, ana, provider)
    given.let_it_happen()


_WORKED = (_leave, _arrive, _start, _finish)
_MORE = (
    (4.0, "other_provider", _WORKED),
    (5.5, "other_provider", _WORKED),
    (7.0, "other_provider", (*_WORKED, _contest)),
    (8.5, "other_provider", (*_WORKED, _contest)),
    (28.0, "assigned", ()),
    (52.0, "assigned", ()),
)


@pytest.mark.parametrize(("path", "role", "shown"), VIEWS)
def test_a_page_asks_few_questions_and_no_more_when_there_is_more_to_show(questions, path, role, shown):
    few, many = (found[shown].counted for found in questions)

    assert len(few) <= RECORDS_MOST.get(path, LISTED_MOST), "\n".join(one[:200] for one in few)
    assert len(many) == len(few), "\n".join(one[:200] for one in many)
