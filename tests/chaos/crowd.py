"""Who lives in the towns of the load: providers of every tier with payout accounts, customers with addresses, an operator."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tests.chaos.acks import Acks
from tests.chaos.stubborn import Stubborn
from tests.clients import Sandbox
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
from tests.stack import Person, Stack

PLACES = (LA_JOLLA, POWAY, CHULA_VISTA, RAMONA, BONITA, LAKESIDE, CARDIFF, IMPERIAL_BEACH)
_OPERATOR = "olga@chaos.example"
_TIERS = 3


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
    # Numbers are given out one after the other; everything else may happen at once.
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda person: stack.open_payout_account(person, sandbox), providers))
        customers = list(
            pool.map(
                lambda made: _customer(stack, sandbox, *made),
                [(place, number) for place in places for number in range(size.customers_each)],
            )
        )
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


def _customer(stack: Stack, sandbox: Sandbox, place: Place, number: int) -> Person:
    address = {
        "street": f"{number + 1} Main Street",
        "zip_code": place.zip_code,
        "latitude": place.latitude,
        "longitude": place.longitude,
    }
    return stack.sign_up_customer(f"Cus{number}", place=address, sandbox=sandbox)
