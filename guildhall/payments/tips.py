"""What is different when the money is a tip: its facts have names of their own, and a refusal is the end of it."""

from typing import Any

from guildhall.payments import lifecycle
from guildhall.payments.events import (
    AuthorizationRefused,
    PaymentCaptured,
    PaymentFact,
    PaymentTransferred,
    PayoutFailed,
    PayoutPaid,
    TipPaid,
    TipRefused,
    TipRequested,
    TipTransferred,
)
from guildhall.payments.models import Payment, Tip

_NAMES: dict[type[PaymentFact], type[PaymentFact]] = {
    AuthorizationRefused: TipRefused,
    PaymentCaptured: TipPaid,
    PaymentTransferred: TipTransferred,
    TipRequested: TipRequested,
}
_AS_THEY_ARE = frozenset({PayoutPaid, PayoutFailed})
_ONLY_REFUSALS = ("needs_customer", "code")


def retold(
    payment: Payment, fact: type[PaymentFact], values: dict[str, Any]
) -> tuple[type[PaymentFact], dict[str, Any]] | None:
    """
    Give what a fact of a tip's payment is called, and its members; None for what nobody has to hear.

    Whoever follows the job's own money (its authorization, its end) must not take a tip's for it.
    """
    if fact in _AS_THEY_ARE:
        return fact, values
    if fact not in _NAMES:
        return None
    tip = Tip.objects.get(payment=payment)
    told = {
        "customer_id": payment.customer_id,
        "provider_id": tip.provider_id,
        "tip_minor": tip.amount_minor,
        "currency": tip.currency,
    }
    refusal = {name: values[name] for name in _ONLY_REFUSALS} if fact is AuthorizationRefused else {}
    return _NAMES[fact], told | refusal


def paid(payment: Payment) -> None:
    """The bank has paid a tip; other payments are left alone."""
    if not payment.job_reference:
        return
    for tip in Tip.objects.filter(payment=payment, status__in=lifecycle.PAY_TIP.sources):
        tip.move(lifecycle.PAY_TIP, refusal_code="")


def refused(payment: Payment, *, code: str) -> None:
    """The bank will not pay a tip: it is over, and nobody owes anything; other payments are left alone."""
    if not payment.job_reference:
        return
    for tip in Tip.objects.filter(payment=payment, status__in=lifecycle.REFUSE_TIP.sources):
        tip.move(lifecycle.REFUSE_TIP, refusal_code=code)
