"""Hosted Checkout sessions in set-up and payment mode."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.stripe import authorizing, events, listing, setup_intents
from sandbox.stripe.customers import attach, card_of
from sandbox.stripe.desk import Cause, Document, chosen, merged_metadata, new_id
from sandbox.stripe.errors import impossible, invalid
from sandbox.stripe.fixtures import blank
from sandbox.stripe.payment_intents import SMALLEST_CHARGE, new_intent

if TYPE_CHECKING:
    from sandbox.stripe.desk import Call, Desk

SHORTEST, LONGEST = 30 * 60, 24 * 3600


def create_session(call: Call) -> Document:
    """POST /v1/checkout/sessions."""
    desk, params = call.desk, call.params
    _check(call)
    items = [_line_item(item) for item in params.get("line_items", [])]
    total = sum(item["amount_total"] for item in items)
    if items and total < SMALLEST_CHARGE:
        raise invalid("The Checkout Session's total amount must be at least $0.50 usd.", code="amount_too_small")
    session_id = new_id("cs_test", 58)
    passed_on = (
        "customer",
        "customer_email",
        "client_reference_id",
        "success_url",
        "cancel_url",
        "locale",
        "submit_type",
    )
    payment = params["mode"] == "payment"
    session = blank(
        "checkout.session",
        id=session_id,
        url=f"{desk.public_url}/c/pay/{session_id}",
        mode=params["mode"],
        created=desk.now(),
        expires_at=params.get("expires_at", desk.now() + LONGEST),
        metadata=merged_metadata({}, params.get("metadata")),
        currency=items[0]["currency"] if items else params.get("currency"),
        amount_total=total if payment else None,
        amount_subtotal=total if payment else None,
        payment_status="unpaid" if payment else "no_payment_required",
        setup_intent=None if payment else _setup_intent(call)["id"],
        _payment=params.get("payment_intent_data", {}),
        _expandable={"line_items": _list_of(items, session_id)},
        _key=desk.cause.key,
        **chosen(params, *passed_on),
    )
    desk.save(session)
    desk.schedule("expire", session_id, session["expires_at"])
    desk.note_effect("checkout_session", session, total)
    return session


def retrieve_session(call: Call) -> Document:
    """GET /v1/checkout/sessions/{session}."""
    return call.desk.get("checkout.session", call.path["session"], param="session")


def list_sessions(call: Call) -> Document:
    """GET /v1/checkout/sessions, by customer, intent or status."""
    where = chosen(call.params, "customer", "payment_intent", "status")
    return listing.page(call, "checkout.session", "/v1/checkout/sessions", where=where)


def expire_session(call: Call) -> Document:
    """POST /v1/checkout/sessions/{session}/expire."""
    session = retrieve_session(call)
    if session["status"] != "open":
        message = f'Only Checkout Sessions with a status in ["open"] can be expired. This one is {session["status"]}.'
        raise impossible(message)
    return expire(call.desk, session)


def expire(desk: Desk, session: Document) -> Document:
    """The page closes without a card; what it had begun is called off."""
    if session["status"] != "open":
        return session
    desk.unschedule("expire", session["id"])
    if session["setup_intent"]:
        setup_intents.give_up(desk, desk.get("setup_intent", session["setup_intent"]))
    if session["payment_intent"]:
        authorizing.cancel(desk, desk.get("payment_intent", session["payment_intent"]), "automatic")
    session = desk.save({**session, "status": "expired", "url": None})
    events.record(desk, "checkout.session.expired", session)
    return session


def wants_authentication(method: Document) -> bool:
    """Whether the visitor has to pass the bank's own step before this card is used."""
    return card_of(method).wants_authentication(off_session=False, set_up=method["_set_up"])


def complete(desk: Desk, session: Document, method: Document) -> Document:
    """
    The visitor gave a card (and authenticated when asked): save it, or pay with it, and close the session.

    :raises VendorError: 402 when the bank refuses; the session stays open for another card.
    """
    if session["mode"] == "setup":
        setup_intents.complete(desk, desk.get("setup_intent", session["setup_intent"]), method)
        done: Document = {}
    else:
        intent = _pay(desk, session, method)
        status = "paid" if intent["status"] == "succeeded" else "unpaid"
        done = {"payment_status": status, "payment_intent": intent["id"]}
    desk.unschedule("expire", session["id"])
    details = {
        "address": method["billing_details"]["address"],
        "email": session["customer_email"],
        "tax_exempt": "none",
    }
    details |= {"name": None, "phone": None, "tax_ids": []}
    session = desk.save({**session, **done, "status": "complete", "customer_details": details, "url": None})
    events.record(desk, "checkout.session.completed", session)
    return session


def cause_of(session: Document) -> Cause:
    """What a visitor does on the page is the effect of the request that opened it."""
    return Cause(None, session["_key"])


def intent_of(desk: Desk, session: Document) -> Document:
    """The session's payment intent, made when the visitor first tries to pay."""
    if session["payment_intent"]:
        return desk.get("payment_intent", session["payment_intent"])
    given = {"amount": session["amount_total"], "currency": session["currency"], **session["_payment"]}
    given |= {"customer": session["customer"]} if session["customer"] else {}
    intent = desk.save(new_intent(desk, given))
    session["payment_intent"] = intent["id"]
    desk.save(session)
    events.record(desk, "payment_intent.created", intent)
    return intent


def _pay(desk: Desk, session: Document, method: Document) -> Document:
    intent = desk.save({**intent_of(desk, session), "payment_method": method["id"], "status": "requires_confirmation"})
    intent = authorizing.confirm(desk, intent, off_session=False, authenticated=True)
    if intent["setup_future_usage"] and intent["customer"]:
        method = desk.save({**method, "_set_up": intent["setup_future_usage"] == "off_session"})
        attach(desk, method, intent["customer"])
    return intent


def _check(call: Call) -> None:
    params = call.params
    if params.get("mode") not in {"setup", "payment"}:
        raise invalid("You must provide `mode`: this emulator knows setup and payment.", param="mode")
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        raise invalid("This emulator has hosted pages only.", param="ui_mode")
    if "success_url" not in params:
        raise invalid("Missing required param: success_url.", param="success_url", code="parameter_missing")
    if "expires_at" in params and not SHORTEST <= params["expires_at"] - call.desk.now() <= LONGEST:
        message = "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation."
        raise invalid(message, param="expires_at")
    if "customer" in params:
        call.desk.get("customer", params["customer"], param="customer")
    _check_mode(params)


def _check_mode(params: Document) -> None:
    if params["mode"] == "payment":
        if not params.get("line_items"):
            raise invalid("`line_items` is required in `payment` mode.", param="line_items", code="parameter_missing")
        return
    for name in ("line_items", "payment_intent_data"):
        if name in params:
            raise invalid(f"You can not pass `{name}` in `setup` mode.", param=name)
    if "currency" not in params:
        message = "`currency` is required in `setup` mode when payment methods are chosen dynamically."
        raise invalid(message, param="currency", code="parameter_missing")


def _setup_intent(call: Call) -> Document:
    given = call.params.get("setup_intent_data", {})
    return setup_intents.new_setup(
        call.desk,
        customer=call.params.get("customer"),
        metadata=given.get("metadata"),
        description=given.get("description"),
    )


def _line_item(item: Document) -> Document:
    price = item.get("price_data")
    if price is None or "unit_amount" not in price or "product_data" not in price:
        raise invalid("This emulator needs price_data with unit_amount and product_data.", param="line_items")
    quantity, currency = item.get("quantity", 1), price["currency"].lower()
    total = price["unit_amount"] * quantity
    amounts = {"amount_subtotal": total, "amount_total": total, "amount_discount": 0, "amount_tax": 0}
    name = price["product_data"]["name"]
    line = {"id": new_id("li"), "object": "item", "description": name, "currency": currency, "quantity": quantity}
    return {**line, **amounts, "price": None, "metadata": {}, "adjustable_quantity": None}


def _list_of(items: list[Document], session_id: str) -> Document:
    url = f"/v1/checkout/sessions/{session_id}/line_items"
    return {"object": "list", "data": items, "has_more": False, "url": url}
