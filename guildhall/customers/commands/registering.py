"""Becoming a customer."""

from datetime import datetime

from django.db.transaction import atomic

from guildhall.customers.events import CustomerRegistered
from guildhall.customers.models import Customer
from guildhall.customers.types import CustomerKind
from guildhall.eventlog.commands import publish
from guildhall.identity.commands import create_account
from guildhall.identity.types import NewAccount, Role
from guildhall.kernel.actors import Actor
from guildhall.kernel.texts import clean_line

_COMPANY_LENGTH_MAX = 120


@atomic
def register_customer(
    *,
    email: str,
    password: str,
    first_name: str,
    last_name: str,
    phone_number: str,
    kind: CustomerKind,
    at: datetime,
    company_name: str = "",
    language: str = "en",
) -> NewAccount:
    """
    Make a customer's account; the answer does not tell whether the address was known (see `identity.create_account`).

    :raises BadText: e-mail or a name cannot be used.
    :raises BadPhoneNumber: the number cannot exist (it may be left empty).
    :raises WeakPassword: with every reason.
    """
    company = clean_line(company_name, field="company_name", length_max=_COMPANY_LENGTH_MAX, required=False)
    made = create_account(
        email=email,
        password=password,
        role=Role.CUSTOMER,
        first_name=first_name,
        last_name=last_name,
        phone_number=phone_number,
        language=language,
        at=at,
    )
    if made.account_id is not None:
        Customer.objects.create(
            account_id=made.account_id, kind=CustomerKind(kind), company_name=company, registered_at=at
        )
        event = CustomerRegistered(
            aggregate_id=made.account_id, version=Customer.advance(made.account_id), kind=CustomerKind(kind)
        )
        publish(event, by=Actor.customer(made.account_id), at=at)
    return made
