"""Timers of payments."""

from datetime import datetime
from uuid import UUID

from guildhall.payments.closing import settlement_of
from guildhall.payments.collecting import NoCard, attempt, live_hold, next_attempt
from guildhall.payments.holding import RENEWAL
from guildhall.payments.models import Authorization, Payment
from guildhall.timers.commands import timer_kind


@timer_kind(RENEWAL)
def renew_authorizations(references: list[str], at: datetime) -> list[str]:
    """
    Authorize anew what runs out within 12 hours and is not settled; the old one is released when the new one is made.

    When the bank refuses the new one, the old one stays until it runs out.
    """
    due: dict[UUID, set[UUID]] = {}
    for row in Authorization.objects.filter(id__in=[UUID(text) for text in references]):
        due.setdefault(row.payment_id, set()).add(row.id)
    free = Payment.objects.select_for_update(no_key=True, skip_locked=True).filter(id__in=list(due)).order_by("id")
    done = set()
    for payment in free:
        done.add(payment.id)
        _renew(payment, due[payment.id], at)
    return [str(one) for payment_id, ids in due.items() if payment_id not in done for one in ids]


def _renew(payment: Payment, due: set[UUID], at: datetime) -> None:
    old = live_hold(payment)
    is_due = old is not None and old.id in due and settlement_of(payment) is None
    if old is None or not is_due or Authorization.objects.filter(renews=old).exists():
        return
    key = f"job:{payment.reference}:auth:{next_attempt(payment)}"
    try:
        attempt(payment, kind="hold", amount_minor=old.amount_minor, key=key, at=at, renews=old)
    except NoCard:
        return
