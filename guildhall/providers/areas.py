"""Service areas: circles made round on the globe, and polygons from outside, which are not believed until checked."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import shapely
from django.utils.translation import gettext_noop
from geographiclib.geodesic import Geodesic
from shapely.affinity import translate
from shapely.geometry import MultiPolygon, Polygon, box
from shapely.geometry.base import BaseGeometry
from shapely.validation import explain_validity

from guildhall.kernel.refusals import Refused
from guildhall.providers.types import Circle

CIRCLE_POINTS = 64
RADIUS_METRES_MIN = 100
RADIUS_METRES_MAX = 200_000
VERTICES_MAX = 500
SPAN_DEGREES_MAX = 15
_LATITUDE_MAX = 85
_HALF_TURN = 180
_OVERLAP_SHARE_MAX = 1e-9
_RING_POSITIONS_MIN = 4

Ring = list[tuple[float, float]]


class BadArea(Refused):
    """The area is no shape on the globe that somebody could work in; the sentence says why."""

    code = "bad_area"
    status = 400
    default_detail = "This is not an area."

    def __init__(self, detail: str = "", **extra: Any) -> None:
        super().__init__(detail, **extra)
        self.extra["errors"] = [{"field": "area", "detail": self.detail}]


class BadRadius(BadArea):
    """Nobody works in so small a circle, or can drive across so large a one."""

    default_detail = "The radius must be %(least)d to %(most)d metres."


class TooManyVertices(BadArea):
    """The shape is finer than anybody draws."""

    default_detail = "An area has at most %(most)d vertices."


class TooWide(BadArea):
    """The shape reaches over more than a region."""

    default_detail = "An area is at most %(degrees)d degrees across."


class TooNearPole(BadArea):
    """Nobody lives there."""

    default_detail = "An area ends at %(degrees)d degrees of latitude."


class CrossesItself(BadArea):
    """It is not clear what is inside; `reason` says where, in the words of the geometry library."""

    default_detail = "The area crosses itself."


def from_circle(circle: Circle) -> MultiPolygon:
    """
    Give a circle as a polygon of 64 points, each `radius_metres` away along the globe; one over the antimeridian in two parts.

    :raises BadArea: the centre is not on the globe or too near a pole, or the radius is not 100 m to 200 km.
    """
    require_point(circle.latitude, circle.longitude)
    if not RADIUS_METRES_MIN <= circle.radius_metres <= RADIUS_METRES_MAX:
        raise BadRadius(least=RADIUS_METRES_MIN, most=RADIUS_METRES_MAX)
    points = [
        Geodesic.WGS84.Direct(circle.latitude, circle.longitude, 360 * step / CIRCLE_POINTS, circle.radius_metres)
        for step in range(CIRCLE_POINTS)
    ]
    ring = [(point["lon2"], point["lat2"]) for point in reversed(points)]
    return _on_globe([Polygon(_unwrapped([*ring, ring[0]]))])


def from_geojson(area: Mapping[str, Any]) -> MultiPolygon:
    """
    Read a GeoJSON Polygon or MultiPolygon (RFC 7946; degrees, longitude first).

    A shape over the antimeridian may come cut in two, as the standard asks, or in one piece.

    :raises BadArea: another type, rings that are open, cross themselves or leave the globe, more than 500 vertices,
        more than 15 degrees across.
    """
    rings = [[_list(ring) for ring in _list(part)] for part in _parts(area)]
    if sum(len(ring) for part in rings for ring in part) > VERTICES_MAX:
        raise TooManyVertices(most=VERTICES_MAX)
    return _on_globe([_polygon([_ring(ring) for ring in part]) for part in rings])


def require_point(latitude: float, longitude: float) -> None:
    """
    Let a point of the globe pass.

    :raises BadArea: not a number, or out of range.
    """
    if not (math.isfinite(latitude) and math.isfinite(longitude)):
        raise BadArea(gettext_noop("Latitude and longitude are numbers."))
    if abs(latitude) > 90 or abs(longitude) > _HALF_TURN:  # noqa: PLR2004 - a quarter of a turn
        raise BadArea(gettext_noop("Latitude is from -90 to 90 degrees, longitude from -180 to 180."))


def _parts(area: Mapping[str, Any]) -> Sequence[Any]:
    if area.get("type") == "Polygon":
        return [area.get("coordinates")]
    if area.get("type") == "MultiPolygon":
        return _list(area.get("coordinates"))
    raise BadArea(gettext_noop("An area is a GeoJSON Polygon or MultiPolygon."))


def _list(value: object) -> Sequence[Any]:
    if not isinstance(value, list) or not value:
        raise BadArea(gettext_noop("The coordinates are not nested as GeoJSON asks."))
    return value


def _ring(positions: Sequence[Any]) -> Ring:
    ring = [_position(position) for position in positions]
    if len(ring) < _RING_POSITIONS_MIN or ring[0] != ring[-1]:
        raise BadArea(gettext_noop("A ring has at least four positions, and its last is its first."))
    return _unwrapped(ring)


def _position(value: object) -> tuple[float, float]:
    if not isinstance(value, list) or len(value) not in {2, 3}:
        raise BadArea(gettext_noop("A position is a longitude and a latitude."))
    longitude, latitude = value[:2]
    for number in (longitude, latitude):
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise BadArea(gettext_noop("A position is a longitude and a latitude."))
    require_point(latitude, longitude)
    return float(longitude), float(latitude)


def _unwrapped(ring: Ring) -> Ring:
    """Let longitude run on past 180 where an edge would else go around the world the long way."""
    unwrapped = [ring[0]]
    for longitude, latitude in ring[1:]:
        before = unwrapped[-1][0]
        unwrapped.append((longitude + 360 * round((before - longitude) / 360), latitude))
    if unwrapped[0] != unwrapped[-1]:
        raise BadArea(gettext_noop("An area cannot go around a pole."))
    return unwrapped


def _polygon(rings: list[Ring]) -> Polygon:
    shell, *holes = rings
    middle = shell[0][0]
    near = [[(x + 360 * round((middle - hole[0][0]) / 360), y) for x, y in hole] for hole in holes]
    return Polygon(shell, near)


def _on_globe(parts: list[Polygon]) -> MultiPolygon:
    """Check the whole and cut it where it leaves -180..180."""
    shape = _joined(_beside_each_other(parts))
    west, south, east, north = shape.bounds
    if max(east - west, north - south) > SPAN_DEGREES_MAX:
        raise TooWide(degrees=SPAN_DEGREES_MAX)
    if max(abs(south), abs(north)) > _LATITUDE_MAX:
        raise TooNearPole(degrees=_LATITUDE_MAX)
    return _cut(shape)


def _joined(parts: list[Polygon]) -> BaseGeometry:
    """Join parts that touch (as those cut at the antimeridian do); parts that lie on each other are a mistake."""
    for part in parts:
        if not part.is_valid:
            raise CrossesItself(reason=explain_validity(part))
    shape = shapely.union_all(parts)
    drawn = sum(part.area for part in parts)
    if not shape.area:
        raise BadArea(gettext_noop("The area covers nothing."))
    if drawn - shape.area > _OVERLAP_SHARE_MAX * drawn:
        raise BadArea(gettext_noop("Parts of the area lie on each other."))
    return shape


def _beside_each_other(parts: list[Polygon]) -> list[Polygon]:
    """Move parts that lie across the antimeridian from the first next to it, so that the whole can be measured."""
    middle = parts[0].bounds[0]
    return [translate(part, xoff=360 * round((middle - part.bounds[0]) / 360)) for part in parts]


def _cut(shape: BaseGeometry) -> MultiPolygon:
    pieces: list[Polygon] = []
    for turn in (-360, 0, 360):
        window = box(turn - _HALF_TURN, -90, turn + _HALF_TURN, 90)
        inside = shape.intersection(window)
        moved = translate(inside, xoff=-turn)
        pieces += [piece for piece in shapely.get_parts(moved) if isinstance(piece, Polygon) and piece.area]
    return MultiPolygon(pieces)
