"""Refunds: money back to the card, out of the platform's balance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.stripe import events, ledger, listing
from sandbox.stripe.desk import Document, chosen, merged_metadata, new_id
from sandbox.stripe.errors import impossible, invalid
from sandbox.stripe.fixtures import blank

if TYPE_CHECKING:
    from sandbox.stripe.desk import Call, Desk


def create_refund(call: Call) -> Document:
    """POST /v1/refunds, of all that is left or of a part."""
    charge = _charge(call)
    if not charge["captured"]:
        raise impossible("This charge has not been captured: cancel its PaymentIntent to release it.", param="charge")
    left = charge["amount_captured"] - charge["amount_refunded"]
    if left == 0:
        raise impossible(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    amount = call.params.get("amount", left)
    if not 0 < amount <= left:
        raise impossible(f"Refund amount must be from 1 to the unrefunded {left}.", param="amount")
    refund = blank(
        "refund",
        id=new_id("re"),
        amount=amount,
        charge=charge["id"],
        created=call.desk.now(),
        currency=charge["currency"],
        metadata=merged_metadata({}, call.params.get("metadata")),
        payment_intent=charge["payment_intent"],
        reason=call.params.get("reason"),
        status="pending",
        pending_reason="insufficient_funds",
    )
    refunded = charge["amount_refunded"] + amount
    charge |= {"amount_refunded": refunded, "refunded": refunded == charge["amount_captured"]}
    call.desk.save(charge)
    call.desk.save(refund)
    call.desk.note_effect("refund", refund, amount, group=charge["transfer_group"])
    events.record(call.desk, "refund.created", refund)
    events.record(call.desk, "charge.refunded", charge)
    return pay_back(call.desk, refund)


def pay_back(desk: Desk, refund: Document) -> Document:
    """Debit the platform if it has the money; otherwise the refund stays pending until money becomes available."""
    charge = desk.get("charge", refund["charge"])
    origin = desk.get("balance_transaction", charge["balance_transaction"])
    waits_too = origin["status"] == "pending"
    if not waits_too and ledger.balance(desk, None, "available", refund["currency"]) < refund["amount"]:
        return refund
    available_on = origin["available_on"] if waits_too else None
    amount = -refund["amount"]
    entry = ledger.book(desk, None, "refund", amount=amount, source=refund, against="cards", available_on=available_on)
    refund = desk.save({**refund, "status": "succeeded", "pending_reason": None, "balance_transaction": entry["id"]})
    events.record(desk, "refund.updated", refund)
    return refund


def pay_back_waiting(desk: Desk) -> None:
    """Money became available: oldest pending refunds first."""
    for refund in desk.store.list("refund", where={"status": "pending"}):
        pay_back(desk, refund)


def retrieve_refund(call: Call) -> Document:
    """GET /v1/refunds/{refund}."""
    return call.desk.get("refund", call.path["refund"], param="refund")


def list_refunds(call: Call) -> Document:
    """GET /v1/refunds, by charge or payment intent."""
    where = chosen(call.params, "charge", "payment_intent")
    return listing.page(call, "refund", "/v1/refunds", where=where)


def _charge(call: Call) -> Document:
    if "charge" in call.params:
        return call.desk.get("charge", call.params["charge"], param="charge")
    if "payment_intent" not in call.params:
        raise invalid(
            "One of the following params should be provided: charge, payment_intent.", code="parameter_missing"
        )
    intent = call.desk.get("payment_intent", call.params["payment_intent"], param="payment_intent")
    if intent["latest_charge"] is None:
        raise impossible(f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.")
    return call.desk.get("charge", intent["latest_charge"])
