"""Making one person by the commands that make real ones. Each can be run again: what is complete is left alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from guildhall.cli.demo.people import PASSWORD, Customer, Operator, Person, Provider
from guildhall.cli.demo.trades import Trades
from guildhall.credentialing.commands import grant_work_right
from guildhall.credentialing.queries import has_right
from guildhall.customers.commands import add_address, add_favourite, register_customer
from guildhall.customers.queries import list_addresses
from guildhall.customers.types import CustomerKind
from guildhall.identity.commands import EmailTaken, create_operator, record_consent, resend_code, verify_email
from guildhall.identity.queries import find_by_email, find_code_to_send, is_verified
from guildhall.identity.types import ConsentKind, NewAccount, Scope
from guildhall.kernel.actors import Actor
from guildhall.providers import commands as providers
from guildhall.providers.queries import get_profile
from guildhall.providers.types import PriceModel

_SYSTEM = Actor.system("demo")
_RIGHT = timedelta(days=1095)
_TERMS_VERSION = "demo-1"
_HOME_DIGITS = 6


def make_operator(person: Operator, *, at: datetime) -> None:
    """Appoint an operator with every scope."""
    try:
        create_operator(
            email=person.email,
            password=PASSWORD,
            scopes=list(Scope),
            first_name=person.first_name,
            last_name=person.last_name,
            at=at,
            by=_SYSTEM,
        )
    except EmailTaken:
        return


def make_provider(person: Provider, *, at: datetime, trades: Trades | None = None) -> UUID:
    """
    Register, verify and equip a provider; the right to work comes last and says that the rest is there.

    A transaction for each command, as when people do it: the system hears of them meanwhile and takes the same locks.
    """
    provider_id = _account(
        person, lambda: providers.register_provider(**_sign_up(person), time_zone=person.place.time_zone, at=at), at
    )
    if not has_right(provider_id, at):
        _equip(provider_id, person, trades or Trades.read(), at)
    return provider_id


def make_customer(person: Customer, favourites: Sequence[UUID], *, at: datetime) -> UUID:
    """Register and verify a customer, with an address and favourites."""
    kind = CustomerKind.BUSINESS if person.company_name else CustomerKind.RESIDENTIAL
    customer_id = _account(
        person,
        lambda: register_customer(**_sign_up(person), kind=kind, company_name=person.company_name, at=at),
        at,
    )
    settle(customer_id, person, favourites, at=at)
    return customer_id


def settle(customer_id: UUID, person: Customer, favourites: Sequence[UUID], *, at: datetime) -> None:
    """Give a customer an address and favourites, if there is no address yet."""
    if not list_addresses(customer_id):
        _settle(customer_id, person, favourites, at)


def _sign_up(person: Person) -> dict[str, str]:
    return {
        "email": person.email,
        "password": PASSWORD,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "phone_number": person.phone_number,
    }


def _account(person: Person, register: Callable[[], NewAccount], at: datetime) -> UUID:
    known = find_by_email(person.email)
    account_id = known.id if known else register().account_id
    assert account_id is not None
    if not is_verified(account_id):
        code = find_code_to_send(account_id)
        if code is None:
            resend_code(email=person.email, at=at)
            code = find_code_to_send(account_id)
        assert code is not None
        verify_email(email=person.email, code=code.code, at=at)
    return account_id


def _equip(provider_id: UUID, person: Provider, trades: Trades, at: datetime) -> None:
    by = Actor.provider(provider_id)
    providers.set_tier(provider_id=provider_id, rank=person.tier_rank, by=_SYSTEM, at=at)
    providers.set_categories(provider_id=provider_id, categories=[one.key for one in trades.of(person)], by=by, at=at)
    providers.set_service_area(provider_id=provider_id, circle=person.circle, geojson=person.polygon, by=by, at=at)
    providers.set_weekly_hours(provider_id=provider_id, weekly=person.weekly, by=by, at=at)
    if notice := person.minimum_notice_minutes:
        providers.set_limits(provider_id=provider_id, minimum_notice_minutes=notice, jobs_a_day_max=None, by=by, at=at)
    if person.is_available_now:
        providers.set_available_now(provider_id=provider_id, available=True, by=by, at=at)
    _describe(provider_id, person, trades, by, at)
    if person.agrees_to_texts:
        _agree(provider_id, ConsentKind.SMS_OFFERS, by, at)
    grant_work_right(provider_id=provider_id, valid_until=at + _RIGHT, by=_SYSTEM, at=at)


def _describe(provider_id: UUID, person: Provider, trades: Trades, by: Actor, at: datetime) -> None:
    hourly = trades.rate(person, trades.of(person)[0].key)
    providers.describe_provider(provider_id=provider_id, bio=trades.bio(person), hourly_rate=hourly, by=by)
    listed = {service.title for service in get_profile(provider_id).services}
    for kind in (kind for kind in trades.listings(person) if kind.name not in listed):
        providers.add_service(
            provider_id=provider_id,
            category=kind.category_key,
            title=kind.name,
            description=f"Usually {kind.minutes_from} to {kind.minutes_to} minutes.",
            price_model=PriceModel.HOURLY,
            price=hourly,
            duration_minutes=kind.minutes_to,
            by=by,
            at=at,
        )


def _agree(account_id: UUID, kind: ConsentKind, by: Actor, at: datetime) -> None:
    record_consent(account_id=account_id, kind=kind, text_version=_TERMS_VERSION, channel="web", by=by, at=at)


def _settle(customer_id: UUID, person: Customer, favourites: Sequence[UUID], at: datetime) -> None:
    by = Actor.customer(customer_id)
    for provider_id in favourites:
        add_favourite(customer_id=customer_id, provider_id=provider_id, by=by, at=at)
    add_address(
        customer_id=customer_id,
        street=person.street,
        zip_code=person.place.zip_code,
        latitude=round(person.latitude, _HOME_DIGITS),
        longitude=round(person.longitude, _HOME_DIGITS),
        label="Home" if not person.company_name else "Office",
        by=by,
        at=at,
    )
