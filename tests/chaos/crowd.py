"""Who lives in the towns of the load: providers of every tier with payout accounts, customers with addresses, an operator."""

import json
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from tests.chaos.acks import Acks
from tests.chaos.settling import CustomerToMake
from tests.chaos.stubborn import Stubborn
from tests.clients import GOOD_BANK, Sandbox, eventually
from tests.journeys.places import (
    BONITA,
    CARDIFF,
    CHULA_VISTA,
    IMPERIAL_BEACH,
    LA_JOLLA,
    LAKESIDE,
    POWAY,
    RAMONA,
    Place,
)
from tests.peopling import ProviderToMake
from tests.stack import ROOT, Person, Stack

PLACES = (LA_JOLLA, POWAY, CHULA_VISTA, RAMONA, BONITA, LAKESIDE, CARDIFF, IMPERIAL_BEACH)
_OPERATOR = "olga@chaos.example"
_TIERS = 3
_PATIENCE_SECONDS = 90.0


@dataclass(frozen=True)
class Size:
    """How many towns, and how many of each kind of people in each."""

    towns: int
    providers_each: int
    customers_each: int


@dataclass(frozen=True)
class Crowd:
    """Everybody's clients; `providers` by their outside id."""

    customers: list[Stubborn]
    providers: dict[str, Stubborn]
    operator: Stubborn

    def close(self) -> None:
        """Close all connections."""
        for one in (*self.customers, *self.providers.values(), self.operator):
            one.close()


def gather(stack: Stack, sandbox: Sandbox, acks: Acks, size: Size, *, haste: float) -> Crowd:
    """Make everybody; nothing is killed yet."""
    places = PLACES[: size.towns]
    providers = stack.make_people(
        [_provider(stack, place, number) for place in places for number in range(size.providers_each)],
        operators=[("Olga", _OPERATOR)],
    )
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda person: _open_payout_account(person, sandbox), providers))
    customers = _customers(stack, places, size.customers_each)
    return Crowd(
        customers=[Stubborn(person, acks, haste=haste) for person in customers],
        providers={person.id: Stubborn(person, acks, haste=haste) for person in providers},
        operator=Stubborn(stack.log_in(_OPERATOR, "operator", "Olga"), acks, haste=haste),
    )


def _provider(stack: Stack, place: Place, number: int) -> ProviderToMake:
    return ProviderToMake(
        first_name=f"Pro{number}",
        email=f"pro{number}.{place.zip_code}@chaos.example",
        phone_number=stack.next_number(),
        latitude=place.latitude,
        longitude=place.longitude,
        tier_rank=1 + number % _TIERS,
    )


def _open_payout_account(provider: Person, sandbox: Sandbox) -> None:
    """As `Stack.open_payout_account`, with patience: the first answer of the vendor waits until the worker has loaded its library."""
    provider.api.post("providers/me/payout-account")
    page = eventually(lambda: provider.api.get("providers/me/payout-account")["url"], _PATIENCE_SECONDS, 0.2)
    sandbox.onboard(page, legal_name=f"{provider.first_name} Chaos", bank=GOOD_BANK)


def _customers(stack: Stack, places: Sequence[Place], each: int) -> list[Person]:
    """Make them by the commands, all in one process: the first of a process to name a ZIP code waits for the map."""
    wanted = [
        CustomerToMake(
            first_name=f"Cus{number}",
            email=f"cus{number}.{place.zip_code}@chaos.example",
            phone_number=stack.next_number(),
            street=f"{number + 1} Main Street",
            zip_code=place.zip_code,
            latitude=place.latitude,
            longitude=place.longitude,
        )
        for place in places
        for number in range(each)
    ]
    given = json.dumps([one.as_json() for one in wanted])
    settling = subprocess.run(
        [sys.executable, "-P", "-m", "tests.chaos.settling"],
        cwd=ROOT,
        env=stack.variables,
        input=given.encode(),
        stdout=subprocess.PIPE,
        check=True,
    )
    addresses = json.loads(settling.stdout.splitlines()[-1])
    return [
        replace(stack.log_in(one.email, "customer", one.first_name, one.phone_number), address_id=address_id)
        for one, address_id in zip(wanted, addresses, strict=True)
    ]
