"""Visits to the vendor's hosted page."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from guildhall.customers.queries import saved_card
from guildhall.kernel.money import Money
from guildhall.kernel.refusals import Invalid
from guildhall.kernel.rows import add, read
from guildhall.payments.closing import VENDOR, settlement_of, tell
from guildhall.payments.collecting import belong, give_up_checkouts, live_hold
from guildhall.payments.commands.authorizing import AlreadyAuthorized, AlreadySettled
from guildhall.payments.events import CardSaved
from guildhall.payments.lifecycle import CheckoutStatus
from guildhall.payments.locking import lock_payment
from guildhall.payments.models import Checkout, Payment
from guildhall.payments.pages import ask_for_page
from guildhall.payments.types import Purpose
from guildhall.policy.queries import get
from guildhall.policy.types import MoneyPolicy

# The vendor refuses pages that live less than 30 minutes from when it hears of them; bookings give up after 35.
PAGE_LIVES = timedelta(minutes=33)


class AmountMissing(Invalid):
    """Authorizing needs an amount above zero, saving a card needs none."""

    code = "amount_missing"
    default_detail = "An amount above zero is needed to authorize a card, and none to save it."


@transaction.atomic
def start_checkout(
    *, reference: str, customer_id: UUID, purpose: Purpose, amount: Money | None, return_url: str, at: datetime
) -> UUID:
    """
    Open a page on which the customer saves a card (`save_card`), or saves it and has `amount` held in one go (`authorize`).

    The vendor leads back to `return_url`; who has given a card comes with `card=<the visit's id>`, before or after we hear of it.
    Its address appears in `queries.get_checkout(reference)` within moments. Asking again for the same gives the same page;
    asking for another closes the first. Done is `card.saved` and `authorization.made`, never the return of the browser.

    :raises AmountMissing: when the amount does not fit the purpose.
    :raises AlreadyAuthorized: when something is held.
    :raises AlreadySettled: when the final amount is decided and collected, or is another than `amount`.
    """
    if (purpose == "authorize") != (amount is not None and amount.minor > 0):
        raise AmountMissing
    payment = lock_payment(reference)
    belong(payment, customer_id=customer_id, currency=amount.currency if amount else get(MoneyPolicy).currency)
    _refuse_what_is_done(payment, amount)
    amount_minor = amount.minor if amount else None
    current = _open_page(payment)
    if current is not None and (current.purpose, current.amount_minor) == (purpose, amount_minor):
        return current.id
    give_up_checkouts(payment, at=at)
    if settlement_of(payment) is None:
        payment.go(is_closing=False)
    checkout = Checkout(
        payment=payment,
        number=_next_number(payment),
        purpose=purpose,
        amount_minor=amount_minor,
        return_url=return_url,
        started_at=at,
        expires_at=at + PAGE_LIVES,
    )
    add(checkout)
    ask_for_page(checkout, at=at)
    return checkout.id


@transaction.atomic
def expect_payment(*, reference: str, customer_id: UUID, currency: str) -> None:
    """Make a reference known before any money is asked for: its payment stands at `none`, and may be released."""
    belong(lock_payment(reference), customer_id=customer_id, currency=currency)


@transaction.atomic
def expire_checkout(*, reference: str, at: datetime) -> None:
    """Close the open page of a reference, if there is one. One that was completed in the meantime wins, and says so by its events."""
    give_up_checkouts(lock_payment(reference), at=at, is_wanted=True)


@transaction.atomic
def use_saved_card(*, reference: str, customer_id: UUID, at: datetime) -> bool:
    """Use the card that the customer saved before: `card.saved` follows at once. False when there is none."""
    if saved_card(customer_id) is None:
        return False
    payment = lock_payment(reference)
    belong(payment, customer_id=customer_id)
    tell(payment, CardSaved, by=VENDOR, at=at, customer_id=customer_id)
    return True


def _refuse_what_is_done(payment: Payment, amount: Money | None) -> None:
    settlement = settlement_of(payment)
    is_paid = payment.captured_minor > 0 or payment.uncollected_minor > 0
    if settlement is not None and (is_paid or amount is None or amount.minor != settlement.total_minor):
        raise AlreadySettled
    if live_hold(payment) is not None:
        raise AlreadyAuthorized


def _open_page(payment: Payment) -> Checkout | None:
    on_page = [CheckoutStatus.REQUESTED.value, CheckoutStatus.OPEN.value]
    found = read(Checkout, "where payment_id = %s and is_wanted and status = any(%s)", [payment.id, on_page])
    return found[0] if found else None


def _next_number(payment: Payment) -> int:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from payments_checkout where payment_id = %s", [payment.id])
        return int(cursor.fetchone()[0]) + 1
