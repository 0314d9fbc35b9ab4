"""Telling the facts of a payment, and telling when nothing is left of it."""

from datetime import datetime
from typing import Any

from guildhall.eventlog.commands import publish
from guildhall.kernel.actors import Actor
from guildhall.kernel.rows import fetch, holds
from guildhall.payments.events import PaymentFact, ReferenceCleared
from guildhall.payments.lifecycle import AuthorizationStatus, CheckoutStatus
from guildhall.payments.models import Payment, Settlement
from guildhall.payments.tips import retold

VENDOR = Actor.system("payments")


def tell(payment: Payment, fact: type[PaymentFact], *, by: Actor, at: datetime, **values: Any) -> None:
    """Publish a fact of a payment whose lock is held. A tip's is told under its own name, and under the job's reference."""
    told = retold(payment, fact, values) if payment.job_reference else (fact, values)
    if told is None:
        return
    kind, members = told
    reference = payment.job_reference or payment.reference
    publish(kind(aggregate_id=payment.id, version=payment.next_version(), reference=reference, **members), by=by, at=at)


def is_blocked(payment: Payment) -> bool:
    """Whether a case keeps the money where it is."""
    return holds(
        "exists (select from payments_settlement_block where payment_id = %s and lifted_at is null)", [payment.id]
    )


def settlement_of(payment: Payment) -> Settlement | None:
    """The final split, once it is decided."""
    return fetch(Settlement, "payment", payment.id)


def clear_if_done(payment: Payment, *, by: Actor, at: datetime) -> None:
    """Tell that the reference is cleared, when it was released or settled and nothing is left to collect, pay or hold."""
    if not payment.is_closing or _holds_something(payment) or not _is_given(payment):
        return
    payment.go(is_closing=False)
    tell(
        payment,
        ReferenceCleared,
        by=by,
        at=at,
        captured_minor=payment.captured_minor,
        transferred_minor=payment.transferred_minor,
        uncollected_minor=payment.uncollected_minor,
        currency=payment.currency,
    )


def _holds_something(payment: Payment) -> bool:
    """An authorization that lives or may still come."""
    pending = [AuthorizationStatus.REQUESTED.value, AuthorizationStatus.AUTHORIZED.value]
    on_page = [CheckoutStatus.REQUESTED.value, CheckoutStatus.OPEN.value]
    return holds(
        """
        exists (select from payments_authorization where payment_id = %s and status = any(%s))
          or exists (select from payments_checkout where payment_id = %s and purpose = 'authorize' and status = any(%s))
        """,
        [payment.id, pending, payment.id, on_page],
    )


def _is_given(payment: Payment) -> bool:
    """Everything of the settlement, if there is one, is with whom it belongs."""
    settlement = settlement_of(payment)
    if settlement is None or payment.uncollected_minor:
        return True
    given = payment.transferred_minor + payment.fee_minor + payment.tax_minor
    return payment.captured_minor == settlement.total_minor == given
