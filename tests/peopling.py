"""
`python -m tests.peopling`: make providers and operators in the database of the environment.

Each line of standard input says in JSON whom to make, and whether all who were made before work no more; each is answered by a
line with the new providers' ids. A process of its own, because the one that runs the tests has another database. People are made
by the commands that make real ones; passwords are the demo's.
"""

import json
import sys
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

import django


@dataclass(frozen=True)
class ProviderToMake:
    """Who works where. `weekly` has (weekday, starts, ends) in the zone's wall time; the area is a circle around the home."""

    first_name: str
    email: str
    phone_number: str
    latitude: float
    longitude: float
    tier_rank: int = 1
    categories: tuple[int, ...] = (0,)
    time_zone: str = "America/Los_Angeles"
    radius_metres: int = 3_000
    weekly: tuple[tuple[int, str, str], ...] = tuple((day, "00:00", "00:00") for day in range(7))
    agrees_to_texts: bool = True


def main() -> None:
    """Answer until standard input ends."""
    django.setup()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_make(json.loads(line))) + "\n")
        sys.stdout.flush()


def _make(wanted: dict[str, Any]) -> list[str]:
    from django.db import connection

    from guildhall.cli.demo import building
    from guildhall.cli.demo.people import Operator
    from guildhall.timers.queries import clock_now

    at = clock_now()
    try:
        if wanted["send_home"]:
            _send_home(at)
        for operator in wanted["operators"]:
            building.make_operator(Operator(**operator), at=at)
        return [str(building.make_provider(_person(provider), at=at)) for provider in wanted["providers"]]
    finally:
        connection.close()


def _send_home(at: datetime) -> None:
    from guildhall.kernel.actors import Actor
    from guildhall.providers.commands import set_available_now, set_weekly_hours
    from guildhall.providers.models import WeeklyHours

    for provider_id in list(WeeklyHours.objects.values_list("provider_id", flat=True).distinct()):
        by = Actor.provider(provider_id)
        set_available_now(provider_id=provider_id, available=False, by=by, at=at)
        set_weekly_hours(provider_id=provider_id, weekly=[], by=by, at=at)


def _person(wanted: dict[str, Any]) -> Any:
    from guildhall.cli.demo.people import Provider
    from guildhall.cli.demo.places import Place
    from guildhall.providers.types import Circle, Hours

    latitude, longitude = wanted["latitude"], wanted["longitude"]
    return Provider(
        first_name=wanted["first_name"],
        last_name="Journey",
        email=wanted["email"],
        phone_number=wanted["phone_number"],
        place=Place("", "town", latitude, longitude, wanted["time_zone"], "", 0),
        tier_rank=wanted["tier_rank"],
        categories=tuple(wanted["categories"]),
        weekly=tuple(Hours(day, time.fromisoformat(a), time.fromisoformat(b)) for day, a, b in wanted["weekly"]),
        agrees_to_texts=wanted["agrees_to_texts"],
        circle=Circle(latitude, longitude, wanted["radius_metres"]),
    )


if __name__ == "__main__":
    main()
