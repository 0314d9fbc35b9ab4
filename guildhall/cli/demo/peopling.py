"""
Making many people at once: a statement for hundreds of rows of each table instead of a dozen commands for each person.

What the commands would have recorded is recorded here too: each person's facts are in the log, dense and in order. Nobody
hears them one by one: what their hearers would have done (the reach index) is done for all together.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any, TypeVar
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.contrib.gis.geos import MultiPolygon as Geometry
from django.contrib.gis.geos import Point, Polygon
from django.db import connection, transaction
from shapely.geometry import MultiPolygon as Shape

from guildhall.cli.demo.hands import Hands
from guildhall.cli.demo.people import PASSWORD, Customer, Person, Provider, round_area
from guildhall.cli.demo.trades import Trades
from guildhall.credentialing.events import WorkRightGranted
from guildhall.credentialing.models import WorkRight
from guildhall.customers import models as customers
from guildhall.customers.events import CustomerRegistered
from guildhall.customers.types import CustomerKind
from guildhall.discovery.commands import rebuild_all_reach
from guildhall.eventlog.delivery import sequence
from guildhall.eventlog.types import Event
from guildhall.identity.events import AccountCreated, AccountVerified, ConsentRecorded
from guildhall.identity.models import Account, Consent
from guildhall.identity.rules import email_key
from guildhall.identity.types import ConsentKind, Role
from guildhall.kernel.actors import Actor
from guildhall.kernel.ids import new_id
from guildhall.providers import areas
from guildhall.providers import models as providers
from guildhall.providers.events import ProviderReachChanged, ProviderRegistered, ProviderTierSet
from guildhall.providers.types import PriceModel

SYSTEM = Actor.system("demo")
RIGHT = timedelta(days=1095)
TERMS_VERSION = "demo-1"
_AT_ONCE = 250
P = TypeVar("P", bound=Person)
Say = Callable[[str], None]


def known_ids() -> dict[str, UUID]:
    """Give everybody's id by e-mail address."""
    return dict(Account.objects.values_list("email", "id"))


def make_providers(people: Sequence[Provider], trades: Trades, *, at: datetime, say: Say, hands: Hands) -> None:
    """Make those providers who are not there yet, a few hundred to a transaction, verified, equipped and with the right to work."""
    missing = _missing(people)
    hands.do([partial(_insert_providers, some, trades, at) for some in _parts(missing)])
    say(f"{len(people)} providers")


def make_customers(people: Sequence[Customer], *, at: datetime, say: Say) -> None:
    """Make those customers who are not there yet, verified; addresses and favourites are set by the ordinary commands."""
    for some in _parts(_missing(people)):
        _insert_customers(some, at)
    say(f"{len(people)} customers")


def settle_in(*, at: datetime) -> None:
    """Number the facts of everybody made here, let the index know all, and count the facts as heard."""
    while sequence():
        pass
    rebuild_all_reach(at=at)
    with connection.cursor() as cursor:
        cursor.execute("update eventlog_subscription set position = (select position from eventlog_sequencer_head)")


def _parts(people: Sequence[P]) -> list[Sequence[P]]:
    return [people[first : first + _AT_ONCE] for first in range(0, len(people), _AT_ONCE)]


def _missing(people: Sequence[P]) -> list[P]:
    known = known_ids()
    return [person for person in people if person.email not in known]


@cache
def _password() -> str:
    """Everybody's password, hashed once: a hash for each would take four minutes, and hide what is printed anyway."""
    return make_password(PASSWORD)


def _insert_accounts(people: Sequence[Person], role: Role, agreeing: Sequence[bool], at: datetime) -> list[UUID]:
    ids = [new_id() for _ in people]
    Account.objects.bulk_create(
        Account(
            id=account_id,
            email=person.email,
            email_key=email_key(person.email),
            password=_password(),
            role=role,
            first_name=person.first_name,
            last_name=person.last_name,
            phone_number=person.phone_number,
            created_at=at,
            verified_at=at,
            version=2 + agrees,
        )
        for account_id, person, agrees in zip(ids, people, agreeing, strict=True)
    )
    who = [(account_id, str(Actor(role.value, account_id))) for account_id in ids]
    _publish((AccountCreated(aggregate_id=account_id, version=1, role=role) for account_id in ids), at)
    _publish((AccountVerified(aggregate_id=account_id, version=2, role=role) for account_id in ids), at)
    kind = ConsentKind.SMS_OFFERS
    given = [one for one, agrees in zip(who, agreeing, strict=True) if agrees]
    row: Any = {"kind": kind, "is_given": True, "text_version": TERMS_VERSION, "channel": "web", "recorded_at": at}
    Consent.objects.bulk_create(Consent(account_id=account_id, actor=actor, **row) for account_id, actor in given)
    fact: Any = {"version": 3, "kind": kind, "text_version": TERMS_VERSION, "channel": "web"}
    _publish((ConsentRecorded(aggregate_id=account_id, **fact) for account_id, _ in given), at)
    return ids


@transaction.atomic
def _insert_providers(people: Sequence[Provider], trades: Trades, at: datetime) -> None:
    ids = _insert_accounts(people, Role.PROVIDER, [person.agrees_to_texts for person in people], at)
    whose = list(zip(ids, people, strict=True))
    providers.Provider.objects.bulk_create(_provider(key, person, trades, at) for key, person in whose)
    providers.ServiceArea.objects.bulk_create(
        providers.ServiceArea(provider_id=key, area=_geometry(person)) for key, person in whose
    )
    providers.WeeklyHours.objects.bulk_create(
        providers.WeeklyHours(provider_id=key, weekday=one.weekday, starts=one.starts, ends=one.ends)
        for key, person in whose
        for one in person.weekly
    )
    providers.ProviderCategory.objects.bulk_create(
        providers.ProviderCategory(provider_id=key, category_id=one.id)
        for key, person in whose
        for one in trades.of(person)
    )
    providers.Service.objects.bulk_create(row for key, person in whose for row in _listings(key, person, trades, at))
    valid_until = at + RIGHT
    WorkRight.objects.bulk_create(
        WorkRight(provider_id=key, valid_until=valid_until, granted_at=at, version=1) for key in ids
    )
    _publish((ProviderRegistered(aggregate_id=key, version=1) for key in ids), at)
    _publish((ProviderTierSet(aggregate_id=key, version=2, rank=person.tier_rank) for key, person in whose), at)
    _publish((ProviderReachChanged(aggregate_id=key, version=3, what="account") for key in ids), at)
    right: Any = {"version": 1, "valid_until": valid_until}
    _publish((WorkRightGranted(aggregate_id=key, provider_id=key, **right) for key in ids), at)


def _provider(provider_id: UUID, person: Provider, trades: Trades, at: datetime) -> providers.Provider:
    return providers.Provider(
        account_id=provider_id,
        tier_rank=person.tier_rank,
        bio=trades.bio(person),
        hourly_rate_minor=trades.rate(person, trades.of(person)[0].key).minor,
        time_zone=person.place.time_zone,
        home_latitude=person.place.latitude,
        home_longitude=person.place.longitude,
        home_point=Point(person.place.longitude, person.place.latitude, srid=4326),
        available_now=person.is_available_now,
        minimum_notice_minutes=person.minimum_notice_minutes,
        version=3,
        registered_at=at,
    )


def _geometry(person: Provider) -> Geometry:
    shape: Shape
    if person.polygon is not None:
        shape = areas.from_geojson(person.polygon)
    else:
        assert person.circle is not None, "everybody works somewhere"
        shape = areas.from_geojson(round_area(person.circle))
    rings = [[list(part.exterior.coords), *[list(hole.coords) for hole in part.interiors]] for part in shape.geoms]
    return Geometry(*[Polygon(*part) for part in rings], srid=4326)


def _listings(provider_id: UUID, person: Provider, trades: Trades, at: datetime) -> Iterator[providers.Service]:
    category = trades.of(person)[0]
    for kind in trades.listings(person):
        yield providers.Service(
            provider_id=provider_id,
            category_id=category.id,
            title=kind.name,
            description=f"Usually {kind.minutes_from} to {kind.minutes_to} minutes.",
            price_model=PriceModel.HOURLY,
            price_minor=trades.rate(person, category.key).minor,
            duration_minutes=kind.minutes_to,
            added_at=at,
        )


@transaction.atomic
def _insert_customers(people: Sequence[Customer], at: datetime) -> None:
    ids = _insert_accounts(people, Role.CUSTOMER, [False] * len(people), at)
    kinds = [CustomerKind.BUSINESS if person.company_name else CustomerKind.RESIDENTIAL for person in people]
    customers.Customer.objects.bulk_create(
        customers.Customer(account_id=key, kind=kind, company_name=person.company_name, version=1, registered_at=at)
        for key, person, kind in zip(ids, people, kinds, strict=True)
    )
    whose = zip(ids, kinds, strict=True)
    _publish((CustomerRegistered(aggregate_id=key, version=1, kind=kind) for key, kind in whose), at)


def _publish(facts: Iterator[Event], at: datetime) -> None:
    said = list(facts)
    if said:
        with connection.cursor() as cursor:
            cursor.execute(
                "select eventlog.publish_many(%s, %s, %s, %s, %s, %s, %s::jsonb[])",
                [
                    [fact.name for fact in said],
                    [fact.aggregate for fact in said],
                    [fact.version for fact in said],
                    [fact.reference for fact in said],
                    str(SYSTEM),
                    at,
                    [json.dumps(fact.payload()) for fact in said],
                ],
            )
