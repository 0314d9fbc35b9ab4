"""A resident's drive: from where they live, straight to the job, told on the way as a telephone would."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

from sandbox.residents.client import Residence

_EVERY = timedelta(seconds=15)
_REPORTS_MAX = 40
_METRES_A_MINUTE = 550.0
"""In a straight line, so that the system's estimate of a drive and the drive itself agree."""
_METRES_A_DEGREE = 111_320.0
_ACCURACY_METRES = 12
Point = tuple[float, float]


class Drive:
    """So many minutes to a job; its way is looked up when it is told for the first time."""

    def __init__(self, api: Residence, who: str, booking_id: str, minutes: float) -> None:
        self._api, self._who, self._path = api, who, f"bookings/{booking_id}"
        self._minutes = minutes
        self._way: tuple[Point, Point] | None = None

    def shares(self, lasting: timedelta) -> list[float]:
        """Say at which shares of the way it is told, when the drive lasts so long: at once, and then every few seconds."""
        reports = max(1, min(_REPORTS_MAX, int(lasting / _EVERY)))
        return [number / reports for number in range(reports)]

    def tell(self, share: float) -> None:
        """Tell where one is after a share of the way. :raises Refused: :raises Busy:"""
        if self._way is None:
            self._way = self._look_up()
        latitude, longitude = _between(*self._way, share)
        body = {"latitude": latitude, "longitude": longitude, "accuracy_metres": _ACCURACY_METRES}
        self._api.ask(self._who, "PUT", f"{self._path}/position", body)

    def _look_up(self) -> tuple[Point, Point]:
        place = self._api.ask(self._who, "GET", self._path)["place"]
        there = (float(place["latitude"]), float(place["longitude"]))
        home = _middle(self._api.ask(self._who, "GET", "providers/me")["service_area_geojson"]) or there
        metres = _metres(home, there)
        driven = self._minutes * _METRES_A_MINUTE
        return (_between(there, home, driven / metres) if metres > driven else home), there


def _middle(area: dict[str, Any] | None) -> Point | None:
    """Give the middle of somebody's area, near which they live."""
    corners = area["coordinates"][0][0][:-1] if area else []
    if not corners:
        return None
    return sum(corner[1] for corner in corners) / len(corners), sum(corner[0] for corner in corners) / len(corners)


def _between(start: Point, end: Point, share: float) -> Point:
    return (
        round(start[0] + (end[0] - start[0]) * share, 6),
        round(start[1] + (end[1] - start[1]) * share, 6),
    )


def _metres(one: Point, other: Point) -> float:
    north = (one[0] - other[0]) * _METRES_A_DEGREE
    east = (one[1] - other[1]) * _METRES_A_DEGREE * math.cos(math.radians(one[0]))
    return math.hypot(north, east)
