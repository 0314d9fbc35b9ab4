"""Moments, lengths and numbers as people of a language write them."""

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Literal

from babel.core import Locale
from babel.dates import format_skeleton, format_timedelta, get_timezone_location, get_timezone_name
from babel.lists import format_list
from babel.numbers import format_decimal
from django.utils.translation import get_language
from django.utils.translation import gettext as _

Style = Literal["full", "date", "time", "long"]
# Babel's names of what to show; the locale chooses order and punctuation.
_SKELETONS: dict[str, str] = {"full": "MMMEd", "date": "MMMEd", "long": "yMMMMEEEEd", "time": ""}
_LOCALES = {"en": "en_US", "es": "es_US"}  # Spanish as written in the United States: dollars first, 12 hours
_MINUTES_PER_HOUR = 60
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_SECONDS_OF_NOW = 45
_METRES_A_MILE = 1_609.344


def locale_name() -> str:
    """Give Babel's name of the language that this page is in."""
    return _LOCALES.get((get_language() or "en").partition("-")[0], "en_US")


def shown(there: datetime, style: Style) -> str:
    """Write a moment that is in its zone already."""
    return _shown(there.replace(tzinfo=None, second=0, microsecond=0), style, locale_name())


@lru_cache(maxsize=8_192)
def _shown(there: datetime, style: Style, name: str) -> str:
    """Remembered by its minute: Babel takes longer for it than everything else on a page of bookings together."""
    day = format_skeleton(_SKELETONS[style], there, locale=name) if _SKELETONS[style] else ""
    clock = format_skeleton("hm", there, locale=name) if style != "date" else ""
    return ", ".join(piece for piece in (day, _unbroken(clock)) if piece)


def _unbroken(text: str) -> str:
    """Keep numbers and their units on one line."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def zone_shown(there: datetime) -> str:
    """Write the short name of a moment's zone, for example PST."""
    return _zone_shown(there.replace(tzinfo=None, minute=0, second=0, microsecond=0), there.fold, there.tzinfo)


@lru_cache(maxsize=1_024)
def _zone_shown(hour: datetime, fold: int, zone: tzinfo | None) -> str:
    """Remembered by the hour on the wall: moments that are equal are so in every zone, and would share an answer."""
    return str(get_timezone_name(hour.replace(tzinfo=zone, fold=fold), width="short", locale="en_US"))


def zone_city(zone: str) -> str:
    """Name a zone by the city whose clocks it goes by: `America/Los_Angeles` says little to those who live there."""
    return str(get_timezone_location(zone, locale=locale_name(), return_city=True))


def distance(at: datetime, now: datetime) -> str:
    """Write how far a moment is from now."""
    delta = at - now
    if abs(delta.total_seconds()) < _SECONDS_OF_NOW:
        return _("now")
    seconds = delta // timedelta(seconds=1)
    away = abs(seconds)
    # What is said changes at half minutes, half hours and half days: between two of these every moment says the same.
    step = _HOUR if away >= _DAY else _MINUTE if away >= _HOUR else 2 if away >= _MINUTE else 1
    return _distance(away - away % step + step // 2, locale_name(), is_over=seconds < 0)


@lru_cache(maxsize=4_096)
def _distance(seconds: int, name: str, *, is_over: bool) -> str:
    """Remembered, because Babel takes longer for it than for the rest of a line in a list."""
    delta = timedelta(seconds=-seconds if is_over else seconds)
    return str(format_timedelta(delta, add_direction=True, locale=name, threshold=1))


def clock_face(seconds: int) -> str:
    """Write seconds as a clock that counts down."""
    rest, second = divmod(seconds, 60)
    hour, minute = divmod(rest, 60)
    return f"{hour}:{minute:02}:{second:02}" if hour else f"{minute}:{second:02}"


def length(minutes: int) -> str:
    """Write a length in hours and minutes."""
    hours, rest = divmod(int(minutes), _MINUTES_PER_HOUR)
    pieces = [f"{hours} h" if hours else "", f"{rest} min" if rest or not hours else ""]
    return _unbroken(" ".join(piece for piece in pieces if piece))


def listed(words: Sequence[str]) -> str:
    """Write several things one after the other, with an "and" before the last."""
    return str(format_list(list(words), locale=locale_name()))


def decimal(value: float) -> str:
    """Write a number with one decimal."""
    return _decimal(value, locale_name())


@lru_cache(maxsize=4_096)
def _decimal(value: float, name: str) -> str:
    return str(format_decimal(value, format="0.0", locale=Locale.parse(name)))


def miles(metres: float) -> str:
    """Write a distance as people of the place measure it: `2.4 mi`, at least a tenth."""
    return _unbroken(_("%(miles)s mi") % {"miles": decimal(max(metres / _METRES_A_MILE, 0.1))})
