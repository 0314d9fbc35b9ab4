"""What a bank does with a payment intent: authorize, capture, release, lapse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.stripe import cards, events, ledger
from sandbox.stripe.customers import card_of, declined
from sandbox.stripe.desk import Document, new_id, public
from sandbox.stripe.errors import VendorError, from_fixture, impossible
from sandbox.stripe.fixtures import blank

if TYPE_CHECKING:
    from sandbox.stripe.desk import Desk

_CANCELABLE = {"requires_payment_method", "requires_confirmation", "requires_action", "requires_capture", "processing"}


def confirm(desk: Desk, intent: Document, *, off_session: bool, authenticated: bool = False) -> Document:
    """
    Ask the bank: the intent becomes `requires_capture`, `succeeded`, or `requires_action` when the customer is present.

    :raises VendorError: 402 when the bank refuses or the absent customer would have to authenticate.
    """
    method = desk.get("payment_method", intent["payment_method"], param="payment_method")
    card = card_of(method)
    refusal = card.refusal(charging=True)
    if refusal is not None:
        raise _refuse(desk, intent, method, refusal)
    if not authenticated and card.wants_authentication(off_session=off_session, set_up=method["_set_up"]):
        if off_session:
            raise _refuse(desk, intent, method, _AUTHENTICATE)
        return _ask_the_customer(desk, intent)
    charge = _new_charge(desk, intent, method, window=card.window(off_session=off_session), authenticated=authenticated)
    desk.save(charge)
    if intent["capture_method"] == "manual":
        confirmed = _hold(desk, intent, charge)
    else:
        desk.note_effect("charge", intent, intent["amount"])
        confirmed = _take(desk, intent, charge, intent["amount"])
    events.record(desk, "charge.succeeded", desk.get("charge", charge["id"]))
    return confirmed


def capture(desk: Desk, intent: Document, amount: int | None) -> Document:
    """
    Take the amount (all by default); the rest of the authorization is released.

    :raises VendorError: when nothing is authorized any more, or less than the amount.
    """
    if intent["status"] != "requires_capture":
        message = f"This PaymentIntent could not be captured because it has a status of {intent['status']}."
        raise from_fixture("charge_already_captured", kept=True, message=message, payment_intent=public(intent))
    wanted = intent["amount_capturable"] if amount is None else amount
    if not 0 < wanted <= intent["amount_capturable"]:
        raise impossible(
            f"The amount_to_capture must be from 1 to {intent['amount_capturable']}.",
            param="amount_to_capture",
            code="amount_too_large" if wanted > 0 else "parameter_invalid_integer",
        )
    charge = desk.get("charge", intent["latest_charge"])
    desk.unschedule("lapse", intent["id"])
    desk.note_effect("capture", intent, wanted)
    if wanted < charge["amount"]:
        desk.note_effect("release", intent, charge["amount"] - wanted)
    taken = _take(desk, intent, charge, wanted)
    events.record(desk, "charge.captured", desk.get("charge", charge["id"]))
    return taken


def cancel(desk: Desk, intent: Document, reason: str | None) -> Document:
    """
    Give up the intent and release what it holds.

    :raises VendorError: when it has succeeded or was canceled before.
    """
    if intent["status"] not in _CANCELABLE:
        message = f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}."
        raise impossible(message, code="payment_intent_unexpected_state")
    if intent["status"] == "requires_capture":
        desk.unschedule("lapse", intent["id"])
        desk.note_effect("release", intent, intent["amount_capturable"])
        _release_charge(desk, intent, "charge.refunded" if reason != "automatic" else "charge.expired")
    canceled = {"status": "canceled", "canceled_at": desk.now(), "cancellation_reason": reason, "amount_capturable": 0}
    intent = desk.save({**intent, **canceled, "next_action": None})
    events.record(desk, "payment_intent.canceled", intent)
    return intent


def lapse(desk: Desk, intent: Document) -> None:
    """Nobody captured in time: the bank lets the money go."""
    if intent["status"] == "requires_capture":
        cancel(desk, intent, "automatic")


_AUTHENTICATE = cards.Decline(
    "authentication_required", "authentication_required", message="This payment requires authentication."
)


def _hold(desk: Desk, intent: Document, charge: Document) -> Document:
    amount = intent["amount"]
    held = {"status": "requires_capture", "amount_capturable": amount, "latest_charge": charge["id"]}
    intent = desk.save({**intent, **held, "next_action": None, "last_payment_error": None})
    desk.schedule("lapse", intent["id"], charge["payment_method_details"]["card"]["capture_before"])
    desk.note_effect("authorization", intent, amount)
    events.record(desk, "payment_intent.amount_capturable_updated", intent)
    return intent


def _take(desk: Desk, intent: Document, charge: Document, amount: int) -> Document:
    transaction = ledger.book(
        desk,
        None,
        "charge",
        amount=amount,
        fee=ledger.processing_fee(amount),
        source=charge,
        against="cards",
        available_on=desk.now() + ledger.SETTLEMENT_SECONDS,
    )
    charge["payment_method_details"]["card"].pop("capture_before", None)
    desk.save({**charge, "captured": True, "amount_captured": amount, "balance_transaction": transaction["id"]})
    taken = {"status": "succeeded", "amount_capturable": 0, "amount_received": amount, "latest_charge": charge["id"]}
    intent = desk.save({**intent, **taken, "next_action": None, "last_payment_error": None})
    events.record(desk, "payment_intent.succeeded", intent)
    return intent


def _release_charge(desk: Desk, intent: Document, event: str) -> None:
    charge = desk.get("charge", intent["latest_charge"])
    charge = desk.save({**charge, "refunded": True, "amount_refunded": charge["amount"], "_released": True})
    events.record(desk, event, charge)


def _ask_the_customer(desk: Desk, intent: Document) -> Document:
    action = {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}}
    intent = desk.save({**intent, "status": "requires_action", "next_action": action})
    events.record(desk, "payment_intent.requires_action", intent)
    return intent


def _refuse(desk: Desk, intent: Document, method: Document, refusal: cards.Decline) -> VendorError:
    charge = _new_charge(desk, intent, method, window=0, authenticated=False)
    charge |= {"status": "failed", "paid": False, "failure_code": refusal.code, "failure_message": refusal.message}
    charge["outcome"] |= {
        "type": "issuer_declined",
        "reason": refusal.decline_code,
        "network_status": "declined_by_network",
    }
    charge["payment_method_details"]["card"].pop("capture_before")
    desk.save(charge)
    events.record(desk, "charge.failed", charge)
    problem = declined(refusal, payment_method=method).error
    failed = {"status": "requires_payment_method", "payment_method": None, "latest_charge": charge["id"]}
    intent = desk.save(
        {**intent, **failed, "next_action": None, "last_payment_error": {**problem, "charge": charge["id"]}}
    )
    events.record(desk, "payment_intent.payment_failed", intent)
    return declined(refusal, charge=charge["id"], payment_intent=intent, payment_method=method)


def _new_charge(desk: Desk, intent: Document, method: Document, *, window: int, authenticated: bool) -> Document:
    now = desk.now()
    charge = blank(
        "charge",
        id=new_id("ch"),
        created=now,
        amount=intent["amount"],
        currency=intent["currency"],
        customer=intent["customer"],
        description=intent["description"],
        metadata=intent["metadata"],
        payment_intent=intent["id"],
        payment_method=method["id"],
        transfer_group=intent["transfer_group"],
        billing_details=method["billing_details"],
    )
    charge["outcome"] |= {"type": "authorized", "network_status": "approved_by_network"}
    charge["refunds"]["url"] = f"/v1/charges/{charge['id']}/refunds"
    shown = ("brand", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4")
    charge["payment_method_details"]["card"] |= {name: method["card"][name] for name in shown} | {
        "network": method["card"]["brand"],
        "amount_authorized": intent["amount"],
        "capture_before": now + window,
        "overcapture": {"maximum_amount_capturable": intent["amount"], "status": "unavailable"},
        "installments": None,
        "wallet": None,
        "three_d_secure": {"result": "authenticated", "version": "2.2.0"} if authenticated else None,
    }
    return charge
