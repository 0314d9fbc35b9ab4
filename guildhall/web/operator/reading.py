"""What several of the operator's pages look up: names of people, trades and cities, each with one question."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from guildhall.bookings.types import BookingCard
from guildhall.catalog.queries import list_categories, list_cities, list_tiers, name_jobs
from guildhall.catalog.types import JobName
from guildhall.identity.queries import get_accounts
from guildhall.identity.types import AccountCard
from guildhall.kernel.ids import public_id
from guildhall.kernel.money import Money
from guildhall.payments.queries import payment_states
from guildhall.web.operator import words
from guildhall.web.operator.words import Word

T = TypeVar("T")
SYSTEM = "system"


@dataclass(frozen=True)
class Person:
    """Somebody on a page: how to call them by name and telephone, and where their page is."""

    id: UUID
    role: str
    name: str
    email: str
    phone_number: str
    is_disabled: bool
    href: str

    @classmethod
    def of(cls, account: AccountCard) -> "Person":
        """Show an account."""
        return cls(
            account.id,
            account.role,
            account.name or account.email,
            account.email,
            account.phone_number,
            account.disabled_at is not None,
            person_href(account.role, account.id),
        )


@dataclass(frozen=True, kw_only=True)
class Line:
    """A booking in a list."""

    card: BookingCard
    key: str
    href: str
    status: Word
    customer: Person | None
    provider: Person | None
    job: JobName
    city: str
    price: Money | None
    estimate_from: Money
    estimate_to: Money


def booking_key(booking_id: UUID) -> str:
    """Give a booking's outside name."""
    return public_id("bk", booking_id)


def booking_href(booking_id: UUID) -> str:
    """Give the address of a booking's page."""
    return f"/ops/bookings/{booking_key(booking_id)}"


def person_href(role: str, account_id: UUID) -> str:
    """Give the address of a customer's or provider's page; nobody else has one."""
    places = {"customer": f"/ops/customers/{public_id('cu', account_id)}"}
    places["provider"] = f"/ops/providers/{public_id('pr', account_id)}"
    return places.get(role, "")


def people_of(ids: Iterable[UUID | None]) -> dict[UUID, Person]:
    """Look people up by id, in one query."""
    wanted = {one for one in ids if one is not None}
    return {account.id: Person.of(account) for account in get_accounts(wanted).values()} if wanted else {}


def category_names() -> dict[int, str]:
    """Name the trades that are offered, by id."""
    return {category.id: category.name for category in list_categories()}


def city_names() -> dict[str, str]:
    """Name the cities, by key."""
    return {city.key: city.name for city in list_cities()}


def tier_labels() -> dict[int, str]:
    """Name the tiers, by rank."""
    return {tier.rank: tier.label for tier in list_tiers()}


def lines_of(cards: Sequence[BookingCard], people: dict[UUID, Person] | None = None) -> list[Line]:
    """Show bookings in a list, with one question however many there are; with none when `people` knows their two sides."""
    if people is None:
        people = people_of(side for card in cards for side in (card.customer_id, card.provider_id))
    cities, called = city_names(), name_jobs((card.category_id, card.kind) for card in cards)
    return [_line(card, people, cities, called[card.category_id, card.kind]) for card in cards]


def _line(card: BookingCard, people: dict[UUID, Person], cities: dict[str, str], job: JobName) -> Line:
    return Line(
        card=card,
        key=booking_key(card.id),
        href=booking_href(card.id),
        status=words.word(words.STATUSES, "proposed" if is_open_proposal(card) else card.status),
        customer=people.get(card.customer_id),
        provider=people.get(card.provider_id) if card.provider_id else None,
        job=job,
        city=cities.get(card.city_key, card.city_key),
        price=None if card.total_minor is None else Money(card.total_minor, card.currency),
        estimate_from=Money(card.estimate_from_minor, card.currency),
        estimate_to=Money(card.estimate_to_minor, card.currency),
    )


def rows_of(cards: Sequence[BookingCard], people: dict[UUID, Person] | None = None) -> list[dict[str, Any]]:
    """
    Show bookings in a table, with their payments: one question more than `lines_of`.

    Mappings, whose values a template finds at once; of an object it finds out first, by an exception, that it is none.
    """
    states = payment_states([card.reference for card in cards])
    return [_row(line, states.get(line.card.reference, "none")) for line in lines_of(cards, people)]


def _row(line: Line, payment: str) -> dict[str, Any]:
    card, customer, provider = line.card, line.customer, line.provider
    return {
        "href": line.href,
        "requested_at": card.requested_at,
        "starts_at": card.starts_at,
        "zone": card.time_zone,
        "customer": customer.name if customer else "",
        "customer_href": customer.href if customer else "",
        "provider": provider.name if provider else "",
        "provider_href": provider.href if provider else "",
        "job": line.job.name,
        "category": line.job.category,
        "city": line.city,
        "status": line.status.label,
        "badge": line.status.badge,
        "payment": words.word(words.PAYMENT_STATES, payment).label,
        "price": line.price,
        "estimate_from": line.estimate_from,
        "estimate_to": line.estimate_to,
    }


def is_open_proposal(card: BookingCard) -> bool:
    """Whether it waits for its customer to say yes to what was said on the telephone."""
    return card.is_proposal and card.status == "awaiting_card"


def read_actor(actor: str) -> tuple[str, UUID | None]:
    """Take apart who did something, as stored (`customer:<uuid>`, `system:timer`)."""
    kind, _sep, rest = actor.partition(":")
    return (kind, UUID(rest)) if rest and kind in {"customer", "provider", "operator"} else (actor, None)


def actor_names(actors: Iterable[str], people: dict[UUID, Person] | None = None) -> dict[str, str]:
    """Name those who did things, by the form that facts store; `people` when they have been looked up."""
    read = {actor: read_actor(actor) for actor in set(actors)}
    if people is None:
        people = people_of(account_id for _kind, account_id in read.values())
    return {
        actor: people[account_id].name if account_id in people else words.text(words.ROLES, kind.partition(":")[0])
        for actor, (kind, account_id) in read.items()
    }


def next_page(path: str, query: dict[str, str], found: Sequence[T], limit: int, cursor: str) -> str:
    """Give the address of the next page of a list that was asked for one more than `limit`, or an empty text."""
    if len(found) <= limit:
        return ""
    return path + "?" + urlencode({**{name: value for name, value in query.items() if value}, "after": cursor})


def is_over(deadline_at: datetime | None, at: datetime) -> bool:
    """Whether a deadline has passed."""
    return deadline_at is not None and deadline_at <= at
