"""
A small city to look at: providers and customers of San Diego and Los Angeles, made by the commands that make real ones.

Where people live is drawn from real ZIP codes, weighted by population; who they are is invented. The same seed gives the same
city. It is made in sandbox settings only.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.conf import settings
from django.db import OperationalError, connection

from guildhall.catalog.queries import list_cities, list_tiers
from guildhall.cli.demo import building, onboarding
from guildhall.cli.demo.people import LOG_INS, OPERATOR, PASSWORD, Customer, Draw, Operator, Provider
from guildhall.cli.demo.places import read_places
from guildhall.timers.queries import clock_now

_SEED = 20270301
_THREADS = 4
_TRIES = 3
_PROGRESS_SECONDS = 2.0
_FAVOURITES_MAX = 3
_ONBOARDING_SECONDS = 30.0
P = TypeVar("P")


@dataclass(frozen=True)
class Size:
    """How many people a city has, besides those who can log in by what is printed; `cities` are keys of the pack, none means all."""

    providers: int
    customers: int
    cities: tuple[str, ...] = ()


FULL = Size(providers=197, customers=19)
SMALL = Size(providers=27, customers=3, cities=("san-diego",))


class OnlyInSandbox(Exception):
    """Invented people have no place where real ones are."""


def create(*, vertical: str, size: Size = FULL) -> list[dict[str, str]]:
    """
    Make the city of a vertical whose pack is loaded; gives the log-ins to print: role, email, password.

    Running again completes what an earlier run began and changes nothing that is complete.

    :raises OnlyInSandbox: anywhere else.
    """
    if not settings.SANDBOX:
        message = "a demo city is made in sandbox settings only"
        raise OnlyInSandbox(message)
    began = time.monotonic()
    at = clock_now()
    cities = [city for city in list_cities() if not size.cities or city.key in size.cities]
    draw = Draw(_SEED, [tier.rank for tier in list_tiers()], read_places(cities))
    building.make_operator(OPERATOR, at=at)
    providers = _people(draw, size, at)
    _make_customers(draw, size, providers, at)
    _say(f"{len(providers)} providers and their customers ({vertical}) in {time.monotonic() - began:.1f} s")
    _open_payout_accounts(providers, at)
    return [_log_in(person) for person in LOG_INS]


def _people(draw: Draw, size: Size, at: datetime) -> dict[UUID, Provider]:
    providers = draw.providers(size.providers)
    ids = _each("providers", providers, lambda person: building.make_provider(person, at=at))
    return dict(zip(ids, providers, strict=True))


def _make_customers(draw: Draw, size: Size, providers: dict[UUID, Provider], at: datetime) -> None:
    def make(person: Customer) -> UUID:
        near = [key for key, one in providers.items() if one.place.city_key == person.place.city_key]
        dice = draw.chooser(f"favourites of {person.email}")
        favourites = dice.sample(near, min(len(near), dice.randint(1, _FAVOURITES_MAX)))
        return building.make_customer(person, favourites, at=at)

    first, *others = draw.customers(size.customers)
    make(first)  # Alone: the map of ZIP codes is read with the first address, and threads would each read it.
    _each("customers", others, make)


def _open_payout_accounts(providers: dict[UUID, Provider], at: datetime) -> None:
    """
    Give those who can log in a payout account; the others open theirs, as anybody does, when they first earn something.

    The emulators and the worker have to run for this. Two hundred visits to the vendor's page would take longer than the city.
    """
    if not onboarding.answers(settings.SANDBOX_URL):
        _say("no payout accounts: the vendor's emulator does not answer")
        return
    names = {key: f"{one.first_name} {one.last_name}" for key, one in providers.items() if one in LOG_INS}
    waiting = onboarding.ask_for_links(names, return_url=settings.PUBLIC_URL, at=at)
    left = onboarding.fill_in_forms({key: names[key] for key in waiting}, seconds=_ONBOARDING_SECONDS)
    _say(f"payout accounts: {len(waiting) - len(left)} of {len(waiting)} opened")


def _each(what: str, people: Sequence[P], make: Callable[[P], UUID]) -> list[UUID]:
    """Make people side by side (hashing a password takes most of the time, and leaves the interpreter free)."""
    made: dict[int, UUID] = {}
    remaining = iter(enumerate(people))
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="demo") as pool:
        working = {pool.submit(_make_some, remaining, make, made) for _ in range(_THREADS)}
        while working:
            done, working = wait(working, timeout=_PROGRESS_SECONDS, return_when=FIRST_COMPLETED)
            if not done:
                _say(f"{len(made)} of {len(people)} {what}")
            for work in done:
                work.result()
    return [made[index] for index in range(len(people))]


def _make_some(remaining: Iterator[tuple[int, P]], make: Callable[[P], UUID], made: dict[int, UUID]) -> None:
    """Make people until none is left; `next` of a shared iterator is one step, so nobody is taken twice."""
    try:
        for index, person in remaining:
            made[index] = _make_one(make, person)
    except BaseException:
        deque(remaining, maxlen=0)  # The other threads finish whom they are at, and stop too.
        raise
    finally:
        connection.close()


def _make_one(make: Callable[[P], UUID], person: P) -> UUID:
    """Make a person; on a busy machine a lock may take too long to get, and going on where it stopped does no harm."""
    for _ in range(_TRIES - 1):
        try:
            return make(person)
        except OperationalError:
            continue
    return make(person)


def _say(line: str) -> None:
    print(f"demo city: {line}", flush=True)


def _log_in(person: Customer | Provider | Operator) -> dict[str, str]:
    return {"role": person.role, "email": person.email, "password": PASSWORD}
