"""The index follows what providers and operators do, and can be made anew at any time without a difference."""

from datetime import time, timedelta

import pytest
from django.db import connection

from guildhall.credentialing.commands import grant_work_right, revoke_work_right
from guildhall.discovery import tasks
from guildhall.discovery.commands import extend_free_busy, rebuild_all_reach
from guildhall.discovery.models import Reach, ReachCell
from guildhall.discovery.queries import search
from guildhall.eventlog.commands import ensure_subscriptions
from guildhall.eventlog.delivery import drain
from guildhall.identity.commands import disable_account
from guildhall.kernel.actors import Actor
from guildhall.providers.commands import set_categories, set_home, set_service_area, set_tier, set_weekly_hours
from guildhall.providers.types import Circle, Hours
from guildhall.scheduling.commands import reserve
from guildhall.timers.queries import clock_now
from tests import given_people as people
from tests.given_people import DOWNTOWN, MONDAY

pytestmark = pytest.mark.django_db
BY = Actor.system("tests")
TUESDAY = MONDAY + timedelta(days=1)
FRESNO = (36.7378, -119.7871)


@pytest.fixture(autouse=True)
def _subscribed():
    ensure_subscriptions()


def found(place=DOWNTOWN, category="audio", start=TUESDAY, hours=2):
    drain()
    end = start + timedelta(hours=hours)
    cards = search(
        latitude=place[0], longitude=place[1], category_key=category, start=start, end=end, at=MONDAY, limit=100
    )
    return [card.provider_id for card in cards]


def the_index():
    cells = sorted(ReachCell.objects.values_list("key", "ord", "provider_id", "week", "interior"))
    return cells, sorted(Reach.objects.values_list("provider_id", "ord", "week", "keys", "working_until"))


def test_a_new_provider_is_found_where_they_work_and_nowhere_else():
    priya = people.provider()

    assert found() == [priya.id]
    assert found(FRESNO) == []
    assert found(category="video") == []


def test_the_index_follows_area_categories_tier_and_hours():
    priya = people.provider()
    own = {"provider_id": priya.id, "by": priya.actor, "at": MONDAY}
    found()

    set_service_area(circle=Circle(*FRESNO, 20_000), **own)
    assert found() == []
    set_home(latitude=FRESNO[0], longitude=FRESNO[1], time_zone=people.LOS_ANGELES, **own)
    assert found(FRESNO) == [priya.id]
    set_categories(categories=["video"], **own)
    assert (found(FRESNO), found(FRESNO, "video")) == ([], [priya.id])
    set_tier(provider_id=priya.id, rank=3, by=BY, at=MONDAY)
    drain()
    assert set(ReachCell.objects.values_list("ord", flat=True)) == {3_100}
    set_weekly_hours(weekly=[Hours(5, time(9), time(12))], **own)
    assert found(FRESNO, "video") == []
    assert found(FRESNO, "video", start=MONDAY + timedelta(days=5)) == [priya.id]


def test_who_may_not_work_any_more_leaves_the_index_and_comes_back():
    priya, sam = people.provider(), people.provider("Sam")
    assert set(found()) == {priya.id, sam.id}

    revoke_work_right(provider_id=priya.id, reason="test", by=BY, at=MONDAY)
    disable_account(account_id=sam.id, by=people.operator().actor, at=MONDAY)
    assert found() == []
    assert the_index() == ([], [])

    grant_work_right(provider_id=priya.id, valid_until=MONDAY + timedelta(days=99), by=BY, at=MONDAY)
    assert found() == [priya.id]


def test_the_index_made_anew_is_the_one_that_events_kept():
    for number, tier in enumerate([1, 2, 3]):
        people.provider(f"P{number}", tier=tier, categories=["audio", "video"])
    revoke_work_right(provider_id=people.provider("Rita").id, reason="test", by=BY, at=MONDAY)
    drain()
    kept = the_index()
    assert len(kept[1]) == 3

    for table in ("discovery_reach", "discovery_reach_cell"):
        with connection.cursor() as cursor:
            cursor.execute(f"delete from {table}")
    assert rebuild_all_reach(at=clock_now()) == 3

    assert the_index() == kept


def test_making_the_index_anew_does_not_touch_postings_that_stay():
    people.provider()
    drain()
    rebuild_all_reach(at=MONDAY)
    before = _postings_as_stored()

    rebuild_all_reach(at=MONDAY)

    assert _postings_as_stored() == before


def test_every_night_the_known_weeks_move_on(policies_at_hand, django_assert_num_queries):
    people.provider()
    rebuild_all_reach(at=MONDAY)
    assert Reach.objects.get().working_until == MONDAY.replace(hour=0) + timedelta(days=36)

    with django_assert_num_queries(7):  # who, savepoint, queue, sources, postings, rows, savepoint
        extend_free_busy(at=MONDAY + timedelta(days=1))

    assert Reach.objects.get().working_until == MONDAY.replace(hour=0) + timedelta(days=37)
    assert tasks.extend_free_busy.name == "discovery.extend_free_busy"
    tasks.extend_free_busy(0)
    assert Reach.objects.get().working_until > clock_now() + timedelta(days=35)


def test_a_reservation_needs_no_change_of_the_index():
    priya = people.provider()
    assert found() == [priya.id]
    before = the_index()

    planned = (TUESDAY, TUESDAY + timedelta(hours=1))
    reserve(provider_id=priya.id, planned=planned, reference="booking:1", by=BY, at=MONDAY)

    assert found() == []
    assert the_index() == before


def _postings_as_stored():
    with connection.cursor() as cursor:
        cursor.execute("select ctid::text, key, ord from discovery_reach_cell order by key")
        return cursor.fetchall()
