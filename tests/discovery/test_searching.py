"""Search: who covers a place, by tier and rating, page by page."""

from datetime import time, timedelta

import pytest

from guildhall.catalog.queries import UnknownCategory
from guildhall.discovery.commands import rebuild_all_reach
from guildhall.discovery.queries import BadCursor, search
from guildhall.providers.commands import record_rating
from guildhall.providers.types import Hours
from tests import given_people as people
from tests.given_people import DOWNTOWN, MONDAY

pytestmark = pytest.mark.django_db
TUESDAY = MONDAY + timedelta(days=1)


def look(**values):
    usual = {
        "latitude": DOWNTOWN[0],
        "longitude": DOWNTOWN[1],
        "category_key": "audio",
        "start": None,
        "end": None,
        "at": MONDAY,
        "limit": 20,
    }
    return search(**(usual | values))


def test_the_better_tier_comes_first_and_within_it_the_better_rating():
    tess, sam = people.provider("Tess", tier=2), people.provider("Sam", tier=1)
    priya = people.provider("Priya", tier=1, at=(DOWNTOWN[0] + 0.05, DOWNTOWN[1]))
    for _ in range(3):
        record_rating(provider_id=priya.id, rating=5)
    rebuild_all_reach(at=MONDAY)

    found = look()

    assert [one.provider_id for one in found] == [priya.id, sam.id, tess.id]
    assert (found[0].rating, found[0].rating_count, found[0].tier_rank) == (5.0, 3, 1)
    assert found[0].distance_metres == pytest.approx(5_560, abs=10)
    assert (found[1].rating, found[1].response_seconds, found[1].available_now) == (None, None, True)
    assert [one.provider_id for one in look(tier_rank=2)] == [tess.id]


def test_pages_join_without_gap_or_repetition():
    for number in range(7):
        people.provider(f"P{number}", tier=number % 3 + 1)
    rebuild_all_reach(at=MONDAY)
    whole = [one.provider_id for one in look()]
    assert len(whole) == 7

    paged, after = [], None
    for _ in range(4):
        page = look(limit=2, after=after)
        paged += [one.provider_id for one in page]
        after = page[-1].cursor

    assert paged == whole
    assert look(limit=2, after=after) == []
    second_tier = look(tier_rank=2)
    assert look(tier_rank=2, after=second_tier[0].cursor) == second_tier[1:]


def test_a_page_far_ahead_is_full_although_many_do_not_work_then():
    for number in range(6):
        monday_only = [Hours(0, time(9), time(17))]
        people.provider(f"M{number}", tier=1, weekly=monday_only if number < 4 else people.EVERY_DAY)
    rebuild_all_reach(at=MONDAY)
    far = TUESDAY + timedelta(days=100, hours=-1)

    found = look(start=far - timedelta(hours=2), end=far, limit=2)

    assert len(found) == 2
    assert look(start=far - timedelta(hours=2), end=far, limit=2, after=found[-1].cursor) == []


def test_a_search_is_one_statement_besides_the_category(policies_at_hand, django_assert_num_queries):
    for number in range(3):
        people.provider(f"P{number}")
    rebuild_all_reach(at=MONDAY)
    look()

    with django_assert_num_queries(2):
        assert len(look(start=TUESDAY, end=TUESDAY + timedelta(hours=2))) == 3


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "1",
        "1:",
        "1:not-a-uuid",
        "99999999999:00000000-0000-0000-0000-000000000000",
        "a:00000000-0000-0000-0000-000000000000",
    ],
)
def test_a_cursor_that_is_not_ours_is_refused(cursor):
    people.catalogue()

    with pytest.raises(BadCursor):
        look(after=cursor)


def test_an_unknown_category_is_refused():
    people.catalogue()

    with pytest.raises(UnknownCategory):
        look(category_key="alchemy")
