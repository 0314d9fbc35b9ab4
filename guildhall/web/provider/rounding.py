"""Telling whether an area was a circle when it was made."""

from collections.abc import Mapping
from typing import Any

from geographiclib.geodesic import Geodesic

METRES_A_MILE = 1_609.344
_CORNERS_MIN = 32
_SHARE_MAX = 0.005


def round_miles(area: Mapping[str, Any], latitude: float, longitude: float) -> float | None:
    """Give the radius of an area whose every corner is as far from a point (degrees), in miles; None when it is another shape."""
    parts = area["coordinates"]
    if area["type"] != "MultiPolygon" or len(parts) != 1 or len(parts[0]) != 1 or len(parts[0][0]) < _CORNERS_MIN:
        return None
    metres = [Geodesic.WGS84.Inverse(latitude, longitude, y, x)["s12"] for x, y in parts[0][0]]
    if max(metres) - min(metres) > _SHARE_MAX * max(metres):
        return None
    return round(float(sum(metres)) / len(metres) / METRES_A_MILE, 1)
