"""Payment intents and the charges they make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.stripe import authorizing, events, listing
from sandbox.stripe.customers import attach, method_of
from sandbox.stripe.desk import Document, chosen, merged_metadata, new_id
from sandbox.stripe.errors import impossible, invalid
from sandbox.stripe.fixtures import blank

if TYPE_CHECKING:
    from sandbox.stripe.desk import Call, Desk

SMALLEST_CHARGE = 50
_CONFIRMABLE = {"requires_payment_method", "requires_confirmation", "requires_action"}


def create_intent(call: Call) -> Document:
    """POST /v1/payment_intents, with `confirm` in the same breath or not."""
    params = call.params
    if params.get("off_session") and not params.get("confirm"):
        raise invalid("You can only set off_session when confirm is true.", param="off_session")
    intent = new_intent(call.desk, params)
    if "payment_method" in params:
        intent |= _with_method(call.desk, intent, params["payment_method"])
    if params.get("confirm"):
        _check_confirmable(intent, params)
    call.desk.save(intent)
    events.record(call.desk, "payment_intent.created", intent)
    if params.get("confirm"):
        return _confirm(call, intent)
    return intent


def new_intent(desk: Desk, params: Document) -> Document:
    """
    An intent from the parameters of the API or of a checkout session, not saved yet.

    :raises VendorError: when the amount is too small or the customer unknown.
    """
    if params["amount"] < SMALLEST_CHARGE:
        raise invalid("Amount must be at least $0.50 usd", param="amount", code="amount_too_small")
    if "customer" in params:
        desk.get("customer", params["customer"], param="customer")
    intent_id = new_id("pi")
    plain = ("customer", "description", "transfer_group", "setup_future_usage", "receipt_email", "statement_descriptor")
    return blank(
        "payment_intent",
        id=intent_id,
        client_secret=f"{intent_id}_secret_{new_id('x', 16)[2:]}",
        created=desk.now(),
        amount=params["amount"],
        currency=params["currency"].lower(),
        capture_method=params.get("capture_method", "automatic"),
        metadata=merged_metadata({}, params.get("metadata")),
        automatic_payment_methods={
            "allow_redirects": "always",
            **params.get("automatic_payment_methods", {"enabled": True}),
        },
        **chosen(params, *plain),
    )


def retrieve_intent(call: Call) -> Document:
    """GET /v1/payment_intents/{intent}."""
    return _intent(call)


def update_intent(call: Call) -> Document:
    """POST /v1/payment_intents/{intent}: metadata and description at any time."""
    intent, allowed = _intent(call), {"metadata", "description", "expand"}
    refused = sorted(set(call.params) - allowed)
    if refused:
        raise impossible(f"This emulator updates only metadata and description, not {refused[0]}.", param=refused[0])
    metadata = merged_metadata(intent["metadata"], call.params.get("metadata"))
    return call.desk.save(
        {**intent, "metadata": metadata, "description": call.params.get("description", intent["description"])}
    )


def list_intents(call: Call) -> Document:
    """GET /v1/payment_intents, by customer when asked."""
    where = chosen(call.params, "customer")
    return listing.page(call, "payment_intent", "/v1/payment_intents", where=where)


def confirm_intent(call: Call) -> Document:
    """POST /v1/payment_intents/{intent}/confirm."""
    intent = _intent(call)
    if intent["status"] not in _CONFIRMABLE:
        message = f"You cannot confirm this PaymentIntent because it has a status of {intent['status']}."
        raise impossible(message, code="payment_intent_unexpected_state")
    if "payment_method" in call.params:
        intent |= _with_method(call.desk, intent, call.params["payment_method"])
    intent |= chosen(call.params, "capture_method", "receipt_email")
    _check_confirmable(intent, call.params)
    return _confirm(call, intent)


def capture_intent(call: Call) -> Document:
    """POST /v1/payment_intents/{intent}/capture."""
    intent = _intent(call)
    intent["metadata"] = merged_metadata(intent["metadata"], call.params.get("metadata"))
    return authorizing.capture(call.desk, intent, call.params.get("amount_to_capture"))


def cancel_intent(call: Call) -> Document:
    """POST /v1/payment_intents/{intent}/cancel."""
    return authorizing.cancel(call.desk, _intent(call), call.params.get("cancellation_reason"))


def retrieve_charge(call: Call) -> Document:
    """GET /v1/charges/{charge}."""
    return call.desk.get("charge", call.path["charge"], param="charge", owner=call.owner)


def list_charges(call: Call) -> Document:
    """GET /v1/charges, by customer, intent or transfer group."""
    where = chosen(call.params, "customer", "payment_intent", "transfer_group")
    return listing.page(call, "charge", "/v1/charges", where={**where, "_account": call.owner})


def _intent(call: Call) -> Document:
    return call.desk.get("payment_intent", call.path["intent"], param="intent")


def _confirm(call: Call, intent: Document) -> Document:
    confirmed = authorizing.confirm(call.desk, intent, off_session=bool(call.params.get("off_session")))
    if confirmed["setup_future_usage"] and confirmed["customer"] and confirmed["status"] != "requires_action":
        attach(call.desk, call.desk.get("payment_method", confirmed["payment_method"]), confirmed["customer"])
    return confirmed


def _with_method(desk: Desk, intent: Document, wanted: str) -> Document:
    method = method_of(desk, wanted)
    if method.get("_detached"):
        raise invalid(
            "This PaymentMethod was detached from its Customer and may not be used again.", param="payment_method"
        )
    if method["customer"] is not None and method["customer"] != intent["customer"]:
        raise invalid(
            f"The PaymentMethod {method['id']} belongs to another Customer than this PaymentIntent's.",
            param="payment_method",
        )
    return {"payment_method": method["id"], "status": "requires_confirmation"}


def _check_confirmable(intent: Document, params: Document) -> None:
    if intent["payment_method"] is None:
        message = "You cannot confirm this PaymentIntent because it's missing a payment method."
        raise impossible(message, code="payment_intent_unexpected_state")
    redirects = intent["automatic_payment_methods"].get("allow_redirects") != "never"
    if redirects and not params.get("off_session") and "return_url" not in params:
        raise invalid(
            "This PaymentIntent accepts payment methods that might redirect your customer, so you must provide a "
            "`return_url`, or set automatic_payment_methods[allow_redirects] to never.",
            param="return_url",
        )
