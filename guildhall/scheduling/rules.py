"""Wall time and instants: pure, and right on the nights when clocks change."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from guildhall.kernel.refusals import Invalid
from guildhall.providers.types import Hours
from guildhall.scheduling.types import Span

_DAY = timedelta(days=1)


class UnknownTimeZone(Invalid):
    """No such zone in the IANA database."""

    code = "unknown_time_zone"
    default_detail = "This time zone is not known."


class NonexistentTime(Invalid):
    """The clocks jump over this local time. `options` are the two instants on either side that may have been meant."""

    code = "nonexistent_time"
    default_detail = "The clocks go forward over this time that day; choose an earlier or a later one."


class AmbiguousTime(Invalid):
    """The clocks show this local time twice. `options` are both instants; ask again with one of their offsets (fold 0 or 1)."""

    code = "ambiguous_time"
    default_detail = "The clocks go back that day and show this time twice; say which one is meant."


def time_zone(name: str) -> ZoneInfo:
    """
    Find a zone of the IANA database.

    :raises UnknownTimeZone: when it has none by that name.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnknownTimeZone(time_zone=name[:64]) from None


def to_instant(local: datetime, zone: str, fold: int | None = None) -> datetime:
    """
    Turn local wall time (without zone) into the UTC instant at which that zone's clocks show it.

    :param fold: which of the two when the clocks show it twice: 0 the first, 1 the second.
    :raises NonexistentTime: when the clocks jump over it.
    :raises AmbiguousTime: when they show it twice and `fold` is not given.
    """
    here = time_zone(zone)
    wall = local.replace(fold=0)
    readings = [local.replace(tzinfo=here, fold=side).astimezone(UTC) for side in (0, 1)]
    shown = sorted({at for at in readings if at.astimezone(here).replace(tzinfo=None, fold=0) == wall})
    options = [at.astimezone(here).isoformat() for at in sorted(readings)]
    if not shown:
        raise NonexistentTime(time_zone=zone, options=options)
    if len(shown) == 1:
        return shown[0]
    if fold is None:
        raise AmbiguousTime(time_zone=zone, options=options)
    return shown[fold]


def working_ranges(weekly: Iterable[Hours], zone: str, start: datetime, end: datetime) -> list[Span]:
    """
    Give the instants within `[start, end)` whose local wall time lies in a weekly rule, as ordered, separate spans.

    A rule that ends at or before its start runs into the next day. An hour that the clocks skip is absent, an hour that they
    repeat is there twice.
    """
    rules = list(weekly)
    stretches = _stretches(zone, start.astimezone(UTC).date() - _DAY, end.astimezone(UTC).date() + 2 * _DAY)
    found = [
        Span(max(span.starts_at, start), min(span.ends_at, end))
        for opens, closes in _wall_ranges(rules, start, end)
        for span in _shown(opens, closes, stretches)
    ]
    return _merged(span for span in found if span.starts_at < span.ends_at)


def _wall_ranges(rules: Sequence[Hours], start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Opening and closing wall times on every local day that may touch `[start, end)`: a zone is less than a day from UTC."""
    day = start.astimezone(UTC).date() - 2 * _DAY
    while day <= end.astimezone(UTC).date() + _DAY:
        for rule in rules:
            if rule.weekday == day.weekday():
                closing_day = day if rule.starts < rule.ends else day + _DAY
                yield datetime.combine(day, rule.starts), datetime.combine(closing_day, rule.ends)
        day += _DAY


def offsets(zone: str, start: datetime, end: datetime) -> set[timedelta]:
    """Give what a zone's clocks are ahead of UTC at any time in `[start, end)`."""
    return {
        stretch.ahead for stretch in _stretches(zone, start.astimezone(UTC).date(), end.astimezone(UTC).date() + _DAY)
    }


class _Stretch(NamedTuple):
    """Time between two changes of a zone's clocks: UTC instants, and what the clocks are ahead of UTC."""

    starts_at: datetime
    ends_at: datetime
    ahead: timedelta


@lru_cache(maxsize=512)
def _stretches(zone: str, first: date, last: date) -> tuple[_Stretch, ...]:
    """Cut the days from `first` to before `last` (UTC) where the zone's clocks change."""
    here = time_zone(zone)
    at, final = (datetime.combine(day, time(), UTC) for day in (first, last))
    cuts = [at]
    while at < final:
        if _ahead(here, at) != _ahead(here, at + _DAY):
            cuts.append(_change(here, at, at + _DAY))
        at += _DAY
    cuts.append(final)
    return tuple(_Stretch(begins, ends, _ahead(here, begins)) for begins, ends in pairwise(cuts) if begins < ends)


def _ahead(here: ZoneInfo, at: datetime) -> timedelta:
    ahead = at.astimezone(here).utcoffset()
    assert ahead is not None
    return ahead


def _change(here: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """Find the second at which the clocks change between two instants with different offsets."""
    old = _ahead(here, before)
    low, high = int(before.timestamp()), int(after.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        if _ahead(here, datetime.fromtimestamp(middle, UTC)) == old:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, UTC)


def _shown(opens: datetime, closes: datetime, stretches: Iterable[_Stretch]) -> Iterator[Span]:
    """Yield the instants at which the clocks show a wall time in `[opens, closes)`."""
    for stretch in stretches:
        begins = max(stretch.starts_at, opens.replace(tzinfo=UTC) - stretch.ahead)
        ends = min(stretch.ends_at, closes.replace(tzinfo=UTC) - stretch.ahead)
        if begins < ends:
            yield Span(begins, ends)


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.starts_at <= merged[-1].ends_at:
            merged[-1] = Span(merged[-1].starts_at, max(merged[-1].ends_at, span.ends_at))
        else:
            merged.append(span)
    return merged
