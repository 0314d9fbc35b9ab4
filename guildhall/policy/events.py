"""Facts of policy."""

from dataclasses import dataclass
from typing import ClassVar

from guildhall.eventlog.types import Event


@dataclass(frozen=True, kw_only=True)
class PolicyChanged(Event):
    """A new version of a policy is in force; the event's version is the document's."""

    name: ClassVar[str] = "policy.changed"
    aggregate_type: ClassVar[str] = "policy"

    document: str


@dataclass(frozen=True, kw_only=True)
class SwitchPaused(Event):
    """Matching, notifications or payouts were stopped for a city, or for all (`*`)."""

    name: ClassVar[str] = "switch.paused"
    aggregate_type: ClassVar[str] = "switch"

    what: str
    city: str


@dataclass(frozen=True, kw_only=True)
class SwitchResumed(Event):
    """What was stopped runs again."""

    name: ClassVar[str] = "switch.resumed"
    aggregate_type: ClassVar[str] = "switch"

    what: str
    city: str
