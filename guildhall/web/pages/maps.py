"""What a map shows: points with labels, areas; handed to the browser as data."""

import json
from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Point:
    """A labelled point; `place` is only written there, `pin` is what the map is about, `person` somebody on the way."""

    latitude: float
    longitude: float
    label: str
    kind: Literal["place", "pin", "person"] = "place"


@dataclass(frozen=True)
class Circle:
    """An area around a point, in metres."""

    latitude: float
    longitude: float
    radius: float
    label: str = ""


def as_data(things: Any) -> str:
    """Write points or circles, or nothing, as JSON."""
    return json.dumps([asdict(thing) for thing in things or []])
