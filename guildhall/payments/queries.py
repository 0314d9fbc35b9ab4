"""What may be learned about money. Everything that is asked by reference is for whoever may see that reference."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.db import connection

from guildhall.customers.queries import saved_card
from guildhall.kernel.money import Money
from guildhall.kernel.refusals import NotFound
from guildhall.kernel.rows import cards, read
from guildhall.payments import models
from guildhall.payments.lifecycle import AuthorizationStatus
from guildhall.payments.types import (
    Checkout,
    Earning,
    OnboardingLink,
    PaymentCard,
    PaymentState,
    PayoutCard,
    Posting,
    Purpose,
    TipCard,
    Transaction,
    cards_reference,
)
from guildhall.policy.queries import get
from guildhall.policy.types import MoneyPolicy

# With what would be captured (`collecting.live_hold`) and whether a case holds it (`closing.is_blocked`).
_PAYMENT = """
select p.customer_id, p.reference, p.payment_state, p.payout_state, p.currency, p.authorized_minor, p.captured_minor,
  p.refunded_minor, p.transferred_minor, p.fee_minor, p.tax_minor,
  (select a.capture_before from payments_authorization a where a.payment_id = p.id and a.status = %s and a.is_wanted
    order by a.attempt desc limit 1) as capture_before,
  exists (select from payments_settlement_block b where b.payment_id = p.id and b.lifted_at is null) as is_blocked
from payments_payment p where p.reference = %s
"""


def get_checkout(reference: str) -> Checkout:
    """
    Give the latest page of a reference; `url` is there once the vendor has opened it.

    :raises NotFound: when none was started.
    """
    found = read(
        models.Checkout,
        "where payment_id = (select id from payments_payment where reference = %s) order by number desc limit 1",
        [reference],
    )
    if not found:
        raise NotFound
    row = found[0]
    return Checkout(
        id=row.id,
        reference=reference,
        purpose=cast("Purpose", row.purpose),
        status=row.status,
        url=row.url or None,
        expires_at=row.expires_at,
    )


def get_card_setup(customer_id: UUID) -> Checkout | None:
    """Give the latest page that a customer opened to have another card on file, or None."""
    try:
        return get_checkout(cards_reference(customer_id))
    except NotFound:
        return None


def get_onboarding(provider_id: UUID) -> OnboardingLink:
    """
    Give the latest visit of a provider to the vendor's onboarding; `url` is there once the vendor has given it.

    :raises NotFound: when none was started.
    """
    found = read(models.OnboardingVisit, "where account_id = %s order by number desc limit 1", [provider_id])
    if not found:
        raise NotFound
    row = found[0]
    return OnboardingLink(
        id=row.id, provider_id=provider_id, status=row.status, url=row.url or None, expires_at=row.expires_at
    )


def get_payment(reference: str) -> PaymentCard:
    """
    Give where the money of a reference stands.

    :raises NotFound: when payments never heard of it.
    """
    found: list[dict[str, Any]] = cards(dict, _PAYMENT, [AuthorizationStatus.AUTHORIZED.value, reference])
    if not found:
        raise NotFound
    values = found[0]
    customer_id = values.pop("customer_id")
    card = saved_card(customer_id) if customer_id else None
    return PaymentCard(**values, card_brand=card.brand if card else "", card_last4=card.last4 if card else "")


def list_tips(reference: str) -> list[TipCard]:
    """Give the tips of a job, newest first."""
    return cards(
        TipCard,
        """
        select t.id, t.amount_minor, t.currency, t.status, t.refusal_code, p.payout_state, t.given_at
        from payments_tip t join payments_payment p on p.id = t.payment_id
        where t.job_reference = %s order by t.given_at desc, t.id desc
        """,
        [reference],
    )


def payment_states(references: Collection[str]) -> dict[str, str]:
    """Give the payment state of each reference that payments has heard of, by one question."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select reference, payment_state from payments_payment where reference = any(%s)", [list(references)]
        )
        return dict(cursor.fetchall())


def count_action_needed(*, most: int = 100) -> int:
    """How many jobs wait for their customer to do something about the money, counted up to `most`."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select count(*) from (
              select from payments_payment where payment_state = %s and job_reference = '' limit %s
            ) found
            """,
            [PaymentState.ACTION_NEEDED.value, most],
        )
        return int(cursor.fetchone()[0])


def list_action_needed(*, after: UUID | None = None, limit: int = 50) -> list[tuple[UUID, str]]:
    """Give (id, reference) of the jobs that wait so, in the order they were asked for; `after` is the last id seen."""
    rows = models.Payment.objects.filter(payment_state=PaymentState.ACTION_NEEDED, job_reference="")
    if after is not None:
        rows = rows.filter(id__gt=after)
    return list(rows.order_by("id").values_list("id", "reference")[:limit])


def ledger_of(reference: str) -> list[Posting]:
    """Give the ledger's entries of a reference and of its tips, oldest first."""
    return cards(
        Posting,
        """
        select j.id as journal_id, j.kind, a.kind as account, a.owner, e.amount_minor, a.currency, j.posted_at
        from payments_journal j join payments_entry e on e.journal_id = j.id join payments_account a on a.id = e.account_id
        where j.reference = any(array(select p.reference from payments_payment p where p.job_reference = %(of)s) || %(of)s::text)
        order by e.id
        """,
        {"of": reference},
    )


def balance_of(provider_id: UUID) -> Money:
    """Give what lies on a provider's balance with the vendor, in the house's currency: transferred, and not yet in their bank."""
    currency = get(MoneyPolicy).currency
    with connection.cursor() as cursor:
        cursor.execute("select payments.balance(%s, %s)", [provider_id, currency])
        return Money(int(cursor.fetchone()[0]), currency)


def list_payouts(provider_id: UUID, *, limit: int = 100) -> list[PayoutCard]:
    """Give a provider's payouts, newest first."""
    rows = read(models.Payout, "where account_id = %s order by created_at desc, id desc limit %s", [provider_id, limit])
    return [
        PayoutCard(
            id=row.id,
            amount_minor=row.amount_minor,
            currency=row.currency,
            status=row.status,
            arrives_at=row.arrives_at,
            failure_code=row.failure_code,
            created_at=row.created_at,
        )
        for row in rows
    ]


def list_earnings(provider_id: UUID, *, since: datetime, limit: int = 500) -> list[Earning]:
    """Give what a provider earned since an instant, newest first, tips among it: two queries."""
    rows = (
        models.Settlement.objects.filter(provider_id=provider_id, settled_at__gte=since, provider_minor__gt=0)
        .select_related("payment")
        .order_by("-settled_at", "-payment_id")[:limit]
    )
    found = list(rows)
    blocked = set(
        models.SettlementBlock.objects.filter(
            payment_id__in=[row.payment_id for row in found], lifted_at=None
        ).values_list("payment_id", flat=True)
    )
    return [
        Earning(
            reference=row.payment.job_reference or row.payment.reference,
            kind=row.kind,
            amount_minor=row.provider_minor,
            currency=row.currency,
            settled_at=row.settled_at,
            payout_state=row.payment.payout_state,
            is_blocked=row.payment_id in blocked,
        )
        for row in found
    ]


def list_transactions(reference: str) -> list[Transaction]:
    """Give the movements of a reference as the vendor knows them, oldest first."""
    attempts = read(
        models.Authorization,
        "where payment_id = (select id from payments_payment where reference = %s) order by attempt",
        [reference],
    )
    found = [_attempt(reference, row) for row in attempts]
    found += [_capture(reference, row) for row in attempts if row.kind == "hold" and row.captured_minor]
    transfers = read(
        models.Transfer, "where payment_id = (select id from payments_payment where reference = %s)", [reference]
    )
    if not transfers:
        return found
    transfer = transfers[0]
    account = models.PayoutAccount.objects.filter(provider_id=transfer.provider_id).first()
    account_ref = account.account_ref if account else ""
    parts = models.PayoutPart.objects.filter(transfer=transfer).select_related("payout").order_by("id")
    return [
        *found,
        _transfer(reference, transfer, account_ref),
        *(_part(reference, part, account_ref) for part in parts),
    ]


def _attempt(reference: str, row: models.Authorization) -> Transaction:
    return Transaction(
        id=row.id,
        reference=reference,
        kind="authorization" if row.kind == "hold" else "charge",
        amount_minor=row.amount_minor,
        currency=row.currency,
        status=row.status,
        vendor_ref=row.vendor_ref,
        account_ref="",
        at=row.requested_at,
    )


def _capture(reference: str, row: models.Authorization) -> Transaction:
    return Transaction(
        id=row.id,
        reference=reference,
        kind="capture",
        amount_minor=row.captured_minor,
        currency=row.currency,
        status=AuthorizationStatus.CAPTURED,
        vendor_ref=row.charge_ref,
        account_ref="",
        at=row.requested_at,
    )


def _transfer(reference: str, row: models.Transfer, account_ref: str) -> Transaction:
    settled = models.Settlement.objects.get(payment=row.payment_id)
    return Transaction(
        id=row.id,
        reference=reference,
        kind="transfer",
        amount_minor=row.amount_minor,
        currency=row.currency,
        status=row.status,
        vendor_ref=row.vendor_ref,
        account_ref=account_ref,
        at=row.made_at or settled.settled_at,
    )


def _part(reference: str, part: models.PayoutPart, account_ref: str) -> Transaction:
    return Transaction(
        id=part.payout_id,
        reference=reference,
        kind="payout",
        amount_minor=part.amount_minor,
        currency=part.payout.currency,
        status=part.payout.status,
        vendor_ref=part.payout.vendor_ref,
        account_ref=account_ref,
        at=part.payout.created_at,
    )
