"""Finding places. Offline: a ZIP code stands for its middle, from a package's data; nothing is asked of anybody."""

import re
from functools import cache
from math import cos, floor, hypot, radians

from guildhall.customers import zip_codes
from guildhall.customers.types import Place
from guildhall.kernel.refusals import Invalid

_ZIP = re.compile(r"([0-9]{5})(-[0-9]{4})?", re.ASCII)


class UnknownZip(Invalid):
    """The ZIP code does not exist, or stands for no place on our map (military post, islands abroad)."""

    code = "unknown_zip"
    default_detail = "We cannot find this ZIP code on the map. Check it, or use the one next to it."

    def __init__(self) -> None:
        super().__init__(errors=[{"field": "zip_code", "detail": self.default_detail}])


def geocode(zip_code: str) -> Place:
    """
    Find a ZIP code of the United States; ZIP+4 is read by its first five digits.

    :raises UnknownZip: it does not exist, or is no place.
    """
    match = _ZIP.fullmatch(zip_code.strip())
    place = zip_codes.find(match[1]) if match else None
    if place is None:
        raise UnknownZip
    return place


def near(latitude: float, longitude: float, *, most: int) -> list[Place]:
    """Give the places with deliveries around a point, the nearest first, within about a hundred kilometres."""
    here = (floor(latitude), floor(longitude))
    around = [
        place
        for north in (-1, 0, 1)
        for east in (-1, 0, 1)
        for place in _cells().get((here[0] + north, here[1] + east), ())
    ]
    narrow = cos(radians(latitude))
    return sorted(around, key=lambda place: hypot(place.latitude - latitude, (place.longitude - longitude) * narrow))[
        :most
    ]


@cache
def _cells() -> dict[tuple[int, int], list[Place]]:
    """The places that people live in, by degree."""
    found: dict[tuple[int, int], list[Place]] = {}
    for place in zip_codes.delivered_to():
        found.setdefault((floor(place.latitude), floor(place.longitude)), []).append(place)
    return found
