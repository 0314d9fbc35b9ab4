"""The customer's side: attempts at the card, giving them up, and collecting what was settled."""

from datetime import datetime
from uuid import UUID

from django.db import connection

from guildhall.customers.queries import get_customer, saved_card
from guildhall.kernel.actors import Actor
from guildhall.kernel.refusals import Invalid, Refused
from guildhall.kernel.rows import add, change, holds, read
from guildhall.payments import ledger, lifecycle
from guildhall.payments.closing import clear_if_done, is_blocked, settlement_of, tell
from guildhall.payments.events import AuthorizationRefused
from guildhall.payments.intents import plan
from guildhall.payments.lifecycle import AuthorizationStatus, CheckoutStatus
from guildhall.payments.models import Authorization, Checkout, Payment, Settlement


class NoCard(Refused):
    """The customer has no card with the vendor."""

    code = "no_card"
    default_detail = "There is no saved card to use."


class OtherMoney(Invalid):
    """A reference has one customer and one currency."""

    code = "other_money"
    default_detail = "This booking is paid by another customer or in another currency."


def belong(payment: Payment, *, customer_id: UUID | None = None, currency: str = "") -> None:
    """
    Fix whose money a payment is and in which currency, the first time it is known.

    :raises OtherMoney: when it is known already and differs.
    """
    known_customer, known_currency = payment.customer_id or customer_id, payment.currency or currency
    if (customer_id or known_customer) != known_customer or (currency or known_currency) != known_currency:
        raise OtherMoney
    if (known_customer, known_currency) != (payment.customer_id, payment.currency):
        payment.go(customer_id=known_customer, currency=known_currency)


def live_hold(payment: Payment) -> Authorization | None:
    """The authorization that would be captured."""
    held = read(
        Authorization,
        "where payment_id = %s and status = %s and is_wanted order by attempt desc limit 1",
        [payment.id, AuthorizationStatus.AUTHORIZED.value],
    )
    return held[0] if held else None


def next_attempt(payment: Payment) -> int:
    """Number the next attempt at the card: a refused one is never sent again under its old key."""
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from payments_authorization where payment_id = %s", [payment.id])
        return int(cursor.fetchone()[0]) + 1


def attempt(
    payment: Payment, *, kind: str, amount_minor: int, key: str, at: datetime, renews: Authorization | None = None
) -> None:
    """
    Try the saved card with the customer absent: `kind` is `hold` or `charge`.

    :raises NoCard: when there is none.
    """
    customer_id = payment.customer_id
    card = saved_card(customer_id) if customer_id else None
    if customer_id is None or card is None:
        raise NoCard
    authorization = Authorization(
        payment=payment,
        attempt=next_attempt(payment),
        kind=kind,
        renews=renews,
        amount_minor=amount_minor,
        currency=payment.currency,
        requested_at=at,
    )
    add(authorization)
    plan(
        kind="authorize" if kind == "hold" else "charge",
        key=key,
        subject=authorization.id,
        payment_id=payment.id,
        params={
            "amount": amount_minor,
            "currency": payment.currency.lower(),
            "capture_method": "manual" if kind == "hold" else "automatic",
            "customer": get_customer(customer_id).payment_customer_ref,
            "payment_method": card.payment_method_ref,
            "confirm": True,
            "off_session": True,
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            "transfer_group": f"job_{payment.reference}",
            "metadata": {"job": payment.reference, "authorization": str(authorization.id)},
        },
        at=at,
    )


def give_up(payment: Payment, authorization: Authorization, *, at: datetime) -> None:
    """Nobody wants this attempt any more: release what it holds, or what it may turn out to hold."""
    if authorization.is_wanted:
        change(authorization, {"is_wanted": False})
    if authorization.status in {AuthorizationStatus.ACTION_NEEDED, AuthorizationStatus.DECLINED}:
        authorization.move(lifecycle.RELEASE)
    elif authorization.status == AuthorizationStatus.AUTHORIZED:
        key = f"job:{payment.reference}:auth:{authorization.attempt}:cancel"
        params = {"id": authorization.vendor_ref}
        plan(kind="cancel", key=key, subject=authorization.id, payment_id=payment.id, params=params, at=at)


def give_up_attempts(payment: Payment, *, at: datetime, but: Authorization | None = None) -> None:
    """Give up every attempt that is not over, except one."""
    over = [AuthorizationStatus.CAPTURED.value, AuthorizationStatus.RELEASED.value]
    for authorization in read(
        Authorization, "where payment_id = %s and status <> all(%s) order by attempt", [payment.id, over]
    ):
        if but is None or authorization.id != but.id:
            give_up(payment, authorization, at=at)


def give_up_checkouts(payment: Payment, *, at: datetime, is_wanted: bool = False) -> None:
    """Close every page that is open, or opens later; what is done on it meanwhile counts only when `is_wanted`."""
    on_page = [CheckoutStatus.REQUESTED.value, CheckoutStatus.OPEN.value]
    for checkout in read(Checkout, "where payment_id = %s and status = any(%s) order by number", [payment.id, on_page]):
        if not is_wanted:
            change(checkout, {"is_wanted": False})
        if checkout.status == CheckoutStatus.OPEN:
            expire_page(payment, checkout, at=at)


def expire_page(payment: Payment, checkout: Checkout, *, at: datetime) -> None:
    """Have the vendor close an open page; one that was completed in the meantime says so."""
    key = f"cs:{payment.reference}:{checkout.number}:expire"
    params = {"id": checkout.vendor_ref}
    plan(kind="expire", key=key, subject=checkout.id, payment_id=payment.id, params=params, at=at)


def collect(payment: Payment, *, by: Actor, at: datetime) -> None:
    """Collect a settlement that is not collected: capture what is held, else charge the saved card, else it stays owed."""
    settlement = settlement_of(payment)
    if settlement is None or payment.captured_minor or payment.uncollected_minor or is_blocked(payment):
        return
    if not settlement.total_minor or _answer_is_awaited(payment):
        return
    hold = live_hold(payment)
    if hold is not None and hold.amount_minor >= settlement.total_minor:
        _capture(payment, hold, settlement, at=at)
    elif holds("exists (select from payments_authorization where payment_id = %s and kind = 'charge')", [payment.id]):
        _leave_owed(payment, settlement, by=by, at=at)
    else:
        _charge(payment, settlement, by=by, at=at)


def _answer_is_awaited(payment: Payment) -> bool:
    return holds(
        "exists (select from payments_authorization where payment_id = %s and status = %s and is_wanted)",
        [payment.id, AuthorizationStatus.REQUESTED.value],
    )


def _capture(payment: Payment, hold: Authorization, settlement: Settlement, *, at: datetime) -> None:
    is_work = settlement.kind == "work"
    key = f"job:{payment.reference}:settle:1:capture" if is_work else f"job:{payment.reference}:cancelfee"
    plan(
        kind="capture",
        key=key if hold.attempt == 1 else f"{key}:{hold.attempt}",
        subject=hold.id,
        payment_id=payment.id,
        params={"id": hold.vendor_ref, "amount": settlement.total_minor},
        at=at,
    )
    give_up_attempts(payment, at=at, but=hold)


def _charge(payment: Payment, settlement: Settlement, *, by: Actor, at: datetime) -> None:
    is_work = settlement.kind == "work"
    key = f"job:{payment.reference}:settle:1:charge" if is_work else f"job:{payment.reference}:cancelfee:charge"
    try:
        attempt(payment, kind="charge", amount_minor=settlement.total_minor, key=key, at=at)
    except NoCard:
        refusal = {"needs_customer": True, "code": NoCard.code, "is_renewal": False}
        tell(payment, AuthorizationRefused, by=by, at=at, customer_id=payment.customer_id, **refusal)
        _leave_owed(payment, settlement, by=by, at=at)


def _leave_owed(payment: Payment, settlement: Settlement, *, by: Actor, at: datetime) -> None:
    """
    The card was refused. Work that was done stays to be paid (a new checkout collects it); a compensation becomes a debt on
    the customer's account, so that a cancellation never waits for a bank. A refused tip is over.
    """
    if payment.payment_state in lifecycle.DECLINE_PAYMENT.sources:
        payment.go(payment_state=lifecycle.DECLINE_PAYMENT)
    if settlement.kind in {"work", "tip"}:
        return
    lines = ledger.owed(
        customer=str(payment.customer_id),
        reference=payment.reference,
        amount_minor=settlement.total_minor,
        currency=settlement.currency,
    )
    ledger.post(
        cause=f"settlement:{payment.id}:owed", reference=payment.reference, kind="owed", lines=lines, by=by, at=at
    )
    payment.go(uncollected_minor=settlement.total_minor)
    clear_if_done(payment, by=by, at=at)
