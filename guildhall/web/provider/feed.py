"""The calendar as other programs read it (RFC 5545)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol

from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from guildhall.web.provider.reading import Job, Place


class Away(Protocol):
    """A stretch of time off."""

    @property
    def id(self) -> str:
        """Its outside name."""

    @property
    def starts_at(self) -> datetime:
        """Its begin."""

    @property
    def ends_at(self) -> datetime:
        """Its end."""


def as_icalendar(shown: Sequence[tuple[Job, Place | None]], off: Sequence[Away], at: datetime) -> bytes:
    """Write jobs and time off; ids stay the same, so what changes is changed in the other calendar too."""
    calendar = Calendar()
    calendar.add("prodid", "-//Guildhall//Calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _("Jobs"))
    for job, place in shown:
        calendar.add_component(_job(job, place, at))
    for away in off:
        event = _event(f"{away.id}@guildhall", _("Time off"), away.starts_at, away.ends_at, at)
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _job(job: Job, place: Place | None, at: datetime) -> Event:
    event = _event(f"{job.id}@guildhall", job.title, job.card.starts_at, job.ends_at, at)
    event.add("sequence", job.card.version)
    if place is not None:
        event.add("location", place.line)
        notes = [place.address.contact_on_site, place.address.access_notes, job.card.instructions]
        event.add("description", "\n".join(note for note in notes if note))
    return event


def _event(uid: str, summary: str, starts_at: datetime, ends_at: datetime, at: datetime) -> Event:
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", at.astimezone(UTC))
    event.add("summary", summary)
    event.add("dtstart", starts_at.astimezone(UTC))
    event.add("dtend", ends_at.astimezone(UTC))
    return event
