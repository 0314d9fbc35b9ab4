"""Cards on file, apart from any booking: another one by the vendor's page, and one less."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from guildhall.customers import commands as customers
from guildhall.kernel.actors import Actor
from guildhall.payments.commands.checkouts import start_checkout
from guildhall.payments.intents import plan
from guildhall.payments.locking import lock_payer
from guildhall.payments.types import cards_reference


def start_card_setup(*, customer_id: UUID, return_url: str, at: datetime) -> UUID:
    """
    Open a page on which the customer saves a card for whatever comes; it becomes the default. `queries.get_card_setup` tells of it.

    Asking again while one is open gives the same page.
    """
    return start_checkout(
        reference=cards_reference(customer_id),
        customer_id=customer_id,
        purpose="save_card",
        amount=None,
        return_url=return_url,
        at=at,
    )


@transaction.atomic
def forget_card(*, customer_id: UUID, card_id: UUID, by: Actor, at: datetime) -> None:
    """
    Take a card off file and have the vendor forget it. Whether somebody still needs it is for the caller to know.

    :raises NotFound: the customer has no such card; no such customer, or another's.
    """
    lock_payer(customer_id)
    ref = customers.remove_card(customer_id=customer_id, card_id=card_id, by=by, at=at)
    plan(kind="detach", key=f"pm:{ref}:detach", subject=customer_id, params={"id": ref}, at=at)
