"""Providers' accounts with the vendor and the payouts that leave them."""

from datetime import datetime
from uuid import UUID

from django.db import connection
from procrastinate.contrib.django import app as jobs

from guildhall.eventlog.commands import publish
from guildhall.kernel.actors import Actor
from guildhall.kernel.rows import ONE_MORE_VERSION, change, fetch
from guildhall.payments import ledger, lifecycle
from guildhall.payments.closing import tell
from guildhall.payments.events import PayoutAccountChanged, PayoutFailed, PayoutPaid
from guildhall.payments.intents import key_after_failures, plan
from guildhall.payments.lifecycle import PayoutStatus, VisitStatus
from guildhall.payments.locking import lock_account, lock_payment_by_id
from guildhall.payments.models import OnboardingVisit, Payout, PayoutAccount, PayoutPart, Transfer
from guildhall.payments.seen import SeenAccount, SeenLink, SeenPayout
from guildhall.providers.commands import record_payout_account


def ask_for_link(account: PayoutAccount, visit: OnboardingVisit, *, at: datetime) -> None:
    """Plan the link of a visit; a provider whom the vendor does not know yet gets an account first."""
    if account.account_ref:
        _plan_link(account, visit, at=at)
        return
    provider_id = account.provider_id
    params = {
        "dashboard": "express",
        "identity": {"country": "us"},
        "defaults": {"responsibilities": {"fees_collector": "application", "losses_collector": "application"}},
        "configuration": {"recipient": {"capabilities": {"stripe_balance": {"stripe_transfers": {"requested": True}}}}},
        "metadata": {"provider": str(provider_id)},
        "include": ["configuration.recipient"],
    }
    key = key_after_failures(f"acct:{provider_id}:create", provider_id)
    plan(kind="account", key=key, subject=provider_id, provider_id=provider_id, params=params, at=at)


def _plan_link(account: PayoutAccount, visit: OnboardingVisit, *, at: datetime) -> None:
    urls = {"refresh_url": visit.return_url, "return_url": visit.return_url}
    use_case = {"type": "account_onboarding", "account_onboarding": urls}
    plan(
        kind="link",
        key=f"acct:{account.provider_id}:link:{visit.number}",
        subject=visit.id,
        provider_id=account.provider_id,
        params={"account": account.account_ref, "use_case": use_case},
        at=at,
    )


def observe_link(visit_id: UUID, seen: SeenLink) -> None:
    """The vendor gave the address of a visit."""
    visit = fetch(OnboardingVisit, "id", visit_id)
    if visit is not None and visit.status == VisitStatus.REQUESTED:
        visit.move(lifecycle.GIVE_LINK, url=seen.url, expires_at=seen.expires_at)


def observe_account(seen: SeenAccount, *, by: Actor, at: datetime) -> None:
    """Follow what the vendor says of a provider's account; when money may go there, send what waited for it."""
    account = _account_of(seen)
    if account is None or (account.account_ref, account.capability) == (seen.ref, seen.capability):
        return
    is_new, was_active = not account.account_ref, account.is_active
    change(account, {"account_ref": seen.ref, "capability": seen.capability, "version": ONE_MORE_VERSION})
    record_payout_account(provider_id=account.provider_id, account_ref=seen.ref, enabled=account.is_active, at=at)
    fact = PayoutAccountChanged(
        aggregate_id=account.provider_id,
        version=account.version,
        provider_id=account.provider_id,
        is_active=account.is_active,
        status=seen.capability,
    )
    publish(fact, by=by, at=at)
    if is_new:
        for visit in OnboardingVisit.objects.filter(account=account, status=VisitStatus.REQUESTED).order_by("number"):
            _plan_link(account, visit, at=at)
    if account.is_active and not was_active:
        jobs.configure_task("payments.send_shares").defer(provider_id=str(account.provider_id))


def _account_of(seen: SeenAccount) -> PayoutAccount | None:
    """Find it by the vendor's name, or by ours in the metadata: the news may come before the answer."""
    found = fetch(PayoutAccount, "account_ref", seen.ref)
    if found is None and seen.provider:
        found = fetch(PayoutAccount, "provider_id", UUID(seen.provider))
        if found is not None and found.account_ref:
            return None
    return lock_account(found.provider_id) if found else None


def available_minor(provider_id: UUID, currency: str) -> int:
    """What may leave the provider's balance: not what is under way, nor what came from blocked references. The account is locked."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select payments.balance(%(id)s, %(currency)s) - payments.under_way(%(id)s, %(currency)s, null)"
            " - payments.kept_back(%(id)s, %(currency)s)",
            {"id": provider_id, "currency": currency},
        )
        return int(cursor.fetchone()[0])


def observe_payout(seen: SeenPayout, *, by: Actor, at: datetime) -> None:
    """Move our row of a payout forward: on its way, in the bank, or sent back (even after it was paid)."""
    account = fetch(PayoutAccount, "account_ref", seen.account_ref)
    if account is None:
        return
    account = lock_account(account.provider_id)
    payout = _payout_of(account, seen, at)
    if payout.status == PayoutStatus.REQUESTED:
        payout.move(lifecycle.ACCEPT_PAYOUT, vendor_ref=seen.ref, arrives_at=seen.arrives_at)
    _allocate(payout)
    if seen.status == "in_transit" and payout.status in lifecycle.SHIP_PAYOUT.sources:
        payout.move(lifecycle.SHIP_PAYOUT, arrives_at=seen.arrives_at)
    elif seen.status == "paid" and payout.status in lifecycle.PAY_PAYOUT.sources:
        _arrived(payout, by=by, at=at)
    elif seen.status == "failed" and payout.status in lifecycle.FAIL_PAYOUT.sources:
        fail_payout(payout, code=seen.failure_code, by=by, at=at)


def _payout_of(account: PayoutAccount, seen: SeenPayout, at: datetime) -> Payout:
    """Ours by its metadata, known by its name, or one of the vendor's schedule that we meet for the first time."""
    known = Payout.objects.filter(account=account, vendor_ref=seen.ref).first()
    if known is None and seen.payout:
        known = Payout.objects.filter(account=account, id=seen.payout).first()
    return known or Payout.objects.create(
        account=account, amount_minor=seen.amount_minor, currency=seen.currency, created_at=at
    )


def _allocate(payout: Payout) -> None:
    """Say which transfers a payout carries, oldest first, as far as it reaches."""
    left = payout.amount_minor - sum(PayoutPart.objects.filter(payout=payout).values_list("amount_minor", flat=True))
    if payout.status == PayoutStatus.FAILED or left <= 0:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select id, amount_minor - payments.paid_out_of(id) from payments_transfer
            where provider_id = %s and currency = %s and status = 'made' and amount_minor > payments.paid_out_of(id)
            order by made_at, id
            """,
            [payout.account_id, payout.currency],
        )
        unpaid = cursor.fetchall()
    for transfer_id, rest in unpaid:
        part = min(left, rest)
        if part > 0:
            PayoutPart.objects.create(payout=payout, transfer_id=transfer_id, amount_minor=part)
            left -= part


def _arrived(payout: Payout, *, by: Actor, at: datetime) -> None:
    payout.move(lifecycle.PAY_PAYOUT)
    provider = payout.account_id
    lines = ledger.paid_out(provider=str(provider), amount_minor=payout.amount_minor, currency=payout.currency)
    ledger.post(cause=f"payout:{payout.id}:paid", reference="", kind="payout", lines=lines, by=by, at=at)
    for part in _parts(payout):
        payment = lock_payment_by_id(part.transfer.payment_id)
        if _is_wholly_paid(part.transfer) and payment.payout_state in lifecycle.PAY_OUT_SHARE.sources:
            payment.go(payout_state=lifecycle.PAY_OUT_SHARE)
            told = {"payout_id": payout.id, "amount_minor": part.amount_minor, "currency": payout.currency}
            tell(payment, PayoutPaid, by=by, at=at, provider_id=provider, **told)


def fail_payout(payout: Payout, *, code: str, by: Actor, at: datetime) -> None:
    """The money is on the provider's balance again; had it been booked as paid, the ledger takes that back."""
    was_paid = payout.status == PayoutStatus.PAID
    payout.move(lifecycle.FAIL_PAYOUT, failure_code=code)
    if was_paid:
        ledger.reverse(cause=f"payout:{payout.id}:failed", of_cause=f"payout:{payout.id}:paid", by=by, at=at)
    for part in _parts(payout):
        payment = lock_payment_by_id(part.transfer.payment_id)
        if payment.payout_state in lifecycle.BOUNCE_SHARE.sources:
            payment.go(payout_state=lifecycle.BOUNCE_SHARE)
        told = {"payout_id": payout.id, "amount_minor": part.amount_minor, "currency": payout.currency, "code": code}
        tell(payment, PayoutFailed, by=by, at=at, provider_id=payout.account_id, **told)


def _parts(payout: Payout) -> list[PayoutPart]:
    return list(PayoutPart.objects.filter(payout=payout).select_related("transfer").order_by("transfer__payment_id"))


def _is_wholly_paid(transfer: Transfer) -> bool:
    parts = PayoutPart.objects.filter(transfer=transfer, payout__status=PayoutStatus.PAID)
    return sum(parts.values_list("amount_minor", flat=True)) == transfer.amount_minor
