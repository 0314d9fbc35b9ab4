"""Prices, splits, fees and deadlines of bookings: pure."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildhall.bookings import rules
from guildhall.bookings.types import BookingStatus, Position, Terms, TierPrice
from guildhall.policy.types import BookingPolicy, CancellationPolicy, MatchingPolicy, MoneyPolicy

MONDAY = datetime(2027, 3, 1, 17, 0, tzinfo=UTC)
PRICES = (
    TierPrice(tier_rank=1, hourly_minor=12_000, call_out_minor=6_000, minimum_minutes=60),
    TierPrice(tier_rank=2, hourly_minor=9_000, call_out_minor=4_500, minimum_minutes=60),
    TierPrice(tier_rank=3, hourly_minor=6_500, call_out_minor=3_000, minimum_minutes=60),
)


def terms(**changed: object) -> Terms:
    values = {
        **BookingPolicy().model_dump(),
        **MoneyPolicy().model_dump(),
        **CancellationPolicy().model_dump(),
        "asap_travel_allowance_minutes": MatchingPolicy().asap_travel_allowance_minutes,
        "starts_days_before": MatchingPolicy().starts_days_before,
        "prices": PRICES,
        **changed,
    }
    return Terms.model_validate(values)


def test_the_quote_runs_from_the_cheapest_short_job_to_the_dearest_long_one():
    estimate = rules.quote(terms(), minutes_from=90, minutes_to=150)

    assert (estimate.from_minor, estimate.to_minor, estimate.authorize_minor) == (9_750, 30_000, 37_500)


def test_the_minimum_is_charged_for_short_work():
    assert rules.total_minor(terms(), 2, 5) == 9_000


def test_tax_is_added_and_comes_out_of_the_total_again():
    taxed = terms(tax_basis_points=825)

    total = rules.total_minor(taxed, 1, 60)
    parts = rules.split(taxed, total)

    assert total == 12_990
    assert (parts.tax_minor, parts.fee_minor, parts.provider_minor) == (990, 2_400, 9_600)


@given(
    total=st.integers(min_value=0, max_value=10**12),
    fee=st.integers(min_value=0, max_value=10_000),
    tax=st.integers(min_value=0, max_value=10_000),
)
def test_the_parts_always_sum_to_the_whole(total: int, fee: int, tax: int):
    parts = rules.split(terms(platform_fee_basis_points=fee, tax_basis_points=tax), total)

    assert parts.tax_minor + parts.fee_minor + parts.provider_minor == parts.total_minor == total
    assert min(parts.tax_minor, parts.fee_minor, parts.provider_minor) >= 0
    assert abs(Decimal(total) * 10_000 / (10_000 + tax) - (total - parts.tax_minor)) <= Decimal("0.5")


@given(fee=st.integers(min_value=0, max_value=10**9), share=st.integers(min_value=0, max_value=100))
def test_a_compensation_is_divided_without_a_rest(fee: int, share: int):
    parts = rules.compensation(terms(provider_cancellation_share_percent=share), fee)

    assert parts.fee_minor + parts.provider_minor == fee
    assert min(parts.fee_minor, parts.provider_minor) >= 0


@pytest.mark.parametrize(
    ("mode", "status", "notice_hours", "by", "fee"),
    [
        ("asap", "matching", 0, "customer", 0),
        ("asap", "confirmed", 0, "customer", 0),
        ("asap", "en_route", 0, "customer", 4_500),
        ("asap", "arrived", 0, "customer", 4_500),
        ("asap", "en_route", 0, "operator", 0),
        ("asap", "en_route", 0, "system", 0),
        ("scheduled", "waiting", 1, "customer", 0),
        ("scheduled", "unfilled", 1, "customer", 0),
        ("scheduled", "confirmed", 48, "customer", 0),
        ("scheduled", "confirmed", 47.99, "customer", 6_750),
        ("scheduled", "en_route", 0.5, "customer", 6_750),
        ("scheduled", "confirmed", 1, "operator", 0),
    ],
)
def test_cancelling_costs_what_the_frozen_rule_says(mode, status, notice_hours, by, fee):
    tier_rank = 2 if status in {"confirmed", "en_route", "arrived"} else None

    cost = rules.cancellation_fee_minor(
        terms(),
        mode=mode,
        status=BookingStatus(status),
        tier_rank=tier_rank,
        minutes_from=90,
        notice=timedelta(hours=notice_hours),
        by=by,
    )

    assert cost == fee


def test_matching_starts_a_week_ahead_or_at_once():
    far, near = MONDAY + timedelta(days=30), MONDAY + timedelta(days=2)

    assert rules.matching_starts_at(terms(), starts_at=far, at=MONDAY) == far - timedelta(days=7)
    assert rules.matching_starts_at(terms(), starts_at=near, at=MONDAY) == MONDAY


def test_an_unfilled_booking_waits_until_two_hours_before_or_half_an_hour():
    start = MONDAY + timedelta(hours=30)

    assert rules.unfilled_until(terms(), mode="scheduled", starts_at=start, at=MONDAY) == start - timedelta(hours=2)
    assert rules.unfilled_until(terms(), mode="asap", starts_at=start, at=MONDAY) == MONDAY + timedelta(minutes=30)
    late = MONDAY + timedelta(hours=2)
    assert rules.unfilled_until(terms(), mode="scheduled", starts_at=late, at=MONDAY) == MONDAY + timedelta(minutes=30)


def test_breaks_are_not_worked_and_a_begun_minute_counts():
    pause = (MONDAY + timedelta(minutes=30), MONDAY + timedelta(minutes=45))

    assert (
        rules.worked_minutes(started_at=MONDAY, finished_at=MONDAY + timedelta(minutes=90, seconds=1), breaks=[pause])
        == 76
    )


def test_distances_are_measured_on_the_ground_and_a_drive_is_estimated_from_them():
    place = Position(latitude=32.7185, longitude=-117.1593)
    north = Position(latitude=place.latitude + 1_000 / 110_900, longitude=place.longitude)
    west = Position(latitude=place.latitude, longitude=place.longitude - 0.01)

    metres = rules.metres_between(place, north)

    assert metres == pytest.approx(1_000, abs=2)
    assert (rules.bearing(place, north), rules.bearing(place, west)) == (0, 270)
    assert rules.drive_time(10_000, detour_percent=20, kmh=40) == timedelta(minutes=18)


@pytest.mark.parametrize(("seconds", "minutes"), [(-90, 1), (0, 1), (59, 1), (60, 1), (61, 2), (600, 10)])
def test_nobody_is_less_than_a_minute_away(seconds: int, minutes: int):
    assert rules.minutes_until(MONDAY + timedelta(seconds=seconds), MONDAY) == minutes
