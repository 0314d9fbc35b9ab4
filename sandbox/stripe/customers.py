"""Customers and their saved cards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.stripe import cards, events, listing
from sandbox.stripe.desk import Document, chosen, merged_metadata, new_id, public
from sandbox.stripe.errors import VendorError, impossible, invalid
from sandbox.stripe.fixtures import blank

if TYPE_CHECKING:
    from sandbox.stripe.desk import Call, Desk

_FIELDS = ("address", "description", "email", "name", "phone", "shipping", "business_name", "individual_name")


def create_customer(call: Call) -> Document:
    """POST /v1/customers."""
    given = chosen(call.params, *_FIELDS)
    metadata = merged_metadata({}, call.params.get("metadata"))
    customer = blank("customer", id=new_id("cus", 14), created=call.desk.now(), metadata=metadata, **given)
    call.desk.save(customer)
    call.desk.note_effect("customer", customer, 0)
    events.record(call.desk, "customer.created", customer)
    if "payment_method" in call.params:
        attach(call.desk, method_of(call.desk, call.params["payment_method"]), customer["id"])
    return customer


def retrieve_customer(call: Call) -> Document:
    """GET /v1/customers/{customer}."""
    return call.desk.get("customer", call.path["customer"], param="id")


def update_customer(call: Call) -> Document:
    """POST /v1/customers/{customer}."""
    customer = call.desk.get("customer", call.path["customer"], param="id")
    given = {name: call.params[name] or None for name in _FIELDS if name in call.params}
    metadata = merged_metadata(customer["metadata"], call.params.get("metadata"))
    settings = {**customer["invoice_settings"], **_default_method(call)}
    previous = {name: customer.get(name) for name in given}
    customer = call.desk.save({**customer, **given, "metadata": metadata, "invoice_settings": settings})
    events.record(call.desk, "customer.updated", customer, previous=previous)
    return customer


def list_customer_methods(call: Call) -> Document:
    """GET /v1/customers/{customer}/payment_methods."""
    customer = call.desk.get("customer", call.path["customer"], param="customer")
    url = f"/v1/customers/{customer['id']}/payment_methods"
    return listing.page(call, "payment_method", url, where={"customer": customer["id"]})


def retrieve_method(call: Call) -> Document:
    """GET /v1/payment_methods/{payment_method}."""
    return call.desk.get("payment_method", call.path["payment_method"], param="payment_method")


def attach_method(call: Call) -> Document:
    """POST /v1/payment_methods/{payment_method}/attach."""
    if "customer" not in call.params:
        raise invalid("Missing required param: customer.", param="customer", code="parameter_missing")
    customer = call.desk.get("customer", call.params["customer"], param="customer")
    return attach(call.desk, method_of(call.desk, call.path["payment_method"]), customer["id"])


def detach_method(call: Call) -> Document:
    """POST /v1/payment_methods/{payment_method}/detach: it can never be used or attached again."""
    method = call.desk.get("payment_method", call.path["payment_method"], param="payment_method")
    if method["customer"] is None:
        raise impossible("The payment method you provided is not attached to a customer so detachment is impossible.")
    detached = call.desk.save({**method, "customer": None, "_detached": True})
    events.record(call.desk, "payment_method.detached", detached, previous={"customer": method["customer"]})
    return detached


def attach(desk: Desk, method: Document, customer_id: str) -> Document:
    """
    Save the card with the customer.

    :raises VendorError: when it was detached before, belongs to another customer, or its bank refuses.
    """
    if method.get("_detached"):
        raise impossible("This PaymentMethod was previously detached from a Customer and may not be used again.")
    if method["customer"] not in {None, customer_id}:
        raise impossible("The payment method you provided has already been attached to a customer.")
    if method["customer"] == customer_id:
        return method
    refusal = card_of(method).refusal(charging=False)
    if refusal is not None:
        raise declined(refusal)
    attached = desk.save({**method, "customer": customer_id})
    events.record(desk, "payment_method.attached", attached)
    return attached


def method_of(desk: Desk, wanted: str) -> Document:
    """The payment method of an id, or a new one of a test token such as `pm_card_visa`."""
    if wanted in cards.TOKENS:
        return new_method(desk, cards.CARDS[cards.TOKENS[wanted]], month=12, year=2034, zip_code=None)
    return desk.get("payment_method", wanted, param="payment_method")


def new_method(desk: Desk, card: cards.TestCard, *, month: int, year: int, zip_code: str | None) -> Document:
    """A card typed in on a hosted page."""
    method = blank("payment_method", id=new_id("pm"), created=desk.now(), _card=card.number, _set_up=False)
    method["billing_details"]["address"]["postal_code"] = zip_code
    method["card"] |= {
        "brand": card.brand,
        "display_brand": card.brand,
        "last4": card.number[-4:],
        "exp_month": month,
        "exp_year": year,
        "fingerprint": f"print{card.number[-8:]}",
        "generated_from": None,
        "networks": {"available": [card.brand], "preferred": None},
        "wallet": None,
    }
    return desk.save(method)


def card_of(method: Document) -> cards.TestCard:
    """The test card behind a payment method."""
    return cards.CARDS[method["_card"]]


def declined(refusal: cards.Decline, **objects: Document | str) -> VendorError:
    """402 in the vendor's envelope; the answer is kept under the idempotency key."""
    error: Document = {"type": "card_error", "code": refusal.code, "message": refusal.message}
    error |= {"decline_code": refusal.decline_code} if refusal.decline_code else {}
    error |= {"advice_code": refusal.advice_code} if refusal.advice_code else {}
    shown = {name: public(one) if isinstance(one, dict) else one for name, one in objects.items()}
    return VendorError(402, {**error, **shown}, kept=True)


def _default_method(call: Call) -> Document:
    wanted = call.params.get("invoice_settings", {}).get("default_payment_method")
    if not wanted:
        return {}
    method = call.desk.get("payment_method", wanted, param="invoice_settings[default_payment_method]")
    if method["customer"] != call.path["customer"]:
        raise invalid("The payment method must be attached to the customer.", param="invoice_settings")
    return {"default_payment_method": method["id"]}
