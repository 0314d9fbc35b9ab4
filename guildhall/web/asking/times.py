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


class TimeFields(forms.Form):
    """A day and an arrival window; which of two equal times is asked only when clocks show it twice."""

    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    time = forms.TypedChoiceField(label=_("Arrival"), choices=[], coerce=time.fromisoformat)
    fold = forms.TypedChoiceField(label=_("Which of the two?"), required=False, choices=[], coerce=int)

    def __init__(self, *args: Any, zone: str, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        policy, today = get(BookingPolicy), at.astimezone(ZoneInfo(zone)).date()
        self.zone, self.at = zone, at
        grace = timedelta(minutes=policy.start_grace_minutes)
        self.fields["time"].choices = [("", "\N{EM DASH}"), *_windows(grace)]  # type: ignore[attr-defined]  # it has choices
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
            self.add_error("day", gettext(refusal.detail))

    def _ask_which(self, options: list[str]) -> None:
        names = _shown(options, self.zone)
        field = self.fields["fold"]
        field.choices = [("0", names[0]), ("1", names[1])]  # type: ignore[attr-defined]  # likewise
        field.widget = forms.RadioSelect(choices=field.choices)  # type: ignore[attr-defined]  # likewise
        self.add_error(
            "fold", gettext("The clocks go back that night and show this time twice. Say which one you mean.")
        )


def _windows(grace: timedelta) -> Iterator[tuple[str, str]]:
    start = datetime.combine(date.min, time())
    for number in range(_STEPS_A_DAY):
        opens = start + number * _STEP
        name = f"{moments.shown(opens, 'time')} \N{EN DASH} {moments.shown(opens + grace, 'time')}"
        yield opens.time().isoformat("minutes"), name


def _shown(options: list[str], zone: str) -> list[str]:
    """Write instants as the zone's clocks show them, with the name by which they call themselves then."""
    instants = [datetime.fromisoformat(option).astimezone(ZoneInfo(zone)) for option in options]
    return [f"{moments.shown(instant, 'time')} {moments.zone_shown(instant)}" for instant in instants]
