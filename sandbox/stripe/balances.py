"""Balances, their transactions and their settings, of the platform and of connected accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.stripe import events, ledger, listing
from sandbox.stripe.desk import PLATFORM, Document, chosen
from sandbox.stripe.errors import invalid

if TYPE_CHECKING:
    from sandbox.stripe.desk import Call, Desk


def retrieve_balance(call: Call) -> Document:
    """GET /v1/balance."""
    return balance_object(call.desk, call.owner)


def balance_object(desk: Desk, owner: str | None) -> Document:
    """The balance of the platform (None) or of a connected account."""
    parts = {state: _part(ledger.balances(desk, owner, state)) for state in ("available", "pending")}
    reserved = [] if owner else [{"amount": 0, "currency": "usd"}]
    return {"object": "balance", "livemode": False, "connect_reserved": reserved, **parts}


def announce(desk: Desk, owner: str | None) -> None:
    """Tell that pending money became available."""
    events.record(desk, "balance.available", {**balance_object(desk, owner), "_account": owner})


def list_transactions(call: Call) -> Document:
    """GET /v1/balance_transactions, by source, type, currency or the payout that took them."""
    params = call.params
    where = chosen(params, "source", "type", "currency")
    where |= {"_payout": params["payout"]} if "payout" in params else {}
    where |= {"_account": call.owner}
    return listing.page(call, "balance_transaction", "/v1/balance_transactions", where=where)


def retrieve_transaction(call: Call) -> Document:
    """GET /v1/balance_transactions/{id}."""
    return call.desk.get("balance_transaction", call.path["id"], owner=call.owner)


def retrieve_settings(call: Call) -> Document:
    """GET /v1/balance_settings."""
    return _settings(call.desk, call.owner)


def update_settings(call: Call) -> Document:
    """POST /v1/balance_settings: the payout schedule (daily or manual) and the minimum balances."""
    asked = call.params.get("payments", {})
    settings = _settings(call.desk, call.owner)
    payouts = settings["payments"]["payouts"]
    given = asked.get("payouts", {})
    if given.get("schedule", {}).get("interval", "daily") not in {"daily", "manual"}:
        raise invalid("This emulator pays out daily or by hand.", param="payments[payouts][schedule][interval]")
    payouts["schedule"] = {**payouts["schedule"], **given.get("schedule", {})}
    if "minimum_balance_by_currency" in given:
        kept = {**(payouts["minimum_balance_by_currency"] or {}), **(given["minimum_balance_by_currency"] or {})}
        payouts["minimum_balance_by_currency"] = {name: amount for name, amount in kept.items() if amount != ""}
    if "debit_negative_balances" in asked:
        settings["payments"]["debit_negative_balances"] = asked["debit_negative_balances"]
    call.desk.store.put("balance_settings", call.owner or PLATFORM, settings)
    if call.owner:
        events.record(call.desk, "balance_settings.updated", {**settings, "_account": call.owner})
    return settings


def interval(desk: Desk, owner: str | None) -> str:
    """How often the account is paid out: daily or manual."""
    return str(_settings(desk, owner)["payments"]["payouts"]["schedule"]["interval"])


def minimum(desk: Desk, owner: str | None, currency: str) -> int:
    """What automatic payouts leave in the balance."""
    return int((_settings(desk, owner)["payments"]["payouts"]["minimum_balance_by_currency"] or {}).get(currency, 0))


def _settings(desk: Desk, owner: str | None) -> Document:
    return desk.store.get("balance_settings", owner or PLATFORM) or {
        "object": "balance_settings",
        "payments": {
            "debit_negative_balances": False,
            "payouts": {
                "minimum_balance_by_currency": None,
                "schedule": {"interval": "daily"},
                "statement_descriptor": None,
                "status": "enabled",
            },
            "settlement_timing": {"delay_days": 2, "start_of_day": None},
        },
    }


def _part(amounts: dict[str, int]) -> list[Document]:
    shown = amounts or {"usd": 0}
    return [{"amount": one, "currency": name, "source_types": {"card": one}} for name, one in shown.items()]
