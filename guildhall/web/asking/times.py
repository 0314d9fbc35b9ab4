"""Asking for a time as clocks at the job's place show it, also on the nights when they change."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from guildhall.kernel.refusals import Refused
from guildhall.policy.queries import get
from guildhall.policy.types import BookingPolicy
from guildhall.scheduling.queries import AmbiguousTime, NonexistentTime
from guildhall.web.pages import moments

_STEP = timedelta(minutes=30)
_STEPS_A_DAY = 48
_NONE = timedelta()
_ANY_DAY = datetime.combine(date.min, time())
_DAY_BEGINS, _DAY_ENDS = time(8), time(18)
"""When most people want somebody to come, by the clocks there; other hours can be had, and stand behind these."""
ANSWER_TIME = timedelta(hours=1)
"""What a customer has at least to say yes to the time that an operator is offered first; a sooner one can be proposed, and leaves less."""


class TimeFields(forms.Form):
    """
    A day and an arrival window, at first the soonest that can be had by day.

    What has a time already (`until_now`) begins with its day, and with no hour: nobody moves it by a press of the button alone.
    Which of two equal times is meant is asked only when clocks show it twice. What is chosen may wait for somebody's yes (`answer_time`).
    """

    answer_time = _NONE

    day = forms.DateField(label=_("Day"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    time = forms.TypedChoiceField(label=_("Arrival"), choices=[], coerce=time.fromisoformat)
    fold = forms.TypedChoiceField(label=_("Which of the two?"), required=False, choices=[], coerce=int)

    def __init__(self, *args: Any, zone: str, at: datetime, until_now: datetime | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        policy, today = get(BookingPolicy), at.astimezone(ZoneInfo(zone)).date()
        self.zone, self.at = zone, at
        grace = timedelta(minutes=policy.start_grace_minutes)
        self.fields["time"].choices = [("", "\N{EM DASH}"), *_windows(grace)]  # type: ignore[attr-defined]  # it has choices
        first = first_offered(zone=zone, at=at, until_now=until_now, answer_time=self.answer_time)
        self.fields["day"].initial = first.date()
        self.fields["time"].initial = "" if until_now else first.time().isoformat("minutes")
        self.fields["day"].widget.attrs |= {
            "min": today.isoformat(),
            "max": (today + timedelta(days=policy.horizon_days)).isoformat(),
        }
        self.fields["fold"].choices = [("", ""), ("0", "0"), ("1", "1")]  # type: ignore[attr-defined]  # likewise
        self.fields["fold"].widget = forms.HiddenInput()

    @property
    def wall_time(self) -> datetime | None:
        """The time that was chosen, without a zone; None before both day and time are."""
        day, hour = self.cleaned_data.get("day"), self.cleaned_data.get("time")
        return datetime.combine(day, hour) if day and hour else None

    @property
    def chosen_fold(self) -> int | None:
        """Which of two equal times is meant, when it was asked."""
        fold = self.cleaned_data.get("fold")
        return fold if isinstance(fold, int) else None

    @contextmanager
    def refused_times(self) -> Iterator[None]:
        """Say in words why a time cannot be had, and offer what can be."""
        try:
            yield
        except NonexistentTime as refusal:
            first, second = _shown(refusal.extra["options"], self.zone)
            words = gettext("The clocks go forward over this time that night. Choose %(first)s or %(second)s.")
            self.add_error("time", words % {"first": first, "second": second})
        except AmbiguousTime as refusal:
            self._ask_which(refusal.extra["options"])
        except Refused as refusal:
            if refusal.code != "bad_time":
                raise
            self.add_error("day", refusal.said(gettext))

    def _ask_which(self, options: list[str]) -> None:
        names = _shown(options, self.zone)
        field = self.fields["fold"]
        field.choices = [("0", names[0]), ("1", names[1])]  # type: ignore[attr-defined]  # likewise
        field.widget = forms.RadioSelect(choices=field.choices)  # type: ignore[attr-defined]  # likewise
        self.add_error(
            "fold", gettext("The clocks go back that night and show this time twice. Say which one you mean.")
        )


def first_offered(
    *, zone: str, at: datetime, until_now: datetime | None = None, answer_time: timedelta = _NONE
) -> datetime:
    """
    Give the wall time to begin with: the one so far, when it can still be had, else the soonest window by day that can.

    :param answer_time: how long somebody else has to say yes before the notice that a booking needs begins.
    """
    earliest = at + answer_time + timedelta(minutes=get(BookingPolicy).scheduled_notice_minutes)
    if until_now is not None and until_now >= earliest:
        return _wall(until_now, zone)
    return _soonest(_wall(earliest, zone))


def _soonest(earliest: datetime) -> datetime:
    opens = _ANY_DAY + -(-(earliest - _ANY_DAY) // _STEP) * _STEP
    if opens.time() > _DAY_ENDS:
        opens += timedelta(days=1)
    return opens if _DAY_BEGINS <= opens.time() <= _DAY_ENDS else datetime.combine(opens.date(), _DAY_BEGINS)


def _wall(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def _windows(grace: timedelta) -> list[tuple[str, list[tuple[str, str]]]]:
    """Name the windows, those by day first."""
    by_day: list[tuple[str, str]] = []
    evening: list[tuple[str, str]] = []
    early: list[tuple[str, str]] = []
    for number in range(_STEPS_A_DAY):
        opens = _ANY_DAY + number * _STEP
        name = f"{moments.shown(opens, 'time')} \N{EN DASH} {moments.shown(opens + grace, 'time')}"
        part = early if opens.time() < _DAY_BEGINS else by_day if opens.time() <= _DAY_ENDS else evening
        part.append((opens.time().isoformat("minutes"), name))
    return [
        (gettext("By day"), by_day),
        (gettext("In the evening"), evening),
        (gettext("At night and early"), early),
    ]


def _shown(options: list[str], zone: str) -> list[str]:
    """Write instants as the zone's clocks show them, with the name by which they call themselves then."""
    instants = [datetime.fromisoformat(option).astimezone(ZoneInfo(zone)) for option in options]
    return [f"{moments.shown(instant, 'time')} {moments.zone_shown(instant)}" for instant in instants]
