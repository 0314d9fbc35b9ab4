"""Pure decisions of the catalogue."""

from math import asin, cos, radians, sin, sqrt

_EARTH_METRES = 6_371_009


def metres_between(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Give the great-circle distance of two points in degrees (a sphere; off by at most 0.6 %)."""
    north = radians(other_latitude - latitude)
    east = radians(other_longitude - longitude)
    chord = sin(north / 2) ** 2 + cos(radians(latitude)) * cos(radians(other_latitude)) * sin(east / 2) ** 2
    return 2 * _EARTH_METRES * asin(sqrt(min(1.0, chord)))
