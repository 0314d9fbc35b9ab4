"""The reach index gives exactly what a plain PostGIS query gives: in search, in ranking, and asked by name."""

from datetime import UTC, datetime
from random import Random
from uuid import UUID

import pytest

from guildhall.catalog.queries import list_categories
from guildhall.discovery.commands import rebuild_all_reach
from guildhall.discovery.queries import is_eligible, rank_candidates, search
from guildhall.discovery.types import CandidateJob
from guildhall.policy.queries import get
from guildhall.policy.types import MatchingPolicy
from tests import given_people as people
from tests.discovery.population import Question, plain_answer, populate, question

pytestmark = pytest.mark.django_db

AT = datetime(2027, 3, 8, 17, 0, tzinfo=UTC)
"""A Monday, six days before the clocks change in America."""
PLACES = {"san-diego": (32.72, -117.16), "antimeridian": (-17.0, 179.95), "zero": (0.0, 0.0)}
QUESTIONS = 40


def job(asked: Question, **values) -> CandidateJob:
    assert asked.window is not None
    return CandidateJob(
        key=UUID(int=1),
        latitude=asked.latitude,
        longitude=asked.longitude,
        category_id=asked.category_id,
        window_start=asked.window.starts_at,
        window_end=asked.window.ends_at,
        limit=10_000,
        asap=asked.asap,
        seed=1,
        **values,
    )


@pytest.mark.parametrize("place", PLACES)
def test_search_ranking_and_questions_by_name_agree_with_the_plain_query(place):
    people.catalogue()
    radius = get(MatchingPolicy).search_radius_metres
    category_keys = {category.id: category.key for category in list_categories()}
    draw = Random(f"population {place}")
    everybody = populate(draw, *PLACES[place], 250, AT)
    rebuild_all_reach(at=AT)
    answers = 0

    for number in range(QUESTIONS):
        asked = question(Random(f"question {place} {number}"), *PLACES[place], AT)
        expected = plain_answer(asked, AT, radius)
        answers += len(expected)

        ranked = rank_candidates([job(asked, tier_rank=asked.tier_rank)], AT)
        assert {one.provider_id for one in ranked} == set(expected), (place, number, asked)

        if not asked.asap:
            found = search(
                latitude=asked.latitude,
                longitude=asked.longitude,
                category_key=category_keys[asked.category_id],
                start=asked.window.starts_at,
                end=asked.window.ends_at,
                tier_rank=asked.tier_rank,
                limit=100,
                at=AT,
            )
            assert [one.provider_id for one in found] == expected, (place, number, asked)

        if asked.tier_rank is None and number % 4 == 0:
            by_name = rank_candidates([job(asked, only=everybody[:200])], AT)
            eligible = [one.provider_id for one in by_name if one.eligible]
            assert eligible == [one for one in everybody[:200] if one in expected], (place, number, asked)
            assert len(by_name) == 200
            assert all(one.refusal for one in by_name if not one.eligible)
            assert is_eligible(job(asked), everybody[0], AT).eligible == (everybody[0] in expected)

    assert answers > QUESTIONS // 2, "the questions had too few answers to compare"
