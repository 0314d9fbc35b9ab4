"""Payouts to the bank: on demand and by the daily schedule; pending, in transit, then paid or failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.stripe import balances, events, ledger, listing
from sandbox.stripe.desk import PLATFORM, Document, chosen, merged_metadata, new_id
from sandbox.stripe.errors import balance_insufficient, impossible, invalid
from sandbox.stripe.fixtures import blank

if TYPE_CHECKING:
    from sandbox.stripe.desk import Call, Desk

DAY = 86400
_DEPARTS = {"standard": 3600, "instant": 60}
_ARRIVES = {"standard": DAY, "instant": 1800}
_RETURN_AFTER = 2 * DAY
_FAILING = {
    "000111111116": ("no_account", "The bank account details are incorrect: no account was found."),
    "000111111113": ("account_closed", "The bank account has been closed."),
    "000222222227": ("insufficient_funds", "The bank could not take the payout."),
}
PAID_THEN_RETURNED = "000888888883"


def create_payout(call: Call) -> Document:
    """POST /v1/payouts of the platform or, with Stripe-Account, of a connected account."""
    params, desk = call.params, call.desk
    currency = params["currency"].lower()
    if params["amount"] <= 0:
        raise invalid("Invalid positive integer", param="amount", code="parameter_invalid_integer")
    if call.owner is not None and _bank(desk, call.owner) is None:
        raise impossible(
            "Sorry, you don't have any external accounts in that currency (usd).", code="payouts_not_allowed"
        )
    if ledger.balance(desk, call.owner, "available", currency) < params["amount"]:
        raise balance_insufficient("You have insufficient funds in your Stripe account for this payout.")
    return _send(desk, call.owner, params["amount"], currency, params)


def retrieve_payout(call: Call) -> Document:
    """GET /v1/payouts/{payout}."""
    return call.desk.get("payout", call.path["payout"], param="payout", owner=call.owner)


def list_payouts(call: Call) -> Document:
    """GET /v1/payouts, by status or destination."""
    where = chosen(call.params, "status", "destination")
    return listing.page(call, "payout", "/v1/payouts", where={**where, "_account": call.owner})


def plan(desk: Desk, owner: str | None) -> None:
    """Money has become available: the daily payout will take it at the next midnight UTC."""
    if balances.interval(desk, owner) == "daily":
        desk.schedule("pay_out", owner or PLATFORM, (desk.now() // DAY + 1) * DAY)


def pay_out(desk: Desk, owner: str | None) -> None:
    """The daily payout of everything available above the minimum balance, unless the bank account is in error."""
    bank = _bank(desk, owner) if owner is not None else None
    if balances.interval(desk, owner) != "daily" or (
        owner is not None and (bank is None or bank["status"] == "errored")
    ):
        return
    for currency, amount in ledger.balances(desk, owner, "available").items():
        surplus = amount - balances.minimum(desk, owner, currency)
        if surplus > 0:
            _send(desk, owner, surplus, currency, {}, automatic=True)


def depart(desk: Desk, payout: Document) -> None:
    """The vendor hands it to the bank."""
    payout = desk.save({**payout, "status": "in_transit"})
    events.record(desk, "payout.updated", payout, previous={"status": "pending"})
    desk.schedule("arrive", payout["id"], payout["arrival_date"])


def arrive(desk: Desk, payout: Document) -> None:
    """The bank takes it or refuses it, which the account's number decides."""
    bank = _bank(desk, payout["_account"]) or {}
    failure = _FAILING.get(bank.get("_number", ""))
    if failure is not None:
        _fail(desk, payout, bank, *failure)
        return
    payout = desk.save({**payout, "status": "paid"})
    desk.note_effect("payout_paid", payout, payout["amount"])
    events.record(desk, "payout.paid", payout)
    if bank.get("_number") == PAID_THEN_RETURNED:
        desk.schedule("return", payout["id"], desk.now() + _RETURN_AFTER)


def give_back(desk: Desk, payout: Document) -> None:
    """A bank may return a paid payout days later."""
    bank = _bank(desk, payout["_account"]) or {}
    _fail(desk, payout, bank, "could_not_process", "The bank could not process this payout.")


def _send(
    desk: Desk, owner: str | None, amount: int, currency: str, params: Document, *, automatic: bool = False
) -> Document:
    bank, method = _bank(desk, owner) if owner else None, params.get("method", "standard")
    payout = blank(
        "payout",
        id=new_id("po"),
        amount=amount,
        currency=currency,
        automatic=automatic,
        created=desk.now(),
        arrival_date=desk.now() + _ARRIVES[method],
        description=params.get("description"),
        destination=bank["id"] if bank else "ba_platform",
        metadata=merged_metadata({}, params.get("metadata")),
        method=method,
        status="pending",
        statement_descriptor=params.get("statement_descriptor"),
        reconciliation_status="completed" if automatic else "not_applicable",
        _account=owner,
    )
    covered = desk.store.list("balance_transaction", where={"_account": owner, "status": "available", "_payout": None})
    entry = ledger.book(desk, owner, "payout", amount=-amount, source=payout, against="banks")
    if automatic:
        for transaction in [*covered, entry]:
            desk.save({**transaction, "_payout": payout["id"]})
    payout = desk.save({**payout, "balance_transaction": entry["id"]})
    desk.schedule("depart", payout["id"], desk.now() + _DEPARTS[method])
    desk.note_effect("payout", payout, amount)
    events.record(desk, "payout.created", payout)
    return payout


def _fail(desk: Desk, payout: Document, bank: Document, code: str, message: str) -> None:
    entry = ledger.book(
        desk, payout["_account"], "payout_failure", amount=payout["amount"], source=payout, against="banks"
    )
    failed = {"status": "failed", "failure_code": code, "failure_message": message}
    payout = desk.save({**payout, **failed, "failure_balance_transaction": entry["id"]})
    desk.note_effect("payout_failed", payout, payout["amount"])
    events.record(desk, "payout.failed", payout)
    if bank:
        events.record(desk, "account.external_account.updated", desk.save({**bank, "status": "errored"}))


def _bank(desk: Desk, owner: str | None) -> Document | None:
    account = desk.store.get("v2.core.account", owner) if owner else None
    return desk.store.get("bank_account", account["_bank"]) if account and account.get("_bank") else None
