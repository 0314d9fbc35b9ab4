"""The past of money: built by commands and by what people do on the vendor's pages."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from guildhall.eventlog.queries import timeline
from guildhall.kernel.actors import Actor
from guildhall.kernel.ids import new_id
from guildhall.kernel.money import Money
from guildhall.payments.commands import authorize, settle, start_checkout, start_onboarding
from guildhall.payments.invariants import INVARIANTS
from guildhall.payments.queries import get_checkout, get_onboarding
from guildhall.payments.types import Settlement
from tests import given_people
from tests.payments.jobs import settle_down, work
from tests.payments.vendor import GOOD_BANK, VISA, Vendor

RETURN = "https://guildhall.example/back"
OLGA = Actor.operator(UUID(int=7))


@dataclass(frozen=True)
class Job:
    """A reference with its two people."""

    reference: str
    customer_id: UUID
    provider_id: UUID


def usd(minor: int) -> Money:
    return Money(minor, "USD")


def job(vendor: Vendor, *, provider_id: UUID | None = None, customer_id: UUID | None = None) -> Job:
    """A reference, a customer without a card and a provider without an account, on a Monday."""
    monday(vendor)
    return Job(
        reference=f"booking:{new_id()}",
        customer_id=customer_id or given_people.customer("Ana").id,
        provider_id=provider_id or given_people.registered_provider("Priya").id,
    )


def monday(vendor: Vendor) -> datetime:
    """Travel to the Monday of the tests, once."""
    if vendor.emulator.desk.clock.offset_seconds == 0:
        vendor.travel(given_people.MONDAY - vendor.emulator.desk.clock.now())
    return now()


def now() -> datetime:
    from guildhall.timers.queries import clock_now

    return clock_now()


def saved_card(vendor: Vendor, of: Job, number: str = VISA, *, authenticate: bool = False) -> None:
    """The customer has saved a card on the vendor's page."""
    start_checkout(
        reference=of.reference,
        customer_id=of.customer_id,
        purpose="save_card",
        amount=None,
        return_url=RETURN,
        at=now(),
    )
    work()
    vendor.give_card(get_checkout(of.reference).url or "", number, authenticate=authenticate)
    settle_down(vendor)


def held(vendor: Vendor, minor: int = 12_000, **wishes: UUID) -> Job:
    """A job whose amount is authorized off session."""
    of = job(vendor, **wishes)
    saved_card(vendor, of)
    authorize(reference=of.reference, customer_id=of.customer_id, amount=usd(minor), at=now())
    settle_down(vendor)
    return of


def payable(vendor: Vendor, provider_id: UUID, bank: str = GOOD_BANK) -> None:
    """The provider has been through the vendor's onboarding."""
    start_onboarding(provider_id=provider_id, return_url=RETURN, at=now())
    work()
    vendor.give_bank(get_onboarding(provider_id).url or "", bank)
    settle_down(vendor)


def split(of: Job, total: int = 10_000, *, fee: int = 2_000, tax: int = 500) -> Settlement:
    return Settlement(
        total_minor=total,
        tax_minor=tax,
        fee_minor=fee,
        provider_minor=total - fee - tax,
        currency="USD",
        provider_id=of.provider_id,
    )


def transferred(vendor: Vendor, *, provider_id: UUID | None = None, bank: str = GOOD_BANK) -> Job:
    """A job of $100 whose provider has $75 on their balance."""
    of = held(vendor, **({"provider_id": provider_id} if provider_id else {}))
    if provider_id is None:
        payable(vendor, of.provider_id, bank)
    settle(reference=of.reference, at=now(), settlement=split(of))
    settle_down(vendor)
    return of


def facts(of: Job) -> list[str]:
    """The names of what was told of a reference."""
    return [fact.name for fact in timeline(of.reference)]


def fact(of: Job, name: str) -> dict[str, object]:
    """The payload of the only fact of that name."""
    (found,) = [fact.payload for fact in timeline(of.reference) if fact.name == name]
    return found


def breaches() -> list[str]:
    """The invariants of payments that do not hold."""
    from django.db import connection

    broken = []
    with connection.cursor() as cursor:
        for invariant in INVARIANTS:
            cursor.execute(invariant.sql)
            broken += [f"{invariant.code} {invariant.name}: {row}" for row in cursor.fetchall()]
    return broken


def hours(count: float) -> timedelta:
    return timedelta(hours=count)
