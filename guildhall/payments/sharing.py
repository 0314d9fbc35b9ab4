"""After the capture: the split of what is held, and the provider's share on its way to their balance."""

from datetime import datetime
from uuid import UUID

from guildhall.catalog.queries import city_of
from guildhall.kernel.actors import Actor
from guildhall.kernel.rows import add, fetch, read
from guildhall.payments import ledger, lifecycle
from guildhall.payments.closing import clear_if_done, is_blocked, settlement_of, tell
from guildhall.payments.events import PaymentTransferred
from guildhall.payments.intents import plan
from guildhall.payments.lifecycle import AuthorizationStatus, TransferStatus
from guildhall.payments.locking import lock_payment_by_id
from guildhall.payments.models import Authorization, Payment, PayoutAccount, Settlement, Transfer
from guildhall.policy.queries import is_paused
from guildhall.providers.queries import get_reach


def share(payment: Payment, *, by: Actor, at: datetime) -> None:
    """Give a captured payment to whom it belongs: at once what is ours, by a transfer what is the provider's."""
    settlement = settlement_of(payment)
    if settlement is None or payment.captured_minor != settlement.total_minor:
        return
    if not settlement.provider_minor:
        _split(payment, settlement, by=by, at=at)
        clear_if_done(payment, by=by, at=at)
        return
    transfer = fetch(Transfer, "payment", payment.id)
    if transfer is None:
        transfer = Transfer(
            payment=payment,
            provider_id=settlement.provider_id,
            amount_minor=settlement.provider_minor,
            currency=settlement.currency,
        )
        add(transfer)
        payment.go(payout_state=lifecycle.HOLD_SHARE)
    send_share(payment, transfer, at=at)


def send_share(payment: Payment, transfer: Transfer, *, at: datetime) -> None:
    """Plan the transfer of a waiting share, unless the provider cannot be paid now or a case is open."""
    account = fetch(PayoutAccount, "provider", transfer.provider_id)
    may_go = account is not None and account.is_active and not is_blocked(payment)
    if (
        account is None
        or not may_go
        or transfer.status != TransferStatus.WAITING
        or payouts_are_paused(transfer.provider_id)
    ):
        return
    [charge] = read(
        Authorization, "where payment_id = %s and status = %s", [payment.id, AuthorizationStatus.CAPTURED.value]
    )
    attempt = transfer.attempt + 1
    transfer.move(lifecycle.SEND_SHARE, attempt=attempt)
    key = f"job:{payment.reference}:settle:1:transfer:{transfer.provider_id}"
    if payment.job_reference:
        key = f"{payment.reference}:transfer"
    plan(
        kind="transfer",
        key=key if attempt == 1 else f"{key}:{attempt}",
        subject=transfer.id,
        payment_id=payment.id,
        params={
            "amount": transfer.amount_minor,
            "currency": transfer.currency.lower(),
            "destination": account.account_ref,
            "source_transaction": charge.charge_ref,
            "transfer_group": f"job_{payment.reference}",
            "metadata": {"job": payment.reference, "transfer": str(transfer.id)},
        },
        at=at,
    )


def send_waiting(provider_id: UUID, *, at: datetime) -> None:
    """Plan the transfers that waited for the provider's account; payments are locked in order of id."""
    waiting = Transfer.objects.filter(provider_id=provider_id, status=TransferStatus.WAITING)
    for payment_id in list(waiting.order_by("payment_id").values_list("payment_id", flat=True)):
        payment = lock_payment_by_id(payment_id)
        send_share(payment, Transfer.objects.get(payment=payment), at=at)


def finish_share(payment: Payment, transfer: Transfer, *, vendor_ref: str, by: Actor, at: datetime) -> None:
    """The share lies on the provider's balance: the ledger follows, and the reference may be cleared."""
    settlement = settlement_of(payment)
    assert settlement is not None, "what is shared was settled"
    transfer.move(lifecycle.MAKE_SHARE, vendor_ref=vendor_ref, made_at=at)
    _split(payment, settlement, by=by, at=at)
    payment.go(payout_state=lifecycle.TRANSFER_SHARE, transferred_minor=transfer.amount_minor)
    tell(
        payment,
        PaymentTransferred,
        by=by,
        at=at,
        customer_id=payment.customer_id,
        provider_id=transfer.provider_id,
        transferred_minor=transfer.amount_minor,
        currency=transfer.currency,
    )
    clear_if_done(payment, by=by, at=at)


def payouts_are_paused(provider_id: UUID) -> bool:
    """Whether an operator stopped payouts where the provider lives, or everywhere."""
    reach = get_reach(provider_id)
    city = None
    if reach.home_latitude is not None and reach.home_longitude is not None:
        city = city_of(reach.home_latitude, reach.home_longitude)
    return is_paused("payouts", city.key if city else "*")


def _split(payment: Payment, settlement: Settlement, *, by: Actor, at: datetime) -> None:
    ledger.post(
        cause=f"settlement:{payment.id}:split",
        reference=payment.reference,
        kind="split",
        lines=ledger.split(
            reference=payment.reference,
            provider=str(settlement.provider_id),
            provider_minor=settlement.provider_minor,
            fee_minor=settlement.fee_minor,
            tax_minor=settlement.tax_minor,
            currency=settlement.currency,
        ),
        by=by,
        at=at,
    )
    payment.go(fee_minor=settlement.fee_minor, tax_minor=settlement.tax_minor)
