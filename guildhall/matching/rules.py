"""Pure decisions: which wave comes next, and for how long it may be answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, radians

from guildhall.matching.types import Area, Mode, WaveKind
from guildhall.policy.types import MatchingPolicy, ModeMatching

WINDOW_SECONDS_MIN = 60
"""However late it is, a scheduled wave can be answered for a minute."""
UNHURRIED_WINDOW_SECONDS = 900
"""A cascade whose waves would have less than this each, to end the usual time before the start, was booked late."""
_AREA_METRES = 500
_AREA_DEGREES = 0.0045
"""500 metres of latitude: the centre is at most 354 metres from the place, so the circle holds it."""


@dataclass(frozen=True)
class Wave:
    """One wave of the plan: whom it asks, the how manieth of its kind it is, how many at once, and its full window."""

    kind: WaveKind
    tier_rank: int | None
    turn: int
    size: int
    window_seconds: int


@dataclass(frozen=True)
class Search:
    """What decides the order of a cascade's waves."""

    mode: Mode
    is_direct: bool
    has_favourites: bool
    tier_ranks: Sequence[int]


def waves(search: Search, policy: MatchingPolicy) -> list[Wave]:
    """Plan a cascade from its start: one direct wave; or favourites, if there are any, and then tier by tier, the highest first."""
    mode = mode_policy(search.mode, policy)
    if search.is_direct:
        return [Wave(WaveKind.DIRECT, None, 1, 1, mode.tier_window_seconds)]
    favourites = Wave(WaveKind.FAVOURITES, None, 1, mode.favourites_wave_size, mode.favourites_window_seconds)
    tiers = [
        Wave(WaveKind.TIER, rank, turn, mode.wave_size, mode.tier_window_seconds)
        for rank in sorted(search.tier_ranks)
        for turn in range(1, mode.waves_per_tier + 1)
    ]
    return [favourites, *tiers] if search.has_favourites else tiers


def waves_after(search: Search, policy: MatchingPolicy, *, kind: str, tier_rank: int | None, turn: int) -> list[Wave]:
    """Plan what is left after a wave. The policy may have changed meanwhile: waves still only advance, and no tier is left out."""
    return [
        wave
        for wave in waves(search, policy)
        if _place(wave.kind, wave.tier_rank, wave.turn) > _place(kind, tier_rank, turn)
    ]


def _place(kind: str, tier_rank: int | None, turn: int) -> tuple[int, int, int]:
    order = ["", WaveKind.DIRECT, WaveKind.FAVOURITES, WaveKind.TIER]
    return order.index(kind), tier_rank or 0, turn


def mode_policy(mode: Mode, policy: MatchingPolicy) -> ModeMatching:
    """Give the part of the policy that is about a mode."""
    return policy.asap if mode is Mode.ASAP else policy.scheduled


def last_wave_ends_by(starts_at: datetime, opened_at: datetime, wave_count: int, policy: MatchingPolicy) -> datetime:
    """Say by when the last wave of a scheduled job should be over: a day and two hours before the start, or later if it was booked late."""
    usual = starts_at - timedelta(hours=policy.last_wave_ends_hours_before)
    if opened_at + timedelta(seconds=wave_count * UNHURRIED_WINDOW_SECONDS) <= usual:
        return usual
    return starts_at - timedelta(hours=policy.last_wave_ends_hours_before_if_late)


def window_seconds(windows_left: Sequence[int], opens_at: datetime, ends_by: datetime | None) -> int:
    """
    Say for how long a wave that opens at an instant can be answered.

    :param windows_left: the full windows, in seconds, of this wave and of those after it.
    :param ends_by: when the last of them should be over; None (ASAP): every wave has its full window.
    """
    full = windows_left[0]
    if ends_by is None:
        return full
    budget = int((ends_by - opens_at).total_seconds())
    share = full * budget // sum(windows_left)
    least_for_the_others = WINDOW_SECONDS_MIN * (len(windows_left) - 1)
    return min(full, max(WINDOW_SECONDS_MIN, min(share, budget - least_for_the_others)))


def area_around(latitude: float, longitude: float) -> Area:
    """Hide a place in a circle of 500 metres around the nearest point of a grid."""
    centre = round(latitude / _AREA_DEGREES) * _AREA_DEGREES
    step = _AREA_DEGREES / max(cos(radians(centre)), 0.01)
    return Area(round(centre, 6), round(round(longitude / step) * step, 6), _AREA_METRES)
