"""What the people of a past are going to do. Whatever is not pressing waits a while, so that the clock stops for many at once."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

from guildhall.cli.demo.past.plan import Plan
from guildhall.cli.demo.past.script import Deed


@dataclass(frozen=True)
class Doing:
    """What somebody does about a booking."""

    deed: Deed
    booking_id: UUID


@dataclass(frozen=True)
class Paying:
    """A visit to the vendor's page."""

    booking_id: UUID


Item = Plan | Doing | Paying


class Agenda:
    """What people are going to do: by when it may be done, and by when it must be."""

    def __init__(self) -> None:
        """Begin with nothing to do."""
        self._numbers = count()
        self._items: dict[int, Item] = {}
        self._early: list[tuple[datetime, int]] = []
        self._late: list[tuple[datetime, int]] = []

    def put(self, at: datetime, patience: timedelta, item: Item) -> None:
        """Note what is to be done at an instant, or a while later."""
        number = next(self._numbers)
        self._items[number] = item
        heapq.heappush(self._early, (at, number))
        heapq.heappush(self._late, (at + patience, number))

    def must_begin(self, is_wanted: Callable[[Item], bool]) -> datetime | None:
        """Give the instant at which something cannot wait any longer, or None. What is not wanted any more is forgotten."""
        while self._late:
            instant, number = self._late[0]
            if number in self._items and is_wanted(self._items[number]):
                return instant
            self._items.pop(number, None)
            heapq.heappop(self._late)
        return None

    def take(self, now: datetime) -> Iterator[Item]:
        """Take out what may be done by now, in its order."""
        while self._early and self._early[0][0] <= now:
            _, number = heapq.heappop(self._early)
            item = self._items.pop(number, None)
            if item is not None:
                yield item
