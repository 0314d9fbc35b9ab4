"""Hosted pages: asking for one, and what came of it."""

from datetime import datetime
from uuid import UUID

from guildhall.customers.commands import record_card, record_payment_customer
from guildhall.customers.queries import get_customer
from guildhall.kernel.actors import Actor
from guildhall.kernel.rows import fetch
from guildhall.payments import lifecycle
from guildhall.payments.closing import clear_if_done, tell
from guildhall.payments.collecting import expire_page
from guildhall.payments.events import CardSaved, CheckoutExpired
from guildhall.payments.holding import observe_payment
from guildhall.payments.intents import key_after_failures, plan
from guildhall.payments.lifecycle import CheckoutStatus
from guildhall.payments.locking import lock_payer, under_lock
from guildhall.payments.models import Checkout, Payment
from guildhall.payments.seen import SeenCheckout, SeenCustomer

_PRODUCT = "Your booking: held now, charged after the work"


def ask_for_page(checkout: Checkout, *, at: datetime) -> None:
    """Plan the page; a customer whom the vendor does not know yet is introduced first."""
    customer_id = checkout.payment.customer_id
    assert customer_id is not None, "a checkout has a customer"
    lock_payer(customer_id)
    customer_ref = get_customer(customer_id).payment_customer_ref
    if customer_ref:
        _plan_page(checkout, customer_ref, at=at)
    else:
        params = {"metadata": {"user": str(customer_id)}}
        plan(
            kind="customer",
            key=key_after_failures(f"cus:{customer_id}", customer_id),
            subject=customer_id,
            params=params,
            at=at,
        )


def observe_customer(customer_id: UUID, seen: SeenCustomer, *, at: datetime) -> None:
    """The vendor knows the customer: remember the name it uses, and ask for the pages that waited for it."""
    lock_payer(customer_id)
    if not get_customer(customer_id).payment_customer_ref:
        record_payment_customer(customer_id=customer_id, customer_ref=seen.ref, at=at)
    waiting = Checkout.objects.filter(payment__customer_id=customer_id, status=CheckoutStatus.REQUESTED)
    for checkout in waiting.select_related("payment").order_by("id"):
        _plan_page(checkout, get_customer(customer_id).payment_customer_ref, at=at)


def _plan_page(checkout: Checkout, customer_ref: str, *, at: datetime) -> None:
    reference = checkout.payment.reference
    metadata = {"job": reference, "checkout": str(checkout.id)}
    params = {
        "ui_mode": "hosted_page",
        "customer": customer_ref,
        "client_reference_id": reference,
        "metadata": metadata,
        "success_url": success_url(checkout),
        "cancel_url": checkout.return_url,
        "expires_at": int(checkout.expires_at.timestamp()),
    }
    currency = checkout.payment.currency.lower()
    if checkout.purpose == "save_card":
        params |= {"mode": "setup", "currency": currency}
    else:
        price = {"currency": currency, "unit_amount": checkout.amount_minor, "product_data": {"name": _PRODUCT}}
        params |= {
            "mode": "payment",
            "line_items": [{"quantity": 1, "price_data": price}],
            "payment_intent_data": {
                "capture_method": "manual",
                "setup_future_usage": "off_session",
                "transfer_group": f"job_{reference}",
                "metadata": metadata,
            },
        }
    key = f"cs:{reference}:{checkout.number}"
    plan(kind="checkout", key=key, subject=checkout.id, payment_id=checkout.payment_id, params=params, at=at)


def success_url(checkout: Checkout) -> str:
    """
    Where the vendor leads who has given a card: our page, told by `card` which visit was finished.

    The vendor's news of it may come a moment later than the browser.
    """
    joint = "&" if "?" in checkout.return_url else "?"
    return f"{checkout.return_url}{joint}card={checkout.id}"


def observe_checkout(seen: SeenCheckout, *, by: Actor, at: datetime, locked: Payment | None = None) -> None:
    """
    Move our row of a page forward to where the vendor's is; pages that are not ours are left alone.

    :param locked: a payment whose lock the caller holds.
    """
    found = fetch(Checkout, "id", seen.checkout) if seen.checkout else None
    if found is None:
        return
    payment, found = under_lock(found, locked)
    if seen.status == "open" and found.status == CheckoutStatus.REQUESTED:
        _opened(payment, found, seen, at=at)
    elif seen.status == "complete" and found.status in lifecycle.COMPLETE.sources:
        _completed(payment, found, seen, by=by, at=at)
    elif seen.status == "expired" and found.status in lifecycle.EXPIRE.sources:
        close_page(payment, found, by=by, at=at)


def _opened(payment: Payment, checkout: Checkout, seen: SeenCheckout, *, at: datetime) -> None:
    checkout.move(lifecycle.OPEN_PAGE, vendor_ref=seen.ref, url=seen.url, expires_at=seen.expires_at)
    if not checkout.is_wanted:
        expire_page(payment, checkout, at=at)


def _completed(payment: Payment, checkout: Checkout, seen: SeenCheckout, *, by: Actor, at: datetime) -> None:
    checkout.move(lifecycle.COMPLETE, vendor_ref=seen.ref)
    if seen.card is not None and payment.customer_id is not None:
        card = seen.card
        record_card(
            customer_id=payment.customer_id,
            payment_method_ref=card.payment_method_ref,
            brand=card.brand,
            last4=card.last4,
            exp_month=card.exp_month,
            exp_year=card.exp_year,
            at=at,
        )
    if checkout.is_wanted:
        tell(payment, CardSaved, by=by, at=at, customer_id=payment.customer_id)
    if seen.payment is not None:
        observe_payment(seen.payment, by=by, at=at, locked=payment)
    clear_if_done(payment, by=by, at=at)


def close_page(payment: Payment, checkout: Checkout, *, by: Actor, at: datetime) -> None:
    """The page ended with nothing done."""
    checkout.move(lifecycle.EXPIRE)
    if checkout.is_wanted:
        told = {"customer_id": payment.customer_id, "checkout_id": checkout.id, "purpose": checkout.purpose}
        tell(payment, CheckoutExpired, by=by, at=at, **told)
    clear_if_done(payment, by=by, at=at)
