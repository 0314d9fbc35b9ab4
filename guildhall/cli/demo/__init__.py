"""
A city to look at: providers and customers of San Diego and Los Angeles, and a past that they have lived.

Where people live is drawn from real ZIP codes, weighted by population; who they are is invented. The same seed gives the same
people with the same wishes. It is made in sandbox settings only, on a new database, before the roles start.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain
from typing import Any
from uuid import UUID

from django.conf import settings

from guildhall.bookings.models import Booking
from guildhall.catalog.queries import city_of, list_cities, list_tiers
from guildhall.cli.demo import building, peopling, pictures
from guildhall.cli.demo.hands import Hands, two_hands
from guildhall.cli.demo.past.clocks import SystemClock, VendorClock
from guildhall.cli.demo.past.living import Life, Tell
from guildhall.cli.demo.past.plan import Demand
from guildhall.cli.demo.past.work import NEWS
from guildhall.cli.demo.people import CUSTOMER, LOG_INS, OPERATOR, PASSWORD, RESIDENT_DESK, Draw, comes_at_once
from guildhall.cli.demo.people import PROVIDERS as LOG_IN_PROVIDERS
from guildhall.cli.demo.places import read_places
from guildhall.cli.demo.trades import Trades
from guildhall.identity.models import Account
from guildhall.identity.queries import find_by_email
from guildhall.kernel.actors import Actor
from guildhall.kernel.ids import public_id
from guildhall.providers.models import Provider
from guildhall.timers.queries import clock_now, travelled_seconds

_SEED = 20270301
_FAVOURITES_MAX = 3
_PAST = timedelta(days=92)
_JUST_NOW = timedelta(hours=2)
_SECONDS_FIRST, _SECONDS_PER_PERSON, _SECONDS_PER_BOOKING = 2.0, 0.005, 0.26
Say = Callable[[str], None]


@dataclass(frozen=True)
class Size:
    """
    How many people a city has, besides those who can log in by what is printed, and how many bookings its past.

    `cities` are keys of the pack, none means all.
    """

    providers: int
    customers: int
    bookings: int = 0
    cities: tuple[str, ...] = ()

    @property
    def past(self) -> timedelta:
        """How long ago everybody came."""
        return _PAST if self.bookings else _JUST_NOW

    @property
    def seconds(self) -> float:
        """How long two idle cores take to make it, about."""
        people = self.providers + self.customers
        return _SECONDS_FIRST + people * _SECONDS_PER_PERSON + self.bookings * _SECONDS_PER_BOOKING


FULL = Size(providers=1997, customers=89, bookings=600)
SMALL = Size(providers=27, customers=3, cities=("san-diego",))


def size_of(*, small: bool, providers: int | None, bookings: int | None) -> Size:
    """Give the usual size, or the small one, with other numbers of providers (log-ins included) and bookings if wanted."""
    usual = SMALL if small else FULL
    return replace(
        usual,
        providers=usual.providers if providers is None else providers - len(LOG_IN_PROVIDERS),
        bookings=usual.bookings if bookings is None else bookings,
    )


class OnlyInSandbox(Exception):
    """Invented people have no place where real ones are."""


def is_to_be_made() -> bool:
    """Whether the database has no city yet, or one whose past is not lived to its end."""
    return travelled_seconds() < 0 or find_by_email(OPERATOR.email) is None


def found(
    *,
    vertical: str,
    sandbox_url: str,
    size: Size = FULL,
    say: Say = print,
    tell: Tell = lambda _: None,
    say_seconds: float = 2.0,
) -> None:
    """
    Make the city of a vertical whose pack is loaded, and live its past. The emulators have to run, the roles must not.

    Running again goes on where an earlier run broke off; a city that is complete is left alone.

    :param tell: hears which part of it is done, 0 to 1.
    :raises OnlyInSandbox: anywhere else. :raises ClockStaysReal: when the database was used without a city.
    """
    if not settings.SANDBOX:
        message = "a demo city is made in sandbox settings only"
        raise OnlyInSandbox(message)
    if not is_to_be_made():
        return
    began = time.monotonic()
    say(f"this takes about {size.seconds:.0f} s on two idle cores; it goes on where it was should it be interrupted")
    with two_hands() as hands, closing(VendorClock(sandbox_url, news=NEWS)) as vendor:
        clock = SystemClock()
        if travelled_seconds() == 0:
            clock.begin(size.past)
        vendor.go(clock.now)
        create(size=size, say=say, hands=hands)
        say(f"{size.providers + len(LOG_IN_PROVIDERS)} providers ({vertical}) after {time.monotonic() - began:.0f} s")
        _live(size, clock, vendor, hands=hands, say=say, tell=tell, say_seconds=say_seconds)
    say(f"complete after {time.monotonic() - began:.0f} s")


def log_ins() -> list[dict[str, str]]:
    """Give what is printed: role, email, password."""
    return [{"role": person.role, "email": person.email, "password": PASSWORD} for person in LOG_INS]


def residents() -> dict[str, object]:
    """Give whom the residents play: password, e-mail address and tier (0: a customer) by public id, and who looks on for them."""
    printed = {person.email for person in LOG_INS}
    played = Account.objects.exclude(email__in=printed).filter(
        email__endswith=f"@{RESIDENT_DESK.email.partition('@')[2]}"
    )
    tiers = dict(Provider.objects.values_list("account_id", "tier_rank"))
    prefixes = {"provider": "pr", "customer": "cu"}
    people = {
        public_id(prefixes[role], account_id): [email, tiers.get(account_id) or 0]
        for account_id, email, role in played.values_list("id", "email", "role")
        if role in prefixes
    }
    return {"password": PASSWORD, "desk": RESIDENT_DESK.email, "people": people}


def create(*, size: Size, say: Say = print, hands: Hands | None = None) -> None:
    """
    Make the people of a city, as of the clock's now, with one hand or two. Running again completes what an earlier run began.

    :raises OnlyInSandbox: anywhere else.
    """
    if not settings.SANDBOX:
        message = "a demo city is made in sandbox settings only"
        raise OnlyInSandbox(message)
    at, hands = clock_now(), hands or Hands()
    draw = _draw(size)
    trades = Trades.read()
    for operator in (OPERATOR, RESIDENT_DESK):
        building.make_operator(operator, at=at)
    for one in LOG_IN_PROVIDERS:
        building.make_provider(one, trades=trades, at=at)
    peopling.make_providers(draw.providers(size.providers), trades, at=at, say=say, hands=hands)
    peopling.make_customers(draw.customers(size.customers)[1:], at=at, say=say)
    if not Booking.objects.exists():  # Nobody has lived yet: what is in the log is only who came.
        peopling.settle_in(at=at)
        say("everybody can be found")
    _settle_customers(draw, size, at)
    pictures.draw_faces(draw.providers(size.providers), at=at, say=say, hands=hands)


def _draw(size: Size) -> Draw:
    cities = [city for city in list_cities() if not size.cities or city.key in size.cities]
    return Draw(_SEED, [tier.rank for tier in list_tiers()], read_places(cities))


def _settle_customers(draw: Draw, size: Size, at: datetime) -> None:
    """Addresses and favourites, for those who have none yet."""
    ids = peopling.known_ids()
    providers = draw.providers(size.providers)
    for person in draw.customers(size.customers):
        near = [ids[one.email] for one in providers if one.place.city_key == person.place.city_key]
        if person == CUSTOMER:
            # Whoever logs in as her finds somebody: her favourites are residents who come at once.
            played = [one for one in providers if one not in LOG_IN_PROVIDERS]
            near = [ids[one.email] for one in played if comes_at_once(one, person)] or near
        dice = draw.chooser(f"favourites of {person.email}")
        favourites = dice.sample(near, min(len(near), dice.randint(1, _FAVOURITES_MAX)))
        if person != CUSTOMER and person.place.city_key == LOG_IN_PROVIDERS[0].place.city_key:
            # Those who can be logged in as are somebody's first choice: they have work, and earnings of every week.
            first = ids[dice.choice(LOG_IN_PROVIDERS).email]
            favourites = [first, *(one for one in favourites if one != first)]
        if person == CUSTOMER:
            building.make_customer(person, favourites, at=at)
        else:
            building.settle(ids[person.email], person, favourites, at=at)


def _live(size: Size, clock: SystemClock, vendor: VendorClock, **told: Any) -> None:
    """Live what is left of the past. It ends at the present that was when it began, later bookings stay open."""
    operator = find_by_email(OPERATOR.email)
    assert operator is not None, "made above"
    ids = peopling.known_ids()
    people = _draw(size).customers(size.customers)
    customers: list[UUID] = [ids[one.email] for one in people if city_of(one.latitude, one.longitude) is not None]
    began = Account.objects.get(id=operator.id).created_at
    demand = Demand(
        seed=_SEED,
        customers=len(customers),
        kinds=list(chain.from_iterable(Trades.read().kinds.values())),
        begins=began,
        ends=began + size.past,
        zone="America/Los_Angeles",
    )
    plans = demand.draw(size.bookings)
    life = Life(plans, customers, operator=Actor.operator(operator.id), clock=clock, vendor=vendor, began=began, **told)
    life.open_accounts([ids[one.email] for one in LOG_IN_PROVIDERS])
    life.live()
