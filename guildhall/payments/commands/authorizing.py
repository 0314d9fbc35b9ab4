"""Having the bank hold an amount, and letting it go."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from guildhall.kernel.money import Money
from guildhall.kernel.refusals import Refused
from guildhall.kernel.rows import read
from guildhall.payments import lifecycle
from guildhall.payments.closing import VENDOR, clear_if_done, settlement_of
from guildhall.payments.collecting import (
    attempt,
    belong,
    give_up_attempts,
    give_up_checkouts,
    live_hold,
    next_attempt,
)
from guildhall.payments.lifecycle import AuthorizationStatus
from guildhall.payments.locking import lock_payment
from guildhall.payments.models import Authorization


class AlreadyAuthorized(Refused):
    """Another amount is held; release it first."""

    code = "already_authorized"
    default_detail = "Another amount is authorized for this booking already."


class AlreadySettled(Refused):
    """The final amount was decided, and only once."""

    code = "already_settled"
    default_detail = "The final amount of this booking was decided already."


@transaction.atomic
def authorize(*, reference: str, customer_id: UUID, amount: Money, at: datetime) -> None:
    """
    Try the saved card with the customer absent; `authorization.made` or `authorization.refused` tells how it ended.

    Asking again for the same amount while it is held or under way changes nothing; after a refusal it is a new attempt.

    :raises NoCard: when the customer has none with the vendor.
    :raises AlreadyAuthorized: when another amount is held or under way.
    :raises AlreadySettled: when the final amount was decided.
    """
    payment = lock_payment(reference)
    belong(payment, customer_id=customer_id, currency=amount.currency)
    if settlement_of(payment) is not None:
        raise AlreadySettled
    current = _current(payment.id)
    if current is not None:
        if current.amount_minor != amount.minor:
            raise AlreadyAuthorized
        return
    payment.go(is_closing=False)
    key = f"job:{reference}:auth:{next_attempt(payment)}"
    attempt(payment, kind="hold", amount_minor=amount.minor, key=key, at=at)


@transaction.atomic
def release(*, reference: str, at: datetime) -> None:
    """
    Let go of whatever is held or open for a reference. `reference.cleared` comes when nothing is left: at once, when nothing was.

    It may be asked again; a page that is completed afterwards is released too. Once settled, it changes nothing.
    """
    payment = lock_payment(reference)
    if settlement_of(payment) is not None:
        return
    give_up_checkouts(payment, at=at)
    give_up_attempts(payment, at=at)
    if live_hold(payment) is None and payment.payment_state in {"action_needed", "failed"}:
        payment.go(payment_state=lifecycle.RELEASE_PAYMENT)
    payment.go(is_closing=True)
    clear_if_done(payment, by=VENDOR, at=at)


def _current(payment_id: UUID) -> Authorization | None:
    """The attempt that holds, or whose answer is awaited."""
    alive = [AuthorizationStatus.REQUESTED.value, AuthorizationStatus.AUTHORIZED.value]
    found = read(
        Authorization,
        "where payment_id = %s and is_wanted and status = any(%s) order by attempt desc limit 1",
        [payment_id, alive],
    )
    return found[0] if found else None
