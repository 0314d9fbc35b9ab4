"""Setup intents: a card saved without a payment. Hosted checkout makes and completes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.stripe import events, listing
from sandbox.stripe.customers import attach, card_of, declined
from sandbox.stripe.desk import Document, chosen, merged_metadata, new_id
from sandbox.stripe.fixtures import blank

if TYPE_CHECKING:
    from sandbox.stripe.desk import Call, Desk


def new_setup(desk: Desk, *, customer: str | None, metadata: Document | None, description: str | None) -> Document:
    """An intent that waits for a card."""
    setup_id = new_id("seti")
    setup = blank(
        "setup_intent",
        id=setup_id,
        client_secret=f"{setup_id}_secret_{new_id('x', 16)[2:]}",
        created=desk.now(),
        customer=customer,
        description=description,
        metadata=merged_metadata({}, metadata),
    )
    desk.save(setup)
    events.record(desk, "setup_intent.created", setup)
    return setup


def complete(desk: Desk, setup: Document, method: Document) -> Document:
    """
    Save the card for later payments without the customer; they have authenticated where the bank wanted it.

    :raises VendorError: 402 when the bank refuses the card.
    """
    refusal = card_of(method).refusal(charging=False)
    if refusal is not None:
        problem = declined(refusal, payment_method=method)
        setup = desk.save({**setup, "last_setup_error": problem.error})
        events.record(desk, "setup_intent.setup_failed", setup)
        raise declined(refusal, setup_intent=setup, payment_method=method)
    method = desk.save({**method, "_set_up": True})
    if setup["customer"] is not None:
        attach(desk, method, setup["customer"])
    done = {"status": "succeeded", "payment_method": method["id"], "last_setup_error": None, "next_action": None}
    setup = desk.save({**setup, **done})
    events.record(desk, "setup_intent.succeeded", setup)
    return setup


def fail_authentication(desk: Desk, setup: Document) -> Document:
    """The customer did not prove who they are; they may try again."""
    error = {
        "type": "invalid_request_error",
        "code": "setup_intent_authentication_failure",
        "message": "The latest attempt to set up the payment method has failed because authentication failed.",
    }
    setup = desk.save({**setup, "status": "requires_payment_method", "last_setup_error": error})
    events.record(desk, "setup_intent.setup_failed", setup)
    return setup


def give_up(desk: Desk, setup: Document) -> Document:
    """The session that owned it ended without a card."""
    setup = desk.save({**setup, "status": "canceled", "cancellation_reason": "abandoned"})
    events.record(desk, "setup_intent.canceled", setup)
    return setup


def retrieve_setup(call: Call) -> Document:
    """GET /v1/setup_intents/{intent}."""
    return call.desk.get("setup_intent", call.path["intent"], param="intent")


def list_setups(call: Call) -> Document:
    """GET /v1/setup_intents, by customer or card."""
    where = chosen(call.params, "customer", "payment_method")
    return listing.page(call, "setup_intent", "/v1/setup_intents", where=where)
