"""What the bank did with an attempt at the card: held, refused, let go, paid."""

from datetime import datetime, timedelta

from guildhall.kernel.actors import Actor
from guildhall.kernel.rows import add, fetch
from guildhall.payments import ledger, lifecycle, tips
from guildhall.payments.closing import clear_if_done, settlement_of, tell
from guildhall.payments.collecting import collect, give_up, give_up_attempts, live_hold, next_attempt
from guildhall.payments.events import (
    AuthorizationMade,
    AuthorizationRefused,
    AuthorizationReleased,
    PaymentCaptured,
)
from guildhall.payments.lifecycle import AuthorizationStatus
from guildhall.payments.locking import under_lock
from guildhall.payments.models import Authorization, Checkout, Payment
from guildhall.payments.seen import SeenPayment
from guildhall.payments.sharing import share
from guildhall.timers.commands import set_timer

RENEWAL = "payments.renewal"
RENEW_BEFORE = timedelta(hours=12)
AUTHENTICATION = "authentication_required"


def observe_payment(seen: SeenPayment, *, by: Actor, at: datetime, locked: Payment | None = None) -> None:
    """
    Move our attempt forward to where the vendor's payment intent is. Late and repeated news finds no arrow and does nothing.

    :param locked: a payment whose lock the caller holds.
    """
    found = _find(seen, locked)
    if found is None:
        return
    payment, authorization = found
    if seen.status == "requires_capture" and authorization.status in lifecycle.HOLD.sources:
        _held(payment, authorization, seen, by=by, at=at)
    elif seen.status == "succeeded" and authorization.status in lifecycle.CAPTURE.sources:
        _paid(payment, authorization, seen, by=by, at=at)
    elif seen.status == "canceled" and authorization.status in lifecycle.RELEASE.sources:
        _let_go(payment, authorization, by=by, at=at)
    elif seen.status == "requires_payment_method" and seen.refusal_code and authorization.checkout_id is None:
        refuse(payment, authorization, code=seen.refusal_code, by=by, at=at)


def _find(seen: SeenPayment, locked: Payment | None) -> tuple[Payment, Authorization] | None:
    """Find the attempt by our own id in the metadata: the vendor's news may come before its answer."""
    checkout = fetch(Checkout, "id", seen.checkout) if seen.checkout else None
    if checkout is not None:
        payment, checkout = under_lock(checkout, locked)
        tried = fetch(Authorization, "checkout", checkout.id) or _from_page(payment, checkout, seen)
        return None if tried is None else (payment, tried)
    known = fetch(Authorization, "id", seen.authorization) if seen.authorization else None
    return None if known is None else under_lock(known, locked)


def _from_page(payment: Payment, checkout: Checkout, seen: SeenPayment) -> Authorization | None:
    """An attempt made on the hosted page becomes ours when it holds something; what is tried there before is not."""
    if seen.status not in {"requires_capture", "succeeded"}:
        return None
    tried = Authorization(
        payment=payment,
        attempt=next_attempt(payment),
        kind="hold",
        checkout=checkout,
        amount_minor=seen.amount_minor,
        currency=seen.currency,
        is_wanted=checkout.is_wanted,
        requested_at=checkout.started_at,
    )
    add(tried)
    return tried


def _held(payment: Payment, authorization: Authorization, seen: SeenPayment, *, by: Actor, at: datetime) -> None:
    authorization.move(
        lifecycle.HOLD,
        vendor_ref=seen.ref,
        charge_ref=seen.charge_ref,
        capture_before=seen.capture_before,
        refusal_code="",
    )
    if not authorization.is_wanted:
        give_up(payment, authorization, at=at)
        return
    if payment.payment_state in lifecycle.AUTHORIZE_PAYMENT.sources:
        payment.go(payment_state=lifecycle.AUTHORIZE_PAYMENT)
    payment.go(authorized_minor=authorization.amount_minor)
    if seen.capture_before is not None:
        set_timer(kind=RENEWAL, reference=str(authorization.id), due_at=seen.capture_before - RENEW_BEFORE)
    give_up_attempts(payment, at=at, but=authorization)
    tell(
        payment,
        AuthorizationMade,
        by=by,
        at=at,
        customer_id=payment.customer_id,
        authorized_minor=authorization.amount_minor,
        currency=authorization.currency,
        capture_before=seen.capture_before,
        is_renewal=authorization.renews_id is not None,
    )
    collect(payment, by=by, at=at)


def refuse(payment: Payment, authorization: Authorization, *, code: str, by: Actor, at: datetime) -> None:
    """The bank (or the vendor) said no to an attempt that waited for its answer."""
    if authorization.status != AuthorizationStatus.REQUESTED:
        return
    needs_customer = code == AUTHENTICATION
    authorization.move(lifecycle.ASK_CUSTOMER if needs_customer else lifecycle.DECLINE, refusal_code=code)
    tips.refused(payment, code=code)
    is_covered = live_hold(payment) is not None
    move = lifecycle.ASK_FOR_PAYMENT if needs_customer else lifecycle.DECLINE_PAYMENT
    if authorization.is_wanted:
        if not is_covered and payment.payment_state in move.sources:
            payment.go(payment_state=move)
        told = {"customer_id": payment.customer_id, "needs_customer": needs_customer, "code": code}
        tell(payment, AuthorizationRefused, by=by, at=at, **told, is_renewal=authorization.renews_id is not None)
    else:
        give_up(payment, authorization, at=at)
    collect(payment, by=by, at=at)
    clear_if_done(payment, by=by, at=at)


def _let_go(payment: Payment, authorization: Authorization, *, by: Actor, at: datetime) -> None:
    """Released at our wish, or run out. One that a renewal replaced goes without a word."""
    was_held = authorization.status == AuthorizationStatus.AUTHORIZED
    authorization.move(lifecycle.RELEASE)
    if was_held and live_hold(payment) is None and payment.payment_state == "authorized":
        payment.go(payment_state=lifecycle.RELEASE_PAYMENT, authorized_minor=0)
        told = {"released_minor": authorization.amount_minor, "currency": authorization.currency}
        tell(payment, AuthorizationReleased, by=by, at=at, customer_id=payment.customer_id, **told)
    collect(payment, by=by, at=at)
    clear_if_done(payment, by=by, at=at)


def _paid(payment: Payment, authorization: Authorization, seen: SeenPayment, *, by: Actor, at: datetime) -> None:
    amount = seen.captured_minor
    authorization.move(lifecycle.CAPTURE, vendor_ref=seen.ref, charge_ref=seen.charge_ref, captured_minor=amount)
    lines = ledger.captured(reference=payment.reference, amount_minor=amount, currency=authorization.currency)
    cause = f"authorization:{authorization.id}:captured"
    ledger.post(cause=cause, reference=payment.reference, kind="capture", lines=lines, by=by, at=at)
    payment.go(
        payment_state=lifecycle.CAPTURE_PAYMENT,
        authorized_minor=max(payment.authorized_minor, authorization.amount_minor),
        captured_minor=payment.captured_minor + amount,
    )
    give_up_attempts(payment, at=at, but=authorization)
    tips.paid(payment)
    settlement = settlement_of(payment)
    if settlement is None:
        return  # Captured by hand at the vendor: it stays held until it is settled.
    told = {"provider_id": settlement.provider_id, "captured_minor": amount, "currency": authorization.currency}
    tell(payment, PaymentCaptured, by=by, at=at, customer_id=payment.customer_id, **told)
    share(payment, by=by, at=at)
