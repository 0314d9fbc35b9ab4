"""Facts of the right to work."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from guildhall.eventlog.types import Event


@dataclass(frozen=True, kw_only=True)
class WorkRightGranted(Event):
    """A provider may work, up to `valid_until`."""

    name: ClassVar[str] = "work_right.granted"
    aggregate_type: ClassVar[str] = "work_right"
    provider_id: UUID
    valid_until: datetime


@dataclass(frozen=True, kw_only=True)
class WorkRightRevoked(Event):
    """A provider may no longer work, from now on: open offers are withdrawn."""

    name: ClassVar[str] = "work_right.revoked"
    aggregate_type: ClassVar[str] = "work_right"
    provider_id: UUID
