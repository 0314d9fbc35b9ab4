"""Who may be asked for a job, and the reason why another may not."""

from dataclasses import replace
from datetime import time, timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction
from psycopg.types.range import TimestamptzRange

from guildhall.catalog.queries import get_category
from guildhall.credentialing.commands import revoke_work_right
from guildhall.discovery.commands import rebuild_all_reach
from guildhall.discovery.queries import is_eligible, rank_candidates
from guildhall.discovery.types import CandidateJob
from guildhall.identity.commands import disable_account
from guildhall.kernel.actors import Actor
from guildhall.providers.commands import set_available_now, set_limits
from guildhall.providers.types import Hours
from guildhall.scheduling.commands import DayIsFull, add_time_off, release, reserve
from guildhall.scheduling.models import Reservation
from tests import given_people as people
from tests.given_people import DOWNTOWN, MONDAY

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
TUESDAY = MONDAY + 24 * HOUR
BY = Actor.system("tests")


def job(**values) -> CandidateJob:
    """Two hours of audio downtown, on Tuesday at nine."""
    usual = {
        "key": UUID(int=7),
        "latitude": DOWNTOWN[0],
        "longitude": DOWNTOWN[1],
        "category_id": get_category("audio").id,
        "window_start": TUESDAY,
        "window_end": TUESDAY + 2 * HOUR,
        "limit": 10,
        "asap": False,
        "seed": 1,
    }
    return CandidateJob(**(usual | values))


def refusal(person, at=MONDAY, **values) -> str:
    """Why not; asked by name and found in the index must agree."""
    asked = job(**values)
    verdict = is_eligible(asked, person.id, at)
    found = {one.provider_id for one in rank_candidates([asked], at)}
    assert (person.id in found) == verdict.eligible
    return verdict.refusal


def indexed(*providers):
    rebuild_all_reach(at=MONDAY)
    return providers[0] if len(providers) == 1 else providers


def test_a_provider_who_covers_the_place_and_is_free_may_be_asked():
    priya = indexed(people.provider())

    (ranked,) = rank_candidates([job()], MONDAY)

    assert (ranked.provider_id, ranked.position, ranked.tier_rank, ranked.eligible) == (priya.id, 1, 1, True)
    assert ranked.distance_metres == 0
    assert set(ranked.reasons) == {"distance", "rating", "response", "newcomer", "waiting"}
    assert refusal(priya) == ""


def test_place_category_and_exclusion():
    priya = indexed(people.provider(radius_metres=20_000))

    assert refusal(priya, latitude=DOWNTOWN[0] + 0.17) == ""
    assert refusal(priya, latitude=DOWNTOWN[0] + 0.19) == "not_covering"
    assert refusal(priya, category_id=get_category("video").id) == "not_category"
    assert refusal(priya, excluded=[priya.id]) == "excluded"
    assert refusal(priya, tier_rank=1) == ""


def test_the_search_radius_of_the_policy_holds_besides_the_area():
    priya = indexed(people.provider(radius_metres=100_000))

    assert refusal(priya, latitude=DOWNTOWN[0] + 0.44) == ""
    assert refusal(priya, latitude=DOWNTOWN[0] + 0.46) == "too_far"


def test_without_a_tier_or_a_right_that_lasts_nobody_is_asked():
    newcomer = people.registered_provider()
    without_right = people.provider("Rita", right_days=0)
    short_right = people.provider("Sam", right_days=1)
    indexed()

    assert refusal(newcomer) == "no_tier"
    assert is_eligible(job(), without_right.id, MONDAY).eligible is False
    assert refusal(short_right) == "no_right"
    assert refusal(short_right, window_start=MONDAY + 5 * HOUR, window_end=MONDAY + 6 * HOUR) == ""


def test_a_revoked_right_or_a_closed_account_counts_before_the_index_knows():
    priya, sam = indexed(people.provider(), people.provider("Sam"))

    revoke_work_right(provider_id=priya.id, reason="test", by=BY, at=MONDAY)
    disable_account(account_id=sam.id, by=people.operator().actor, at=MONDAY)

    assert refusal(priya) == "no_right"
    assert refusal(sam) == "no_right"
    assert rank_candidates([job()], MONDAY) == []


def test_working_hours_are_wall_time_and_notice_is_kept():
    nine_to_five = [Hours(day, time(9), time(17)) for day in range(5)]
    priya = indexed(people.provider(weekly=nine_to_five))
    set_limits(provider_id=priya.id, minimum_notice_minutes=120, jobs_a_day_max=None, by=priya.actor, at=MONDAY)

    assert refusal(priya, window_start=TUESDAY - HOUR, window_end=TUESDAY + HOUR) == "not_working"
    assert refusal(priya, window_start=TUESDAY + 6 * HOUR, window_end=TUESDAY + 8 * HOUR) == ""
    assert refusal(priya, window_start=TUESDAY + 7 * HOUR, window_end=TUESDAY + 9 * HOUR) == "not_working"
    assert refusal(priya, at=TUESDAY - 2 * HOUR) == ""
    assert refusal(priya, at=TUESDAY - 2 * HOUR + timedelta(seconds=1)) == "notice"


def test_beyond_five_weeks_the_weekly_hours_decide():
    nine_to_five = [Hours(day, time(9), time(17)) for day in range(5)]
    priya = indexed(people.provider(weekly=nine_to_five))
    in_summer_time = TUESDAY + timedelta(days=70) - HOUR

    assert refusal(priya, window_start=in_summer_time, window_end=in_summer_time + 8 * HOUR) == ""
    assert refusal(priya, window_start=in_summer_time - HOUR, window_end=in_summer_time) == "not_working"
    assert refusal(priya, window_start=in_summer_time + 7 * HOUR, window_end=in_summer_time + 9 * HOUR) == "not_working"


def test_the_exact_calendar_decides_at_once():
    priya = indexed(people.provider())

    reserve(provider_id=priya.id, planned=(TUESDAY + HOUR, TUESDAY + 3 * HOUR), reference="b:1", by=BY, at=MONDAY)
    assert refusal(priya) == "not_free"
    release(reference="b:1", by=BY, at=MONDAY)
    assert refusal(priya) == ""
    add_time_off(provider_id=priya.id, starts_at=TUESDAY, ends_at=TUESDAY + HOUR, by=priya.actor, at=MONDAY)
    assert refusal(priya) == "not_free"


def test_asap_wants_the_switch_and_neither_hours_nor_notice():
    priya, sam = indexed(people.provider(weekly=[]), people.provider("Sam", available_now=False))
    asap = {"asap": True, "window_start": MONDAY, "window_end": MONDAY + HOUR}

    assert refusal(priya, **asap) == ""
    assert refusal(sam, **asap) == "not_available_now"
    set_available_now(provider_id=priya.id, available=False, by=priya.actor, at=MONDAY)
    assert refusal(priya, **asap) == "not_available_now"


def test_favourites_come_back_in_their_order_and_the_others_with_the_reason():
    ana_likes = [
        people.provider("Tess", tier=3),
        people.provider("Sam", available_now=False, weekly=[]),
        people.provider("Priya", tier=1),
    ]
    tess, sam, priya = indexed(*ana_likes)
    unknown = UUID(int=99)

    ranked = rank_candidates([job(only=[tess.id, sam.id, unknown, priya.id], tier_rank=None)], MONDAY)

    assert [(one.provider_id, one.position, one.eligible, one.refusal) for one in ranked] == [
        (tess.id, 1, True, ""),
        (priya.id, 2, True, ""),
        (sam.id, 3, False, "not_working"),
        (unknown, 4, False, "no_tier"),
    ]


def test_a_tier_is_asked_alone_and_a_batch_is_one_statement(policies_at_hand, django_assert_num_queries):
    tess, priya = indexed(people.provider("Tess", tier=3), people.provider("Priya", tier=1))
    jobs = [job(key=UUID(int=number), tier_rank=number % 3 + 1) for number in range(30)]
    rank_candidates(jobs[:1], MONDAY)

    with django_assert_num_queries(1):
        ranked = rank_candidates(jobs, MONDAY)

    assert {one.key.int % 3 + 1: one.provider_id for one in ranked} == {1: priya.id, 3: tess.id}
    assert len(ranked) == 20


def test_no_more_than_the_limit_are_given():
    indexed(*[people.provider(f"P{number}") for number in range(4)])

    assert [one.position for one in rank_candidates([replace(job(), limit=3)], MONDAY)] == [1, 2, 3]


def test_still_eligible_says_for_one_what_not_eligible_says_for_many():
    priya, sam, tess = indexed(people.provider(), people.provider("Sam", right_days=1), people.provider("Tess"))
    reserve(provider_id=tess.id, planned=(TUESDAY, TUESDAY + HOUR), reference="b:1", by=BY, at=MONDAY)
    window = TimestamptzRange(TUESDAY, TUESDAY + 2 * HOUR, "[)")
    later = TimestamptzRange(TUESDAY + HOUR, TUESDAY + 2 * HOUR, "[)")
    pairs = [(priya.id, window), (sam.id, window), (tess.id, window), (tess.id, later)]

    with connection.cursor() as cursor:
        cursor.execute(
            "select provider_id, win from discovery.not_eligible(%s, %s)",
            [[one for one, _ in pairs], [win for _, win in pairs]],
        )
        refused = cursor.fetchall()
        one_by_one = []
        for pair in pairs:
            cursor.execute("select discovery.still_eligible(%s, %s)", pair)
            one_by_one.append(cursor.fetchone()[0])

    assert one_by_one == [True, False, False, True]
    assert sorted(refused) == sorted([(sam.id, window), (tess.id, window)])


def test_whoever_was_offered_work_waits_behind_whoever_was_not():
    priya, sam = indexed(people.provider(), people.provider("Sam"))

    with connection.cursor() as cursor:
        cursor.execute("select discovery.record_offers(%s, %s)", [[priya.id], MONDAY - 24 * HOUR])
        cursor.execute("select discovery.record_offers(%s, %s)", [[sam.id, priya.id], MONDAY - 2 * HOUR])
        cursor.execute("select discovery.record_offers(%s, %s)", [[priya.id], MONDAY - HOUR])
    ranked = rank_candidates([job()], MONDAY)

    assert [one.provider_id for one in ranked] == [sam.id, priya.id]
    assert ranked[0].reasons["waiting"] == round(2 / (14 * 24), 4)


def test_a_provider_is_asked_for_as_many_jobs_a_day_as_they_want():
    priya = indexed(people.provider(weekly=[Hours(day, time(0), time(0)) for day in range(7)]))
    set_limits(provider_id=priya.id, minimum_notice_minutes=0, jobs_a_day_max=2, by=priya.actor, at=MONDAY)
    morning, evening = TUESDAY - 2 * HOUR, TUESDAY + 14 * HOUR
    wednesday = {"window_start": TUESDAY + 15 * HOUR, "window_end": TUESDAY + 16 * HOUR}
    reserve(provider_id=priya.id, planned=(morning, morning + HOUR), reference="b:1", by=BY, at=MONDAY)
    assert refusal(priya) == ""

    reserve(provider_id=priya.id, planned=(evening, evening + HOUR), reference="b:2", by=BY, at=MONDAY)

    assert refusal(priya) == "day_is_full"
    assert refusal(priya, **wednesday) == ""
    assert still_eligible(priya, TUESDAY) is False
    assert still_eligible(priya, wednesday["window_start"]) is True
    with pytest.raises(DayIsFull), transaction.atomic():
        reserve(provider_id=priya.id, planned=(TUESDAY, TUESDAY + HOUR), reference="b:3", by=BY, at=MONDAY)
    assert Reservation.objects.filter(status="active").count() == 2
    release(reference="b:2", by=BY, at=MONDAY)
    assert refusal(priya) == ""


def still_eligible(person, starts_at) -> bool:
    """What the statements for one and for many say of an hour from then on; they must agree."""
    window = TimestamptzRange(starts_at, starts_at + HOUR, "[)")
    with connection.cursor() as cursor:
        cursor.execute("select discovery.still_eligible(%s, %s)", [person.id, window])
        eligible = cursor.fetchone()[0]
        cursor.execute("select * from discovery.not_eligible(%s, %s)", [[person.id], [window]])
        assert (cursor.fetchone() is None) == eligible
    return eligible
