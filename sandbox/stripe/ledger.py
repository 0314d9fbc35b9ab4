"""Double-entry books: every posting sums to zero, every balance transaction moves its owner's balance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.stripe.desk import PLATFORM, Document, new_id
from sandbox.stripe.fixtures import blank

if TYPE_CHECKING:
    from sandbox.stripe.desk import Desk

SETTLEMENT_SECONDS = 2 * 86400
_CATEGORIES = {"payment": "charge", "payout_failure": "payout_reversal"}


def balance(desk: Desk, owner: str | None, state: str, currency: str) -> int:
    """What the platform (None) or a connected account has `pending` or `available`."""
    return _amount(desk, f"{owner or PLATFORM} {state}", currency)


def balances(desk: Desk, owner: str | None, state: str) -> dict[str, int]:
    """The same for every currency that was ever moved."""
    rows = desk.store.list("ledger_balance", where={"account": f"{owner or PLATFORM} {state}"})
    return {row["currency"]: row["amount"] for row in rows}


def book(
    desk: Desk,
    owner: str | None,
    kind: str,
    *,
    amount: int,
    source: Document,
    against: str,
    fee: int = 0,
    available_on: int | None = None,
) -> Document:
    """
    Write a balance transaction of the owner and its posting.

    :param amount: signed minor units; the fee is taken off it.
    :param against: the account the money comes from or goes to: `cards`, `banks` or `transfers`.
    :param available_on: when it stops being pending; None or the past means at once.
    """
    now = desk.now()
    available_on = max(now, available_on or 0)
    state = "available" if available_on <= now else "pending"
    transaction = blank(
        "balance_transaction",
        id=new_id("txn"),
        amount=amount,
        net=amount - fee,
        fee=fee,
        fee_details=[_fee_detail(fee, source["currency"])] if fee else [],
        currency=source["currency"],
        created=now,
        available_on=available_on,
        status=state,
        type=kind,
        reporting_category=_CATEGORIES.get(kind, kind),
        source=source["id"],
        _account=owner,
    )
    desk.save(transaction)
    post(desk, source["currency"], {f"{owner or PLATFORM} {state}": amount - fee, "fees": fee, against: -amount})
    if state == "pending":
        desk.schedule("settle", transaction["id"], available_on)
    return transaction


def settle(desk: Desk, transaction: Document) -> None:
    """The pending amount becomes available."""
    desk.save({**transaction, "status": "available"})
    owner, net = transaction["_account"] or PLATFORM, transaction["net"]
    post(desk, transaction["currency"], {f"{owner} pending": -net, f"{owner} available": net})


def post(desk: Desk, currency: str, lines: dict[str, int]) -> None:
    """Move money between accounts of the books; the lines sum to zero."""
    assert sum(lines.values()) == 0, lines
    for account, amount in lines.items():
        if amount:
            row = {"account": account, "currency": currency, "amount": _amount(desk, account, currency) + amount}
            desk.store.put("ledger_balance", f"{account} {currency}", row)


def processing_fee(amount: int) -> int:
    """The vendor's 2.9 % and 30 cents, rounded half up."""
    return (amount * 29 + 500) // 1000 + 30


def _amount(desk: Desk, account: str, currency: str) -> int:
    row = desk.store.get("ledger_balance", f"{account} {currency}")
    return 0 if row is None else int(row["amount"])


def _fee_detail(fee: int, currency: str) -> Document:
    return {
        "amount": fee,
        "application": None,
        "currency": currency,
        "description": "Stripe processing fees",
        "type": "stripe_fee",
    }
