"""What a working week and a time zone must be."""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from zoneinfo import available_timezones

from django.utils.translation import gettext_noop

from guildhall.kernel.refusals import Invalid
from guildhall.providers.types import Hours

HOURS_A_WEEK_MAX = 70
_DAY_MINUTES = 24 * 60
_WEEK_MINUTES = 7 * _DAY_MINUTES
_NOT_PLACES = {"Factory", "localtime", "posixrules"}


class BadHours(Invalid):
    """The stretches of a week are impossible or lie on each other."""

    code = "bad_hours"
    default_detail = "These working hours cannot be."


class TooManyHours(BadHours):
    """A week of so many stretches is a mistake."""

    default_detail = "A week has at most %(most)d stretches of working hours."


class UnknownTimeZone(Invalid):
    """No such zone in the IANA database."""

    code = "unknown_time_zone"
    default_detail = "This time zone is not known. Name it as the IANA database does, for example America/Los_Angeles."


def require_time_zone(name: str) -> str:
    """
    Let the name of an IANA zone pass.

    :raises UnknownTimeZone: there is none by that name.
    """
    if name not in _zones():
        raise UnknownTimeZone
    return name


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones() - _NOT_PLACES)


def check_week(weekly: Sequence[Hours]) -> None:
    """
    Let a week pass whose stretches do not touch each other, Sunday night's into Monday included.

    :raises BadHours: with a sentence that says what is wrong.
    """
    if len(weekly) > HOURS_A_WEEK_MAX:
        raise TooManyHours(most=HOURS_A_WEEK_MAX)
    for hours in weekly:
        _check_stretch(hours)
    spans = sorted(_minutes(hours) for hours in weekly)
    if not spans:
        return
    around = [*spans, (spans[0][0] + _WEEK_MINUTES, spans[0][1] + _WEEK_MINUTES)]
    if any(end > start for (_, end), (start, _) in pairwise(around)):
        raise BadHours(gettext_noop("Two stretches of working hours lie on each other."))


def _check_stretch(hours: Hours) -> None:
    if not 0 <= hours.weekday <= 6:  # noqa: PLR2004 - Sunday
        raise BadHours(gettext_noop("A weekday is a number from 0, Monday, to 6, Sunday."))
    for moment in (hours.starts, hours.ends):
        if moment.tzinfo is not None or moment.second or moment.microsecond:
            raise BadHours(gettext_noop("Working hours are local times, in whole minutes."))


def _minutes(hours: Hours) -> tuple[int, int]:
    starts = hours.weekday * _DAY_MINUTES + hours.starts.hour * 60 + hours.starts.minute
    length = (hours.ends.hour * 60 + hours.ends.minute) - (hours.starts.hour * 60 + hours.starts.minute)
    return starts, starts + (length if length > 0 else length + _DAY_MINUTES)
