"""The final amount: decided once, then collected, split and handed on without anybody asking again."""

from datetime import datetime

from django.db import connection, transaction

from guildhall.kernel.refusals import Invalid
from guildhall.kernel.rows import add
from guildhall.payments.closing import VENDOR, clear_if_done, is_blocked, settlement_of
from guildhall.payments.collecting import belong, collect, give_up_attempts, give_up_checkouts
from guildhall.payments.commands.authorizing import AlreadySettled
from guildhall.payments.intents import SettlementBlocked
from guildhall.payments.locking import lock_payment
from guildhall.payments.models import Payment
from guildhall.payments.models import Settlement as SettlementRow
from guildhall.payments.types import Settlement


class MoreThanAuthorized(Invalid):
    """More than the customer agreed to have held needs their approved change order."""

    code = "more_than_authorized"
    default_detail = "The final amount is more than what was authorized."


@transaction.atomic
def settle(*, reference: str, at: datetime, settlement: Settlement) -> None:
    """
    Freeze the split of the work and collect it: capture (the rest of the hold is free again), ledger, transfer, and in the end
    `reference.cleared`. Asking again with the same split changes nothing.

    :raises SettlementBlocked: while a case is open.
    :raises MoreThanAuthorized: when more was never held; the caller caps the amount or has the difference approved.
    :raises AlreadySettled: when another split was frozen before.
    """
    _settle(reference=reference, kind="work", settlement=settlement, at=at)


@transaction.atomic
def settle_cancellation(*, reference: str, at: datetime, settlement: Settlement) -> None:
    """
    Freeze and collect a compensation: captured from what is held, else charged to the saved card. When the bank refuses, it is a
    debt on the customer's account and the reference is cleared all the same.

    :raises SettlementBlocked: while a case is open.
    :raises MoreThanAuthorized: when something is held, and less than the compensation.
    :raises AlreadySettled: when another split was frozen before.
    """
    _settle(reference=reference, kind="cancellation", settlement=settlement, at=at)


def _settle(*, reference: str, kind: str, settlement: Settlement, at: datetime) -> None:
    payment = lock_payment(reference)
    row = SettlementRow(
        payment=payment,
        kind=kind,
        total_minor=settlement.total_minor,
        tax_minor=settlement.tax_minor,
        fee_minor=settlement.fee_minor,
        provider_minor=settlement.provider_minor,
        currency=settlement.currency,
        provider_id=settlement.provider_id,
        settled_at=at,
    )
    if _is_same_as_before(payment, row):
        return
    if is_blocked(payment):
        raise SettlementBlocked
    belong(payment, currency=settlement.currency)
    _refuse_too_much(payment, row)
    add(row)
    payment.go(is_closing=True)
    give_up_checkouts(payment, at=at)
    if not settlement.total_minor:
        give_up_attempts(payment, at=at)
    collect(payment, by=VENDOR, at=at)
    clear_if_done(payment, by=VENDOR, at=at)


def _is_same_as_before(payment: Payment, row: SettlementRow) -> bool:
    """
    Whether the same split was frozen before.

    :raises AlreadySettled: when it was another.
    """
    before = settlement_of(payment)
    if before is None:
        return False
    frozen = ("kind", "total_minor", "tax_minor", "fee_minor", "provider_minor", "currency", "provider_id")
    if any(getattr(before, name) != getattr(row, name) for name in frozen):
        raise AlreadySettled
    return True


def _refuse_too_much(payment: Payment, row: SettlementRow) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select max(amount_minor) from payments_authorization where payment_id = %s and kind = 'hold' and vendor_ref <> ''",
            [payment.id],
        )
        agreed = cursor.fetchone()[0]
    if row.kind == "work" and row.total_minor > (agreed or 0):
        raise MoreThanAuthorized
    if payment.authorized_minor and row.total_minor > payment.authorized_minor:
        raise MoreThanAuthorized
