"""People of the tests: registered, verified and equipped by commands, as they would be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cache
from itertools import count
from uuid import UUID

from guildhall.catalog.commands import load_pack
from guildhall.catalog.queries import list_categories
from guildhall.credentialing.commands import grant_work_right
from guildhall.customers.commands import add_address, record_card, record_payment_customer, register_customer
from guildhall.customers.types import CustomerKind
from guildhall.identity.commands import create_operator, verify_email
from guildhall.identity.queries import find_code_to_send
from guildhall.identity.types import Scope
from guildhall.kernel.actors import Actor
from guildhall.providers.commands import (
    record_payout_account,
    register_provider,
    set_available_now,
    set_categories,
    set_home,
    set_service_area,
    set_tier,
    set_weekly_hours,
)
from guildhall.providers.types import Circle, Hours
from guildhall.verticals.reading import Pack, read_pack

MONDAY = datetime(2027, 3, 1, 17, 0, tzinfo=UTC)
"""A Monday at 9 in Los Angeles."""
PASSWORD = "correct horse battery"
DOWNTOWN = (32.7185, -117.1593)
"""The middle of ZIP code 92101, San Diego."""
LOS_ANGELES = "America/Los_Angeles"
EVERY_DAY = [Hours(weekday, time(6), time(22)) for weekday in range(7)]
_numbers = count(1)
_SYSTEM = Actor.system("given")


@dataclass(frozen=True)
class Person:
    """Somebody who has signed up: how they act, and how they sign in."""

    id: UUID
    actor: Actor
    email: str
    first_name: str
    address_id: UUID | None = None


def catalogue() -> None:
    """Load the audiovisual catalogue, once."""
    if not list_categories():
        load_pack(_av(), by=_SYSTEM, at=MONDAY)


@cache
def _av() -> Pack:
    """Read the pack once for all tests of a process; nobody can change it."""
    return read_pack("av")


def customer(
    name: str = "Ana",
    *,
    kind: CustomerKind = CustomerKind.RESIDENTIAL,
    zip_code: str = "92101",
    at: tuple[float, float] | None = None,
    card: bool = False,
    now: datetime = MONDAY,
) -> Person:
    """A verified customer with an address in a ZIP code, or at a pin (latitude, longitude); with a card on file if asked."""
    email, number = _reach(name)
    made = register_customer(
        email=email,
        password=PASSWORD,
        first_name=name,
        last_name="Alvarez",
        phone_number=number,
        kind=kind,
        company_name=f"{name} Events" if kind == CustomerKind.BUSINESS else "",
        at=now,
    )
    assert made.account_id is not None
    verify(made.account_id, email, now=now)
    actor = Actor.customer(made.account_id)
    latitude, longitude = at or (None, None)
    address_id = add_address(
        customer_id=made.account_id,
        street="1 Main Street",
        zip_code=zip_code,
        latitude=latitude,
        longitude=longitude,
        by=actor,
        at=now,
    )
    if card:
        _save_card(made.account_id, now)
    return Person(made.account_id, actor, email, name, address_id)


def business(name: str = "Bruno", **wishes: object) -> Person:
    """A verified business customer; see `customer`."""
    return customer(name, kind=CustomerKind.BUSINESS, **wishes)


def registered_provider(name: str = "Priya", *, now: datetime = MONDAY) -> Person:
    """A provider who has only signed up and verified the address: no tier, area, hours or right to work."""
    catalogue()
    email, number = _reach(name)
    made = register_provider(
        email=email, password=PASSWORD, first_name=name, last_name="Raman", phone_number=number, at=now
    )
    assert made.account_id is not None
    verify(made.account_id, email, now=now)
    return Person(made.account_id, Actor.provider(made.account_id), email, name)


def provider(
    name: str = "Priya",
    *,
    tier: int = 1,
    categories: Sequence[str] = ("audio",),
    at: tuple[float, float] = DOWNTOWN,
    radius_metres: float = 20_000,
    time_zone: str = LOS_ANGELES,
    weekly: Sequence[Hours] = EVERY_DAY,
    available_now: bool = True,
    right_days: int = 400,
    payouts: bool = True,
    now: datetime = MONDAY,
) -> Person:
    """A provider who may work, and works 06:00 to 22:00 every day, in a circle around a point."""
    person = registered_provider(name, now=now)
    own = {"provider_id": person.id, "by": person.actor, "at": now}
    set_tier(provider_id=person.id, rank=tier, by=_SYSTEM, at=now)
    set_categories(categories=categories, **own)
    set_home(latitude=at[0], longitude=at[1], time_zone=time_zone, **own)
    set_service_area(circle=Circle(*at, radius_metres), **own)
    set_weekly_hours(weekly=weekly, **own)
    if available_now:
        set_available_now(available=True, **own)
    if right_days:
        until = now + timedelta(days=right_days)
        grant_work_right(provider_id=person.id, valid_until=until, by=_SYSTEM, at=now)
    if payouts:
        record_payout_account(provider_id=person.id, account_ref=f"acct_{person.id.hex}", enabled=True, at=now)
    return person


def operator(name: str = "Olga", *, scopes: Sequence[Scope] = tuple(Scope), now: datetime = MONDAY) -> Person:
    """An operator, by default with every scope."""
    email, _ = _reach(name)
    account_id = create_operator(
        email=email, password=PASSWORD, scopes=scopes, first_name=name, last_name="Okafor", at=now
    )
    return Person(account_id, Actor.operator(account_id), email, name)


def verify(account_id: UUID, email: str, *, now: datetime = MONDAY) -> None:
    """Enter the code from the newest mail."""
    verify_email(email=email, code=code_for(account_id), at=now)


def code_for(account_id: UUID) -> str:
    """Read the code that the worker would send."""
    waiting = find_code_to_send(account_id)
    assert waiting is not None
    return waiting.code


def _reach(name: str) -> tuple[str, str]:
    number = next(_numbers)
    return f"{name.lower()}.{number}@example.com", f"+1619{2_000_000 + number}"


def _save_card(customer_id: UUID, now: datetime) -> None:
    record_payment_customer(customer_id=customer_id, customer_ref=f"cus_{customer_id.hex}", at=now)
    record_card(
        customer_id=customer_id,
        payment_method_ref=f"pm_{customer_id.hex}",
        brand="visa",
        last4="4242",
        exp_month=12,
        exp_year=2030,
        at=now,
    )
