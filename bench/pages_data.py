"""What of a full city the pages are asked about, and who asks: those with the most behind them."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client

from bench.common import say
from bench.pages_rows import Row
from guildhall.bookings import commands
from guildhall.bookings.types import BookingRequest
from guildhall.customers.queries import list_addresses
from guildhall.identity.commands import start_browser_session
from guildhall.identity.types import SignInMethod
from guildhall.kernel.actors import Actor
from guildhall.kernel.ids import public_id
from guildhall.matching.queries import assignable
from guildhall.scheduling.commands import open_feed
from guildhall.timers.queries import clock_now
from guildhall.web.asking.draft import COOKIE, Draft
from guildhall.web.signin.applications import BY_ROLE

_MATCHING_SECONDS = 30
_ROLES = {"customer": "customer_id", "provider": "provider_id"}


@dataclass
class City:
    """Who asks, and what `{...}` in a row stands for."""

    names: dict[str, str]
    askers: dict[str, UUID]
    _cookies: dict[tuple[str, UUID], str] = field(default_factory=dict)

    def question(self, row: Row) -> tuple[str, dict[str, str]]:
        """Give the path and the headers of a row's request. :raises LookupError: when the city has no such thing."""
        names, asker = self.names, self.askers.get(row.who)
        if row.stage:
            booking_id, asker = _booking_in(row.stage, row.who)
            names = {**names, "booking": public_id("bk", booking_id)}
            asker = asker if row.who in _ROLES else self.askers[row.who]
        cookies = [f"{COOKIE}={_draft()}"] if "request" in row.url else []
        if asker is not None:
            cookies.append(self._cookie(row.who, asker))
        return row.url.format_map(names), {"Cookie": "; ".join(cookies)} if cookies else {}

    def _cookie(self, role: str, account_id: UUID) -> str:
        if (role, account_id) not in self._cookies:
            opened = start_browser_session(
                account_id=account_id, method=SignInMethod.PASSWORD, device="Bench", at=clock_now()
            )
            [application] = [one for kind, one in BY_ROLE.items() if kind == role]
            self._cookies[role, account_id] = f"{application.session_cookie}={opened.token}"
        return self._cookies[role, account_id]


def look_around() -> City:
    """Find the customer and the provider with the most bookings, and what else the rows name."""
    busy = {role: _most(column) for role, column in _ROLES.items()}
    [operator] = _row("select account_id from identity_operator_scope where scope = 'administrator' limit 1")
    customer, provider = busy["customer"], busy["provider"]
    _confirm_one(customer, operator)
    open_feed(provider_id=provider, by=Actor.provider(provider))
    [offer] = _row("select id from matching_offer where provider_id = %s order by offered_at desc limit 1", provider)
    [listing] = _row("select id from providers_service where provider_id = %s and is_listed limit 1", provider)
    names = {
        "customer": public_id("cu", customer),
        "provider": public_id("pr", provider),
        "address": public_id("ad", list_addresses(customer)[0].id),
        "offer": public_id("of", offer),
        "listing": public_id("sv", listing),
    }
    city = City(names, {**busy, "operator": operator})
    names["feed"] = _feed(city)
    return city


def _feed(city: City) -> str:
    """Read the address of the provider's calendar feed where its owner reads it."""
    path, headers = city.question(Row("/pro/calendar/subscription", "provider"))
    page = Client(headers=headers).get(path, HTTP_HOST="localhost").content.decode()
    return str(re.findall(r"/feed/([^\"<]+)\.ics", page)[0])


def _confirm_one(customer_id: UUID, operator_id: UUID) -> None:
    """A booking of the next days that somebody has accepted: the past alone leaves few."""
    if _rows(
        "select 1 from bookings_booking where status = 'confirmed' and lower(planned) > timers.clock_now() limit 1"
    ):
        return
    at, by = clock_now(), Actor.operator(operator_id)
    day = (at + timedelta(days=3)).replace(tzinfo=None)
    with transaction.atomic():
        booking_id = commands.request_booking(
            customer_id=customer_id,
            request=BookingRequest(
                mode="scheduled",
                category="audio",
                minutes_from=90,
                minutes_to=90,
                address_id=list_addresses(customer_id)[0].id,
                starts_at=datetime(day.year, day.month, day.day, 10),  # noqa: DTZ001 - wall time there
            ),
            by=Actor.customer(customer_id),
            at=at,
        )
    for free in _until_asked(booking_id):
        say(f"a booking for {day:%d %B} is given to {public_id('pr', free)}")
        with transaction.atomic():
            commands.assign_by_hand(booking_id=booking_id, provider_id=free, by=by, at=clock_now())


def _until_asked(booking_id: UUID) -> Iterator[UUID]:
    """Wait until the roles have begun to ask for a booking, and give whom it can be given to."""
    until = time.monotonic() + _MATCHING_SECONDS
    while time.monotonic() < until:
        free = assignable(f"booking:{booking_id}", at=clock_now(), limit=1)
        [status] = _row("select status from bookings_booking where id = %s", booking_id)
        if free and status in {"matching", "unfilled"}:
            yield free[0].provider_id
            return
        time.sleep(0.5)
    message = "nobody could be found for a booking of the next days"
    raise LookupError(message)


def _draft() -> str:
    """Say a request as far as its last step, and give the cookie that keeps it."""
    response = HttpResponse()
    Draft(
        category="audio",
        kind="sound-fault",
        street="1 Main Street",
        zip_code="92101",
        latitude=32.7185,
        longitude=-117.1593,
        mode="asap",
    ).keep(response)
    return str(response.cookies[COOKIE].value)


def _booking_in(stage: tuple[str, ...], who: str) -> tuple[UUID, UUID]:
    """Give the newest booking in the first of the statuses that has one, and whose it is."""
    owner = _ROLES.get(who, "customer_id")
    for status in stage:
        found = _rows(
            f"select id, {owner} from bookings_booking where status = %s and {owner} is not null "
            "and (provider_id is not null or %s <> 'closed') order by requested_at desc limit 1",
            status,
            status,
        )
        if found:
            return found[0][0], found[0][1]
    message = f"the city has no booking that is {' or '.join(stage)}"
    raise LookupError(message)


def _most(column: str) -> UUID:
    [found] = _row(
        f"select {column} from bookings_booking where {column} is not null group by 1 order by count(*) desc, 1 limit 1"
    )
    return UUID(str(found))


def _row(statement: str, *values: Any) -> tuple[Any, ...]:
    found = _rows(statement, *values)
    if not found:
        message = f"the city is too small: nothing for {statement}"
        raise LookupError(message)
    return found[0]


def _rows(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))
        return list(cursor.fetchall())
