"""What the calendar tells."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from guildhall.eventlog.types import Event


@dataclass(frozen=True, kw_only=True)
class CalendarChanged(Event):
    """A provider's time was taken or given back. The aggregate's id is the provider's."""

    name: ClassVar[str] = "calendar.changed"
    aggregate_type: ClassVar[str] = "calendar"

    what: Literal["reserved", "released", "time_off_added", "time_off_removed"]
    starts_at: datetime
    ends_at: datetime
