"""The queue of what waits, as long as its page is open: what comes and what is done show by themselves, and a decision that is begun stays."""

import re

import pytest

from guildhall.bookings.commands import cancel_booking
from guildhall.kernel.ids import public_id
from guildhall.timers.queries import clock_now
from tests import given_bookings as given
from tests import given_people as people
from tests.api.browser import browser
from tests.given_matching import clock_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    people.catalogue()
    clock_at(people.MONDAY)
    return browser(people.operator())


def unfilled(customer, hours_ahead):
    booking_id = given.scheduled(customer, category="video", hours_ahead=hours_ahead)
    given.let_it_happen()
    return booking_id, public_id("bk", booking_id)


def asked_for(text):
    """What the counts ask for next, and the item whose pane is shown."""
    mark = re.search(r'hx-get="/ops/live\?kind=&amp;mark=(\w+)"|hx-get="/ops/live\?kind=&mark=(\w+)"', text)
    item = re.search(r'name="item" value="(\w*)"', text)
    return {"kind": "", "mark": mark[1] or mark[2], **({"item": item[1]} if item else {})}


def test_what_begins_to_wait_comes_by_itself_and_is_opened_when_nothing_was(desk):
    ana = people.customer("Ana", card=True)
    empty = desk.get("/ops/").content.decode()
    assert "Nothing waits here" in empty
    shown = asked_for(empty)
    booking_id, first = unfilled(ana, 96)

    come = desk.get("/ops/live", shown).content.decode()

    assert come.count('hx-swap-oob="true"') == 2
    assert f"item-unfilled-{first}" in come
    assert "Assign by hand" in come
    # Another comes while the first is decided about: the decision stays as it is.
    shown = asked_for(come)
    assert shown["item"] == first
    assert "hx-swap-oob" not in desk.get("/ops/live", shown).content.decode()
    _, second = unfilled(ana, 120)
    come = desk.get("/ops/live", shown).content.decode()
    assert come.count('hx-swap-oob="true"') == 1
    assert f"item-unfilled-{second}" in come
    assert 'id="pane"' not in come
    assert re.search(rf'id="item-unfilled-{first}"[^>]+aria-current="true"', come)

    cancel_booking(booking_id=booking_id, reason="", by=ana.actor, at=clock_now())
    come = desk.get("/ops/live", {**asked_for(come), "item": first}).content.decode()
    assert f"item-unfilled-{first}" not in come
    assert f"item-unfilled-{second}" in come


def test_elsewhere_and_on_later_pages_only_the_counts_come(desk):
    ana = people.customer("Ana", card=True)
    unfilled(ana, 96)

    for mark in ({}, {"mark": "later"}):
        come = desk.get("/ops/live", mark).content.decode()
        assert "Unfilled" in come
        assert "hx-swap-oob" not in come
    assert '/ops/live?kind="' in desk.get("/ops/bookings").content.decode()
    assert re.search(r'href="/ops/"[^>]+aria-current', desk.get("/ops/live", {"mark": "later"}).content.decode())
    assert desk.get("/ops/live", {"mark": "0", "kind": "weather"}).status_code == 400
