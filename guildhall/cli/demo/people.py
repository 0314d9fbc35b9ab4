"""Who lives in the demo city: drawn from a seed, before anything is written down."""

from __future__ import annotations

import math
import random
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from typing import ClassVar

from guildhall.cli.demo.names import FIRST_NAMES, LAST_NAMES, STREETS
from guildhall.cli.demo.places import Place
from guildhall.providers.types import Circle, Hours

PASSWORD = "open sesame 2027"  # noqa: S105 - printed at every start, for people who do not exist
_AREA_CODES = (
    *("213", "310", "323", "424", "562", "619", "626", "661", "747", "760", "818", "858"),
    *("209", "279", "341", "408", "415", "442", "510", "530", "559", "628", "650", "657"),
    *("669", "707", "714", "805", "820", "831", "840", "909", "916", "925", "935", "949", "951"),
)
# 555-0100 to 555-0199 belong to nobody; the first of each hundred is left for the system's own sender.
_NUMBERS_OF_AREA_CODE = 99
_TIER_WEIGHTS = (10, 30, 60)
_CATEGORIES_MAX = 3
_RADIUS_METRES = (5_000, 40_000)
_POLYGON_SHARE = 0.25
_AVAILABLE_NOW_SHARE = 0.6
_CONSENT_SHARE = 0.9
_PIN_METRES = 1_500
_ROUND_CORNERS = 32
_WELL_INSIDE = 0.95
_METRES_PER_DEGREE = 111_320
_NOTICE_MINUTES = (0, 0, 60, 120, 240)
_DAYS = range(7)
_WEEKS: tuple[tuple[Hours, ...], ...] = (
    tuple(Hours(day, time(8), time(18)) for day in range(5)),
    tuple(Hours(day, time(7), time(16)) for day in range(6)),
    tuple(Hours(day, time(9), time(21)) for day in _DAYS),
    tuple(Hours(day, time(10), time(19)) for day in range(1, 7)),
    tuple(Hours(day, time(17), time(23)) if day < 5 else Hours(day, time(8), time(22)) for day in _DAYS),  # noqa: PLR2004 - Saturday
)
_EVERY_DAY = tuple(Hours(day, time(6), time(22)) for day in _DAYS)


@dataclass(frozen=True, kw_only=True)
class Person:
    """What everybody has."""

    first_name: str
    last_name: str
    email: str
    phone_number: str


@dataclass(frozen=True, kw_only=True)
class Operator(Person):
    """Somebody who runs the marketplace."""

    role: ClassVar[str] = "operator"


@dataclass(frozen=True, kw_only=True)
class Customer(Person):
    """Somebody with an address: a pin within a ZIP code."""

    role: ClassVar[str] = "customer"
    place: Place
    street: str
    latitude: float
    longitude: float
    company_name: str = ""


@dataclass(frozen=True, kw_only=True)
class Provider(Person):
    """Somebody who works. `categories` are places in the pack's list; the area is a circle or a GeoJSON polygon."""

    role: ClassVar[str] = "provider"
    place: Place
    tier_rank: int
    categories: tuple[int, ...]
    weekly: tuple[Hours, ...]
    minimum_notice_minutes: int = 0
    is_available_now: bool = True
    agrees_to_texts: bool = True
    circle: Circle | None = None
    polygon: Mapping[str, object] | None = None
    listings: int = 1
    years: int = 5


_CENTRE = Place("92101", "San Diego", 32.7185, -117.1593, "America/Los_Angeles", "san-diego", 0)
ALL_CATEGORIES = (0, 1, 2)
OPERATOR = Operator(first_name="Olga", last_name="Okafor", email="olga@demo.example", phone_number="+16195550101")
RESIDENT_DESK = Operator(first_name="Rosa", last_name="Nunez", email="rosa@demo.example", phone_number="+16195550199")
CUSTOMER = Customer(
    first_name="Ana",
    last_name="Alvarez",
    email="ana@demo.example",
    phone_number="+16195550102",
    place=_CENTRE,
    street="1420 Kettner Boulevard",
    latitude=32.7223,
    longitude=-117.1688,
)


def _of_the_centre(first_name: str, last_name: str, number: int, tier_rank: int) -> Provider:
    return Provider(
        first_name=first_name,
        last_name=last_name,
        email=f"{first_name.lower()}@demo.example",
        phone_number=f"+161955501{number:02d}",
        place=_CENTRE,
        tier_rank=tier_rank,
        categories=ALL_CATEGORIES,
        weekly=_EVERY_DAY,
        circle=Circle(_CENTRE.latitude, _CENTRE.longitude, 40_000),
        listings=2,
        years=3 * (4 - tier_rank),
    )


PROVIDERS = (
    _of_the_centre("Priya", "Raman", 3, 1),
    _of_the_centre("Marcus", "Bell", 4, 2),
    _of_the_centre("Lena", "Fischer", 5, 3),
)
LOG_INS: tuple[Customer | Provider | Operator, ...] = (CUSTOMER, *PROVIDERS, OPERATOR)
_FIRST_NUMBER = 6
_FIRST_CUSTOMER = 3_000


class Draw:
    """Draws people; the same seed, tiers and places give the same ones, in any order of asking."""

    def __init__(self, seed: int, tier_ranks: Sequence[int], places: Sequence[Place]) -> None:
        """Draw among these tiers (highest first) and places."""
        self._seed = seed
        self._tier_ranks = tier_ranks
        self._places = places
        self._weights = [place.population for place in places]

    def providers(self, count: int) -> list[Provider]:
        """Give those who can log in, then `count` others; of all others 10, 30 and 60 percent are of the first three tiers."""
        ranks = self._ranks(count)
        return [*PROVIDERS, *(self._provider(index, rank) for index, rank in enumerate(ranks))]

    def customers(self, count: int) -> list[Customer]:
        """Give the one who can log in, then `count` others."""
        return [CUSTOMER, *(self._customer(index) for index in range(count))]

    def chooser(self, name: str) -> random.Random:
        """Give the dice for one person, the same every time."""
        return random.Random(f"{self._seed}:{name}")  # noqa: S311 - a seeded city, nothing secret

    def _ranks(self, count: int) -> list[int]:
        weights = _TIER_WEIGHTS[: len(self._tier_ranks)]
        total = sum(weights)
        ranks = [
            rank
            for rank, weight in zip(self._tier_ranks, weights, strict=False)
            for _ in range(round(count * weight / total))
        ]
        ranks = (ranks + [ranks[-1]] * count)[:count]
        self.chooser("tiers").shuffle(ranks)
        return ranks

    def _provider(self, index: int, tier_rank: int) -> Provider:
        dice = self.chooser(f"provider {index}")
        place = self._place(dice)
        circle = Circle(place.latitude, place.longitude, dice.randint(*_RADIUS_METRES))
        is_polygon = dice.random() < _POLYGON_SHARE
        return Provider(
            **self._person(dice, index),
            place=place,
            tier_rank=tier_rank,
            categories=tuple(sorted(dice.sample(range(_CATEGORIES_MAX + 1), dice.randint(1, _CATEGORIES_MAX)))),
            weekly=dice.choice(_WEEKS),
            minimum_notice_minutes=dice.choice(_NOTICE_MINUTES),
            is_available_now=dice.random() < _AVAILABLE_NOW_SHARE,
            agrees_to_texts=dice.random() < _CONSENT_SHARE,
            circle=None if is_polygon else circle,
            polygon=_polygon(circle, dice) if is_polygon else None,
            listings=dice.randint(1, 2),
            years=dice.randint(1, 8) + 4 * (len(_TIER_WEIGHTS) - tier_rank),
        )

    def _customer(self, index: int) -> Customer:
        dice = self.chooser(f"customer {index}")
        place = self._place(dice)
        latitude, longitude = _moved(place.latitude, place.longitude, dice.uniform(0, _PIN_METRES), dice.random())
        person = self._person(dice, _FIRST_CUSTOMER + index)
        return Customer(
            **person,
            place=place,
            street=f"{dice.randint(100, 4999)} {dice.choice(STREETS)}",
            latitude=latitude,
            longitude=longitude,
            company_name=f"{person['last_name']} Events" if dice.random() < 1 / 5 else "",
        )

    def _place(self, dice: random.Random) -> Place:
        return dice.choices(self._places, self._weights)[0]

    def _person(self, dice: random.Random, index: int) -> dict[str, str]:
        first, last = dice.choice(FIRST_NAMES), dice.choice(LAST_NAMES)
        plain = unicodedata.normalize("NFKD", f"{first}.{last}".lower()).encode("ascii", "ignore").decode()
        return {
            "first_name": first,
            "last_name": last,
            "email": f"{plain}.{index}@demo.example",
            "phone_number": _phone_number(index),
        }


def _phone_number(index: int) -> str:
    """Number people within the range that no telephone has, a hundred to an area code."""
    area, number = divmod(index + _FIRST_NUMBER, _NUMBERS_OF_AREA_CODE)
    return f"+1{_AREA_CODES[area % len(_AREA_CODES)]}55501{number + 1:02d}"


def _polygon(circle: Circle, dice: random.Random) -> Mapping[str, object]:
    """Give an uneven shape around the middle of a circle: corners in order, so that it never crosses itself."""
    corners = dice.randint(6, 12)
    ring = []
    for corner in range(corners):
        metres = circle.radius_metres * dice.uniform(0.55, 1.0)
        latitude, longitude = _moved(circle.latitude, circle.longitude, metres, corner / corners)
        ring.append([round(longitude, 5), round(latitude, 5)])
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


def round_area(circle: Circle) -> Mapping[str, object]:
    """Give a circle as a GeoJSON polygon of 32 corners, good to a few metres at these sizes: exact ones take as long as a person."""
    turns = [corner / _ROUND_CORNERS for corner in range(_ROUND_CORNERS)]
    points = [_moved(circle.latitude, circle.longitude, circle.radius_metres, turn) for turn in turns]
    ring = [[round(longitude, 5), round(latitude, 5)] for latitude, longitude in points]
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


def comes_at_once(person: Provider, customer: Customer) -> bool:
    """Whether somebody takes work at once, of the kinds most asked for, and where a customer lives."""
    if person.circle is None or not person.is_available_now or 0 not in person.categories:
        return False
    north = (person.circle.latitude - customer.latitude) * _METRES_PER_DEGREE
    east = (
        (person.circle.longitude - customer.longitude) * _METRES_PER_DEGREE * math.cos(math.radians(customer.latitude))
    )
    return math.hypot(north, east) < person.circle.radius_metres * _WELL_INSIDE


def _moved(latitude: float, longitude: float, metres: float, turn: float) -> tuple[float, float]:
    """Go some metres in a direction (parts of a turn); near enough for a few kilometres."""
    angle = 2 * math.pi * turn
    degrees = metres / _METRES_PER_DEGREE
    return (
        latitude + degrees * math.sin(angle),
        longitude + degrees * math.cos(angle) / math.cos(math.radians(latitude)),
    )
