"""
The lock order of payments: payment, then intent; payout account, then payments in order of id, then intent.

The locks leave foreign keys alone (FOR NO KEY UPDATE): a row that only points at a payment need not wait.
"""

from typing import TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Model

from guildhall.kernel.ids import new_id
from guildhall.kernel.rows import Lock, fetch, read
from guildhall.payments.models import Authorization, Checkout, Intent, Payer, Payment, PayoutAccount, Transfer

M = TypeVar("M", bound=Model)
P = TypeVar("P", Authorization, Checkout, Transfer)


def lock_payment(reference: str, *, job_reference: str = "") -> Payment:
    """Give the payment of a reference (a tip's with its job's), made when it is new, and keep it for this transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            insert into payments_payment (id, reference, job_reference, currency, payment_state, payout_state, authorized_minor, captured_minor,
              refunded_minor, transferred_minor, fee_minor, tax_minor, uncollected_minor, is_closing, version)
            values (%s, %s, %s, '', 'none', 'none', 0, 0, 0, 0, 0, 0, 0, false, 0) on conflict (reference) do nothing
            """,
            [new_id(), reference, job_reference],
        )
    return _locked(Payment, "reference", reference)


def lock_payment_by_id(payment_id: UUID) -> Payment:
    """Give a payment and keep it for this transaction."""
    return _locked(Payment, "id", payment_id)


def under_lock(part: P, locked: Payment | None) -> tuple[Payment, P]:
    """Give the payment of a row that was read, kept, and the row as it is now; when that payment was `locked` before, it was read so."""
    if locked is not None and locked.id == part.payment_id:
        return locked, part
    payment = lock_payment_by_id(part.payment_id)
    return payment, _found(type(part), "id", part.pk)


def lock_payer(customer_id: UUID) -> None:
    """Take the queue of a customer's own object with the vendor."""
    if fetch(Payer, "customer_id", customer_id, lock="no key update") is None:
        Payer.objects.bulk_create([Payer(customer_id=customer_id)], ignore_conflicts=True)
        _locked(Payer, "customer_id", customer_id)


def lock_account(provider_id: UUID) -> PayoutAccount:
    """Give a provider's payout account, made when it is new, and keep it for this transaction."""
    known = fetch(PayoutAccount, "provider_id", provider_id, lock="no key update")
    if known is not None:
        return known
    PayoutAccount.objects.bulk_create([PayoutAccount(provider_id=provider_id)], ignore_conflicts=True)
    return _locked(PayoutAccount, "provider_id", provider_id)


def lock_payment_of(intent_id: UUID) -> Payment | None:
    """Give the payment that an intent is about, and keep it for this transaction; None when it is about none."""
    found = read(
        Payment, "where id = (select payment_id from payments_intent where id = %s) for no key update", [intent_id]
    )
    return found[0] if found else None


def lock_intent_alone(intent_id: UUID) -> Intent:
    """Give an intent and keep it for this transaction; what it belongs to is locked before."""
    return _locked(Intent, "id", intent_id)


def _locked(model: type[M], key: str, value: object) -> M:
    return _found(model, key, value, lock="no key update")


def _found(model: type[M], key: str, value: object, *, lock: Lock | None = None) -> M:
    found = fetch(model, key, value, lock=lock)
    if found is None:
        message = f"There is no {model.__name__} {value}"
        raise LookupError(message)
    return found
