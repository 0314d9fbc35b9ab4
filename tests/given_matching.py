"""Cascades of the tests, and the clock they live by."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from guildhall.catalog.queries import get_category
from guildhall.discovery.commands import rebuild_all_reach
from guildhall.eventlog import invariants as eventlog_invariants
from guildhall.kernel.actors import Actor
from guildhall.kernel.ids import new_id
from guildhall.matching import invariants as matching_invariants
from guildhall.matching.commands import open_cascade
from guildhall.matching.models import Cascade, Offer
from guildhall.matching.types import Mode, Place
from guildhall.timers.commands import travel_to
from guildhall.timers.firing import sweep
from guildhall.timers.queries import clock_now, travelled_seconds
from tests import given_people as people
from tests.given_people import DOWNTOWN, MONDAY

NET = {1: 9_000, 2: 7_000, 3: 5_000}


def clock_at(at: datetime) -> None:
    """Set the clock to an instant; it only goes forward."""
    ahead = timedelta(seconds=travelled_seconds()) + (at - clock_now())
    travel_to(travelled=ahead)


def later(**delta: float) -> datetime:
    """Let time pass, and give the clock's now."""
    clock_at(clock_now() + timedelta(**delta))
    return clock_now()


def providers(*tiers: int, **wishes: Any) -> list[people.Person]:
    """Providers of these tiers near downtown, who can be found."""
    people.catalogue()
    if clock_now() < MONDAY:
        clock_at(MONDAY)
    made = [people.provider(f"Priya{index}", tier=tier, **wishes) for index, tier in enumerate(tiers)]
    rebuild_all_reach(at=clock_now())
    return made


def cascade(**wishes: Any) -> str:
    """An ASAP cascade downtown for an audio job, due now; gives its reference."""
    reference = wishes.pop("reference", f"booking:{new_id()}")
    values: dict[str, Any] = {
        "mode": Mode.ASAP if "starts_at" not in wishes else Mode.SCHEDULED,
        "place": Place(*DOWNTOWN),
        "category_id": get_category("audio").id,
        "city_key": "san-diego",
        "planned_minutes": 150,
        "minutes_from": 60,
        "net_minor_by_tier": NET,
        "currency": "USD",
        "by": Actor.system("given"),
        "at": clock_now(),
    }
    open_cascade(reference=reference, **(values | wishes))
    return reference


def row(reference: str) -> Cascade:
    """The newest cascade's row."""
    return Cascade.objects.filter(reference=reference).latest("opened_at", "id")


def offers(reference: str, **filters: Any) -> list[Offer]:
    """The offers of the newest cascade, in order."""
    return list(Offer.objects.filter(cascade=row(reference).id, **filters).order_by("wave_number", "id"))


def offer_to(reference: str, provider: people.Person) -> Offer:
    """The offer of a provider."""
    return Offer.objects.get(cascade=row(reference).id, provider=provider.id)


def asked(reference: str, wave_number: int) -> set[UUID]:
    """Who was asked in a wave."""
    return {offer.provider_id for offer in offers(reference, wave_number=wave_number)}


def statuses(reference: str) -> list[str]:
    """What became of the offers, sorted."""
    return sorted(offer.status for offer in offers(reference))


def until_quiet(most: int = 20) -> None:
    """Sweep until nothing is due."""
    for _ in range(most):
        if not sweep():
            return
    raise AssertionError("the sweeps do not come to rest")


def ids(people_asked: Sequence[people.Person]) -> set[UUID]:
    """Their ids."""
    return {person.id for person in people_asked}


def take(offer_id: UUID, provider_id: UUID) -> tuple[str, Any]:
    """Take an offer as bookings do, without a reservation; gives the outcome and the planned time."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select outcome, planned from matching.take_offer(%s, %s)", [offer_id, provider_id])
        outcome, planned = cursor.fetchone()
    return outcome, planned


def breaches() -> list[tuple[str, str]]:
    """The invariants of matching and of the log that do not hold."""
    found = []
    for invariant in [*matching_invariants.INVARIANTS, *eventlog_invariants.INVARIANTS]:
        with connection.cursor() as cursor:
            cursor.execute(invariant.sql)
            if cursor.fetchall():
                found.append((invariant.code, invariant.name))
    return found
