"""Facts: what an event class looks like, and what a handler learns about one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Self
from uuid import UUID

from pydantic import TypeAdapter

_registry: dict[str, type["Event"]] = {}
_adapters: dict[type["Event"], TypeAdapter[Any]] = {}
_ENVELOPE = frozenset({"aggregate_id", "version", "reference"})


@dataclass(frozen=True, kw_only=True)
class Event:
    """
    A fact, named in the past. Subclasses add what a listener needs: ids, enums, amounts, instants; never names, addresses or codes.

    `version` counts the facts of one aggregate, dense from 1; `reference` names the booking the fact belongs to.
    """

    name: ClassVar[str] = ""
    aggregate_type: ClassVar[str] = ""

    aggregate_id: UUID
    version: int
    reference: str = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Register the class under its dotted name."""
        super().__init_subclass__(**kwargs)
        if cls.name:
            if cls.name in _registry and _registry[cls.name].__qualname__ != cls.__qualname__:
                raise TypeError(f"Two event classes are called {cls.name}")
            _registry[cls.name] = cls

    @property
    def aggregate(self) -> str:
        """What the fact is about, for example `booking:0199...`."""
        return f"{self.aggregate_type}:{self.aggregate_id}"

    def payload(self) -> dict[str, Any]:
        """Give the fact's own members as JSON values."""
        dumped: dict[str, Any] = _adapter(type(self)).dump_python(self, mode="json")
        return {key: value for key, value in dumped.items() if key not in _ENVELOPE}

    @classmethod
    def read(cls, *, aggregate: str, version: int, reference: str, payload: dict[str, Any]) -> Self:
        """Make the fact from its row; members that a newer or older version of the class does not know are left out."""
        known = cls.__dataclass_fields__
        values = {key: value for key, value in payload.items() if key in known}
        envelope = {"aggregate_id": aggregate.partition(":")[2], "version": version, "reference": reference}
        event: Self = _adapter(cls).validate_python({**values, **envelope})
        return event


def _adapter(cls: type[Event]) -> TypeAdapter[Any]:
    if cls not in _adapters:
        _adapters[cls] = TypeAdapter(cls)
    return _adapters[cls]


def event_class(name: str) -> type[Event]:
    """
    Find an event class by its dotted name.

    :raises LookupError: when no context of this program declares it.
    """
    try:
        return _registry[name]
    except KeyError:
        raise LookupError(f"No event class is called {name}") from None


def event_classes() -> list[type[Event]]:
    """Every event class of the program, by name."""
    return [_registry[name] for name in sorted(_registry)]


@dataclass(frozen=True, slots=True)
class Fact:
    """The row around an event: who caused it, when it happened (`occurred_at`), and when it is being handled (`at`), on the clock."""

    seq: int
    name: str
    aggregate: str
    version: int
    reference: str
    actor: str
    occurred_at: datetime
    at: datetime
    payload: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Parked:
    """A fact that a subscription could not take in; `attempts` is 0 when it only waits behind an earlier fact of its aggregate."""

    id: int
    subscription: str
    position: int
    name: str
    aggregate: str
    reference: str
    occurred_at: datetime
    attempts: int
    next_try_at: datetime
    error: str


@dataclass(frozen=True, kw_only=True)
class Sealed:
    """A seal: everything up to `position` is hashed into `digest` (hexadecimal)."""

    position: int
    digest: str
    sealed_at: datetime


@dataclass(frozen=True, kw_only=True)
class Lag:
    """How far a subscription is behind the log, in positions, and how many of its facts are parked."""

    subscription: str
    position: int
    behind: int
    parked: int
