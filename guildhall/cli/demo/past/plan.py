"""What people of the city will want, drawn from a seed before it happens; what becomes of it is found out by living it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from guildhall.bookings.types import BookingRequest, Mode
from guildhall.catalog.types import JobKindCard

_ASAP_SHARE = 0.25
_FIRST_HOUR, _LAST_HOUR = 7, 21
_START_HOURS = (8, 9, 9, 10, 10, 11, 13, 13, 14, 15, 15)
_LEAD_DAYS = (1, 1, 2, 2, 3, 4, 5, 6, 8, 11)
_MARGIN = timedelta(minutes=15)
_EVERY_NTH_IS_THE_FIRSTS = 40
_GROWTH = 0.75
_WISHES = (
    "Please ring the bell on the left.",
    "There is a friendly dog.",
    "Parking is behind the house.",
    "Call when you are at the gate.",
    "The ladder is in the garage.",
    "",
    "",
    "",
)


class Ending(StrEnum):
    """How somebody means a booking to go."""

    WELL = "well"
    CUSTOMER_CANCELS = "customer_cancels"
    PROVIDER_WITHDRAWS = "provider_withdraws"
    NOBODY_COMES = "nobody_comes"
    CONTESTED = "contested"
    NOT_FIXED = "not_fixed"


_ENDINGS = {
    Ending.WELL: 86,
    Ending.CUSTOMER_CANCELS: 5,
    Ending.PROVIDER_WITHDRAWS: 3,
    Ending.NOBODY_COMES: 1,
    Ending.CONTESTED: 3,
    Ending.NOT_FIXED: 2,
}


@dataclass(frozen=True)
class Plan:
    """One booking that somebody will ask for: `customer` is a place in the list of customers, `starts_at` wall time there."""

    number: int
    customer: int
    asks_at: datetime
    mode: Mode
    kind: JobKindCard
    starts_at: datetime | None
    wish: str
    ending: Ending
    seed: int

    def dice(self, about: str) -> random.Random:
        """Give the dice for one question about this booking, the same every time."""
        return random.Random(f"{self.seed}:{self.number}:{about}")  # noqa: S311 - a seeded city, nothing secret

    def request(self, address_id: UUID) -> BookingRequest:
        """Say it as the customer does."""
        return BookingRequest(
            mode=self.mode,
            category=self.kind.category_key,
            kind=self.kind.key,
            address_id=address_id,
            starts_at=self.starts_at,
            instructions=self.wish,
        )


@dataclass(frozen=True, kw_only=True)
class Demand:
    """Who could want what, and when: bookings are drawn from this. `ends` is the present; more of them lie near it."""

    seed: int
    customers: int
    kinds: Sequence[JobKindCard]
    begins: datetime
    ends: datetime
    zone: str

    def draw(self, count: int) -> list[Plan]:
        """Give so many bookings in the order in which they are asked for."""
        return sorted((self._plan(number) for number in range(count)), key=lambda plan: plan.asks_at)

    def _plan(self, number: int) -> Plan:
        dice = random.Random(f"{self.seed}:plan {number}")  # noqa: S311 - a seeded city, nothing secret
        asks_at = self._asks_at(dice)
        mode: Mode = "asap" if dice.random() < _ASAP_SHARE else "scheduled"
        local = asks_at.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)
        hour = local.replace(hour=dice.choice(_START_HOURS), minute=0, second=0, microsecond=0)
        return Plan(
            number=number,
            customer=0 if number % _EVERY_NTH_IS_THE_FIRSTS == 0 else dice.randrange(self.customers),
            asks_at=asks_at,
            mode=mode,
            kind=dice.choice(self.kinds),
            starts_at=hour + timedelta(days=dice.choice(_LEAD_DAYS)) if mode == "scheduled" else None,
            wish=dice.choice(_WISHES),
            ending=dice.choices(list(_ENDINGS), list(_ENDINGS.values()))[0],
            seed=self.seed,
        )

    def _asks_at(self, dice: random.Random) -> datetime:
        """Pick an instant, at an hour when people are awake where they live."""
        begins, ends = self.begins + _MARGIN, self.ends - _MARGIN
        asks_at = begins + (ends - begins) * float(dice.random() ** _GROWTH)
        local = asks_at.astimezone(ZoneInfo(self.zone))
        if not _FIRST_HOUR <= local.hour < _LAST_HOUR:
            awake = local.replace(hour=dice.randrange(_FIRST_HOUR, _LAST_HOUR)).astimezone(self.begins.tzinfo)
            asks_at = awake if begins < awake < ends else asks_at
        return asks_at
