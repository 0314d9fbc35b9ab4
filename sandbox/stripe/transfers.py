"""Transfers from the platform to connected accounts, and their reversals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.stripe import events, ledger, listing
from sandbox.stripe.accounts import can_receive_transfers
from sandbox.stripe.desk import Document, chosen, merged_metadata, new_id, public
from sandbox.stripe.errors import balance_insufficient, impossible, invalid
from sandbox.stripe.fixtures import blank

if TYPE_CHECKING:
    from sandbox.stripe.desk import Call, Desk


def create_transfer(call: Call) -> Document:
    """POST /v1/transfers; with `source_transaction` it may use a charge that is still pending."""
    desk, params = call.desk, call.params
    source = (
        desk.get("charge", params["source_transaction"], param="source_transaction")
        if "source_transaction" in params
        else None
    )
    amount, currency = _amount(params, source), params["currency"].lower()
    account = desk.get("v2.core.account", params["destination"], param="destination")
    if not can_receive_transfers(account):
        message = "Your destination account needs to have at least one of the following capabilities enabled: transfers"
        raise impossible(message, param="destination", code="insufficient_capabilities_for_transfer")
    available_on = _draw(desk, source, amount, currency)
    payment_id = new_id("py")
    transfer = blank(
        "transfer",
        id=new_id("tr"),
        amount=amount,
        created=desk.now(),
        currency=currency,
        description=params.get("description"),
        destination=account["id"],
        destination_payment=payment_id,
        metadata=merged_metadata({}, params.get("metadata")),
        source_transaction=source["id"] if source else None,
        transfer_group=params.get("transfer_group", source["transfer_group"] if source else None),
    )
    transfer["reversals"] |= {"url": f"/v1/transfers/{transfer['id']}/reversals", "data": []}
    out = ledger.book(
        desk, None, "transfer", amount=-amount, source=transfer, against="transfers", available_on=available_on
    )
    desk.save({**transfer, "balance_transaction": out["id"], "_available_on": available_on})
    _receive(desk, transfer, available_on)
    desk.note_effect("transfer", transfer, amount, destination=account["id"])
    transfer = desk.get("transfer", transfer["id"])
    events.record(desk, "transfer.created", transfer)
    return transfer


def retrieve_transfer(call: Call) -> Document:
    """GET /v1/transfers/{transfer}."""
    return call.desk.get("transfer", call.path["transfer"], param="transfer")


def list_transfers(call: Call) -> Document:
    """GET /v1/transfers, by destination or transfer group."""
    where = chosen(call.params, "destination", "transfer_group")
    return listing.page(call, "transfer", "/v1/transfers", where=where)


def create_reversal(call: Call) -> Document:
    """POST /v1/transfers/{id}/reversals: takes it back while the provider still has it."""
    desk = call.desk
    transfer = desk.get("transfer", call.path["id"], param="id")
    left = transfer["amount"] - transfer["amount_reversed"]
    amount = call.params.get("amount", left)
    if not 0 < amount <= left:
        raise impossible(f"Transfer reversal amount must be from 1 to the {left} not yet reversed.", param="amount")
    account, available_on = transfer["destination"], transfer["_available_on"]
    state = "pending" if available_on and available_on > desk.now() else "available"
    if ledger.balance(desk, account, state, transfer["currency"]) < amount:
        raise balance_insufficient("The recipient's balance does not cover this reversal.")
    metadata = merged_metadata({}, call.params.get("metadata"))
    reversal = blank("transfer_reversal", id=new_id("trr"), amount=amount, created=desk.now(), metadata=metadata)
    reversal |= {"currency": transfer["currency"], "transfer": transfer["id"]}
    back = ledger.book(
        desk, None, "transfer_refund", amount=amount, source=reversal, against="transfers", available_on=available_on
    )
    ledger.book(
        desk, account, "payment_refund", amount=-amount, source=reversal, against="transfers", available_on=available_on
    )
    reversal = desk.save({**reversal, "balance_transaction": back["id"]})
    transfer["amount_reversed"] += amount
    transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
    transfer["reversals"]["data"].insert(0, public(reversal))
    desk.save(transfer)
    desk.note_effect("reversal", reversal, amount, group=transfer["transfer_group"])
    events.record(desk, "transfer.reversed", transfer)
    return reversal


def retrieve_reversal(call: Call) -> Document:
    """GET /v1/transfers/{transfer}/reversals/{id}."""
    return call.desk.get("transfer_reversal", call.path["id"], param="id")


def list_reversals(call: Call) -> Document:
    """GET /v1/transfers/{id}/reversals."""
    transfer = call.desk.get("transfer", call.path["id"], param="id")
    url = f"/v1/transfers/{transfer['id']}/reversals"
    return listing.page(call, "transfer_reversal", url, where={"transfer": transfer["id"]})


def _amount(params: Document, source: Document | None) -> int:
    amount = params.get("amount", source["amount_captured"] if source else None)
    if amount is None:
        raise invalid("Missing required param: amount.", param="amount", code="parameter_missing")
    if amount <= 0:
        raise invalid("Invalid positive integer", param="amount", code="parameter_invalid_integer")
    return int(amount)


def _draw(desk: Desk, source: Document | None, amount: int, currency: str) -> int | None:
    """When the money will be available: with its charge, or now out of the available balance."""
    if source is not None:
        if not source["captured"]:
            raise impossible("The source_transaction has not been captured.", param="source_transaction")
        earlier = desk.store.list("transfer", where={"source_transaction": source["id"]})
        if sum(one["amount"] for one in earlier) + amount > source["amount_captured"]:
            raise impossible(
                "The transfers from this source_transaction would exceed its amount.",
                param="amount",
            )
        origin = desk.get("balance_transaction", source["balance_transaction"])
        if origin["status"] == "pending":
            return int(origin["available_on"])
    if ledger.balance(desk, None, "available", currency) < amount:
        raise balance_insufficient("You have insufficient available funds in your Stripe account.")
    return None


def _receive(desk: Desk, transfer: Document, available_on: int | None) -> None:
    """The connected account's side: a payment object with its own balance transaction."""
    account = transfer["destination"]
    payment = blank("charge", id=transfer["destination_payment"], amount=transfer["amount"], created=desk.now())
    payment |= {"amount_captured": transfer["amount"], "captured": True, "currency": transfer["currency"]}
    payment |= {"source_transfer": transfer["id"], "transfer_group": None, "_account": account}
    payment |= {"payment_method": None, "payment_method_details": None, "outcome": None}
    entry = ledger.book(
        desk,
        account,
        "payment",
        amount=transfer["amount"],
        source=payment,
        against="transfers",
        available_on=available_on,
    )
    desk.save({**payment, "balance_transaction": entry["id"]})
