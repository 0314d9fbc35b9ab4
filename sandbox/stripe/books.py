"""The emulator's own account of what it did, for tests that prove one effect per intent."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from sandbox.stripe.desk import PLATFORM, Document

if TYPE_CHECKING:
    from sandbox.stripe.desk import Desk

_TOTALS = {
    "authorization": "authorized",
    "charge": "captured",
    "capture": "captured",
    "release": "released",
    "refund": "refunded",
    "transfer": "transferred",
    "reversal": "reversed",
    "payout": "paid_out",
    "payout_paid": "arrived",
    "payout_failed": "returned",
}


def summary(desk: Desk) -> dict[str, Any]:
    """
    The books.

    `balances[owner][state][currency]`; `totals[currency]` and `groups[transfer_group]` in minor units by what happened
    (authorized, captured, released, refunded, transferred, reversed, paid_out, arrived, returned); `fees`;
    `sum`, zero when every posting balances; `effects.by_key`, `.by_group` and `.by_metadata` ("name=value"), each with
    the number of effects by kind; `violations` of the contract found in this process.
    """
    effects = desk.store.list("effect")
    rows = desk.store.list("ledger_balance")
    return {
        "balances": _balances(rows),
        "fees": {row["currency"]: row["amount"] for row in rows if row["account"] == "fees"},
        "sum": sum(row["amount"] for row in rows),
        "totals": _amounts(effects, "currency"),
        "groups": _amounts(effects, "group"),
        "effects": {
            "by_key": _counts((effect["key"], effect["kind"]) for effect in effects),
            "by_group": _counts((effect["group"], effect["kind"]) for effect in effects),
            "by_metadata": _counts(
                (f"{name}={value}", effect["kind"]) for effect in effects for name, value in effect["metadata"].items()
            ),
        },
        "violations": list(desk.violations),
    }


def _balances(rows: list[Document]) -> dict[str, Any]:
    found: dict[str, Any] = defaultdict(lambda: {"pending": {}, "available": {}})
    found[PLATFORM]["available"]["usd"] = 0
    for row in rows:
        owner, _, state = row["account"].partition(" ")
        if state:
            found[owner][state][row["currency"]] = row["amount"]
    return dict(found)


def _amounts(effects: list[Document], by: str) -> dict[str, dict[str, int]]:
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for effect in effects:
        if effect[by] is not None and effect["kind"] in _TOTALS:
            sums[effect[by]][_TOTALS[effect["kind"]]] += effect["amount"]
    return {name: dict(sums[name]) for name in sums}


def _counts(pairs: Any) -> dict[str, dict[str, int]]:
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for name, kind in pairs:
        if name is not None:
            counted[name][kind] += 1
    return {name: dict(counted[name]) for name in counted}
