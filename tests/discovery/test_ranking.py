"""Who is asked first, and why: pure rules, the same for the same seed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from guildhall.discovery.rules import EVERY_BLOCK, order_number, rank, score, week_mask
from guildhall.discovery.types import Record
from guildhall.policy.types import RankingWeights
from guildhall.scheduling.types import Span

WEIGHTS = RankingWeights()
USUAL = Record(
    provider_id=UUID(int=1),
    tier_rank=1,
    distance_metres=10_000,
    rating_mean=4.5,
    rating_count=40,
    response_seconds=300,
    offers_answered=30,
    offers_accepted=20,
    waited_seconds=86_400,
)


def other(number: int, **values: object) -> Record:
    return replace(USUAL, provider_id=UUID(int=number), **values)


def order(*records: Record, limit: int = 10, seed: int = 1, weights: RankingWeights = WEIGHTS) -> list[int]:
    ranked = rank(records, weights, radius_metres=50_000, limit=limit, seed=seed)
    return [one.record.provider_id.int for one in ranked]


def test_each_signal_puts_the_better_first():
    assert order(other(2, distance_metres=30_000), USUAL) == [1, 2]
    assert order(other(2, rating_mean=3.0), USUAL) == [1, 2]
    assert order(other(2, response_seconds=6_000), USUAL) == [1, 2]
    assert order(USUAL, other(2, waited_seconds=10 * 86_400)) == [2, 1]
    assert order(USUAL, other(2, waited_seconds=None)) == [2, 1]


def test_declining_is_free_unless_an_operator_weighs_acceptance():
    decliner = other(2, offers_answered=200, waited_seconds=86_401)

    assert order(USUAL, decliner) == [2, 1]
    assert "acceptance" not in score(decliner, WEIGHTS, 50_000).reasons
    assert order(USUAL, decliner, weights=RankingWeights(acceptance=1)) == [1, 2]


def test_one_perfect_rating_counts_less_than_forty_good_ones():
    assert order(other(2, rating_mean=5.0, rating_count=1), USUAL) == [1, 2]


def test_equals_are_drawn_by_lot_and_the_lot_is_the_seed():
    equals = [other(number) for number in range(1, 21)]

    assert order(*equals, seed=7, limit=20) == order(*reversed(equals), seed=7, limit=20)
    assert order(*equals, seed=7, limit=20) != order(*equals, seed=8, limit=20)


def test_one_place_in_five_belongs_to_a_newcomer():
    known = [other(number, distance_metres=number) for number in range(1, 8)]
    newcomers = [
        other(number, offers_accepted=1, distance_metres=49_000, rating_mean=None, rating_count=0)
        for number in (101, 102)
    ]

    ranked = rank([*known, *newcomers], WEIGHTS, radius_metres=50_000, limit=5, seed=1)

    assert [one.record.provider_id.int for one in ranked[:4]] == [1, 2, 3, 4]
    assert ranked[4].is_newcomer
    assert ranked[4].reasons["newcomer_place"] is True
    assert order(*known, *newcomers, limit=4) == [1, 2, 3, 4]


def test_a_newcomer_who_is_good_enough_takes_no_extra_place():
    known = [other(number, distance_metres=1_000 * number) for number in range(1, 8)]
    newcomer = other(101, offers_accepted=0, distance_metres=0)

    assert order(*known, newcomer, limit=5) == [101, 1, 2, 3, 4]


def test_reasons_are_the_signals_and_the_score_is_their_weighted_mean():
    scored = score(USUAL, RankingWeights(distance=1, rating=0, response=1, newcomer=0, waiting=0), 50_000)

    assert scored.reasons == {"distance": 0.8, "response": 0.6667}
    assert scored.score == 0.733333


def test_the_index_orders_by_tier_then_rating():
    assert order_number(1, 5.0, 1_000) < order_number(1, None, 0) < order_number(1, 1.0, 1_000) < 2_000
    assert 2_000 <= order_number(2, 5.0, 10**9) < order_number(2, 1.0, 10**9) <= 2_999


def test_the_week_mask_has_the_blocks_that_are_touched():
    monday = datetime(2027, 3, 1, tzinfo=UTC)

    assert week_mask([]) == 0
    assert week_mask([Span(monday, monday + timedelta(hours=3))]) == 1
    assert week_mask([Span(monday + timedelta(hours=2), monday + timedelta(hours=3, seconds=1))]) == 3
    assert week_mask([Span(monday - timedelta(minutes=1), monday)]) == 1 << 55
    assert week_mask([Span(monday, monday + timedelta(days=8))]) == EVERY_BLOCK
