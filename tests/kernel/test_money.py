"""Money sums exactly, in every currency."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildhall.kernel.money import Money, rounded

AMOUNTS = st.integers(min_value=-(10**15), max_value=10**15)
WEIGHTS = st.lists(st.integers(min_value=0, max_value=10_000), min_size=1, max_size=12).filter(any)


@given(AMOUNTS, WEIGHTS)
def test_parts_sum_exactly_to_the_whole(minor: int, weights: list[int]):
    parts = Money(minor, "USD").split(weights)

    assert sum(part.minor for part in parts) == minor
    assert all(
        abs(part.minor * sum(weights) - minor * weight) <= sum(weights)
        for part, weight in zip(parts, weights, strict=True)
    )


@pytest.mark.parametrize(("value", "minor"), [("0.5", 1), ("1.5", 2), ("2.5", 3), ("2.4999", 2), ("-0.5", -1)])
def test_rounding_is_half_up(value: str, minor: int):
    assert rounded(Decimal(value)) == minor


def test_currencies_do_not_mix():
    with pytest.raises(ValueError, match="Cannot mix"):
        Money(1, "USD") + Money(1, "JPY")


@pytest.mark.parametrize(
    ("money", "text"), [((7250, "USD"), "$72.50"), ((7250, "JPY"), "¥7,250"), ((7250, "KWD"), "KWD7.250")]
)
def test_minor_units_follow_the_currency(money: tuple[int, str], text: str):
    assert Money(*money).shown() == text
