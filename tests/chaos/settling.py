"""
`python -m tests.chaos.settling`: make the customers that standard input lists, with an address each, in the database of the environment.

By the commands that make real ones; a process of its own, because the one that runs the tests has another database.
"""

import json
import sys
from dataclasses import asdict, dataclass
from uuid import UUID

import django


@dataclass(frozen=True)
class CustomerToMake:
    """Who lives where."""

    first_name: str
    email: str
    phone_number: str
    street: str
    zip_code: str
    latitude: float
    longitude: float

    def as_json(self) -> dict[str, str | float]:
        """For the standard input of the process."""
        return asdict(self)


def main() -> None:
    """Print the outside ids of the addresses, in the order of the list."""
    django.setup()
    from guildhall.kernel.ids import public_id

    made = [public_id("ad", _settle(CustomerToMake(**one))) for one in json.load(sys.stdin)]
    sys.stdout.write(json.dumps(made) + "\n")


def _settle(wanted: CustomerToMake) -> UUID:
    from guildhall.customers.commands import add_address, register_customer
    from guildhall.customers.types import CustomerKind
    from guildhall.identity.commands import verify_email
    from guildhall.identity.queries import find_code_to_send
    from guildhall.kernel.actors import Actor
    from guildhall.timers.queries import clock_now
    from tests.stack import PASSWORD

    at = clock_now()
    account_id = register_customer(
        email=wanted.email,
        password=PASSWORD,
        first_name=wanted.first_name,
        last_name="Chaos",
        phone_number=wanted.phone_number,
        kind=CustomerKind.RESIDENTIAL,
        at=at,
    ).account_id
    assert account_id is not None
    code = find_code_to_send(account_id)
    assert code is not None
    verify_email(email=wanted.email, code=code.code, at=at)
    return add_address(
        customer_id=account_id,
        street=wanted.street,
        zip_code=wanted.zip_code,
        latitude=wanted.latitude,
        longitude=wanted.longitude,
        by=Actor.customer(account_id),
        at=at,
    )


if __name__ == "__main__":
    main()
