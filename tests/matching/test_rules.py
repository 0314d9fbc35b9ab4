"""The plan of waves and the length of windows, for every policy."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from guildhall.matching import rules
from guildhall.matching.rules import Search, Wave
from guildhall.matching.types import Mode, WaveKind
from guildhall.policy.types import MatchingPolicy, ModeMatching
from tests.given_people import MONDAY

POLICY = MatchingPolicy()
EXAMPLES = settings(max_examples=300, deadline=None)
searches = st.builds(
    Search,
    mode=st.sampled_from(Mode),
    is_direct=st.booleans(),
    has_favourites=st.booleans(),
    tier_ranks=st.lists(st.integers(1, 9), unique=True),
)
modes = st.builds(
    ModeMatching,
    favourites_window_seconds=st.integers(60, 172_800),
    tier_window_seconds=st.integers(60, 172_800),
    wave_size=st.integers(1, 100),
    favourites_wave_size=st.integers(1, 100),
    waves_per_tier=st.integers(1, 4),
)
policies = st.builds(MatchingPolicy, asap=modes, scheduled=modes)


def names(waves: list[Wave]) -> list[tuple[str, int | None]]:
    return [(wave.kind.value, wave.tier_rank) for wave in waves]


def test_favourites_come_before_the_tiers_and_the_highest_tier_first():
    search = Search(Mode.ASAP, is_direct=False, has_favourites=True, tier_ranks=[3, 1, 2])

    assert names(rules.waves(search, POLICY)) == [("favourites", None), ("tier", 1), ("tier", 2), ("tier", 3)]
    assert [wave.window_seconds for wave in rules.waves(search, POLICY)] == [45, 60, 60, 60]


def test_a_direct_booking_is_one_wave_to_one_provider():
    search = Search(Mode.SCHEDULED, is_direct=True, has_favourites=True, tier_ranks=[1, 2])

    assert rules.waves(search, POLICY) == [Wave(WaveKind.DIRECT, None, 1, 1, 14_400)]


@EXAMPLES
@given(searches, policies)
def test_walking_from_wave_to_wave_is_the_plan(search: Search, policy: MatchingPolicy):
    walked: list[Wave] = []
    kind, tier_rank, turn = "", None, 0
    while left := rules.waves_after(search, policy, kind=kind, tier_rank=tier_rank, turn=turn):
        walked.append(left[0])
        kind, tier_rank, turn = left[0].kind.value, left[0].tier_rank, left[0].turn

    assert walked == rules.waves(search, policy)


@EXAMPLES
@given(searches, policies, policies)
def test_when_the_policy_changes_between_waves_no_tier_is_left_out_or_asked_after_a_lower_one(
    search: Search, before: MatchingPolicy, after: MatchingPolicy
):
    walked: list[Wave] = []
    kind, tier_rank, turn = "", None, 0
    policy = before
    while left := rules.waves_after(search, policy, kind=kind, tier_rank=tier_rank, turn=turn):
        walked.append(left[0])
        kind, tier_rank, turn = left[0].kind.value, left[0].tier_rank, left[0].turn
        policy = after if policy is before else before

    ranks = [wave.tier_rank for wave in walked if wave.tier_rank is not None]
    assert ranks == sorted(ranks)
    assert set(ranks) == (set() if search.is_direct else set(search.tier_ranks))


@EXAMPLES
@given(st.lists(st.integers(60, 172_800), min_size=1, max_size=30), st.integers(0, 20 * 86_400))
def test_scheduled_windows_shrink_so_that_the_last_ends_in_time(windows: list[int], budget: int):
    at, ends_by = MONDAY, MONDAY + timedelta(seconds=budget)

    for index in range(len(windows)):
        seconds = rules.window_seconds(windows[index:], at, ends_by)
        assert 60 <= seconds <= windows[index]
        at += timedelta(seconds=seconds)

    enough = rules.WINDOW_SECONDS_MIN * len(windows)
    assert at <= MONDAY + timedelta(seconds=max(budget, enough))
    if budget >= sum(windows):
        assert at == MONDAY + timedelta(seconds=sum(windows))


@EXAMPLES
@given(st.lists(st.integers(60, 172_800), min_size=1, max_size=30))
def test_asap_windows_are_never_shortened(windows: list[int]):
    assert rules.window_seconds(windows, MONDAY, None) == windows[0]


def test_the_last_wave_ends_26_hours_before_or_2_when_booked_late():
    starts_at = MONDAY + timedelta(days=3)
    just_in_time = starts_at - timedelta(hours=26, minutes=60)

    assert rules.last_wave_ends_by(starts_at, just_in_time, 4, POLICY) == starts_at - timedelta(hours=26)
    late = just_in_time + timedelta(seconds=1)
    assert rules.last_wave_ends_by(starts_at, late, 4, POLICY) == starts_at - timedelta(hours=2)


@EXAMPLES
@given(st.floats(-85, 85), st.floats(-179.9, 179.9))
def test_the_area_shown_holds_the_place_and_does_not_give_it_away(latitude: float, longitude: float):
    from geographiclib.geodesic import Geodesic

    area = rules.area_around(latitude, longitude)

    away = Geodesic.WGS84.Inverse(latitude, longitude, area.latitude, area.longitude)["s12"]
    assert away < area.radius_metres == 500
    assert rules.area_around(area.latitude, area.longitude) == area
