"""What the calendar's answers are made of."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, NamedTuple
from uuid import UUID


class ReservationStatus(StrEnum):
    """Whether a reservation holds its time."""

    ACTIVE = "active"
    RELEASED = "released"


class Span(NamedTuple):
    """A half-open stretch of time between two UTC instants: the start belongs to it, the end does not."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class AgendaEntry:
    """Something that takes a provider's time: a reservation (with its reference) or time off (with its id)."""

    kind: Literal["reservation", "time_off"]
    starts_at: datetime
    ends_at: datetime
    reference: str = ""
    time_off_id: UUID | None = None
