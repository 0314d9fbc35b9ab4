"""Connected accounts of the v2 API: recipients, the links that onboard them, and their bank accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.stripe import events
from sandbox.stripe.desk import Document, chosen, iso, merged_metadata, new_id
from sandbox.stripe.errors import invalid
from sandbox.stripe.fixtures import blank

if TYPE_CHECKING:
    from sandbox.stripe.desk import Call, Desk

LINK_LIFE_SECONDS = 600
CAPABILITY_EVENT = "v2.core.account[configuration.recipient].capability_status_updated"
_INCLUDABLE = ("configuration", "defaults", "future_requirements", "identity", "requirements")
_PLAIN = ("contact_email", "contact_phone", "dashboard", "display_name")
_MOST_LISTED = 100


def create_account(call: Call) -> Document:
    """POST /v2/core/accounts: a recipient that cannot receive anything before it is onboarded."""
    desk, params = call.desk, call.params
    if set(params.get("configuration", {})) - {"recipient"}:
        raise invalid("This emulator knows the recipient configuration only.", param="configuration")
    recipient = params.get("configuration", {}).get("recipient")
    account_id = new_id("acct_1", 15).replace("acct_1_", "acct_1")
    account = blank(
        "v2.core.account",
        id=account_id,
        created=iso(desk.now()),
        closed=False,
        applied_configurations=[] if recipient is None else ["recipient"],
        configuration={"recipient": _recipient(recipient)} if recipient is not None else {},
        defaults=_defaults(params.get("defaults", {})),
        identity=_identity(account_id, params.get("identity"), desk.now()),
        metadata=merged_metadata({}, params.get("metadata")),
        requirements={"entries": [], "summary": None},
        future_requirements=None,
        **{name: params.get(name) for name in _PLAIN},
    )
    desk.save(account)
    desk.note_effect("account", account, 0)
    events.record_thin(desk, "v2.core.account.created", account)
    return shown(account, params.get("include"))


def retrieve_account(call: Call) -> Document:
    """GET /v2/core/accounts/{id}; what is not included is null."""
    return shown(_account(call), call.params.get("include"))


def list_accounts(call: Call) -> Document:
    """GET /v2/core/accounts, newest first."""
    limit = min(call.params.get("limit", 20), _MOST_LISTED)
    found = call.desk.store.list("v2.core.account", newest_first=True, limit=limit)
    return {"data": [shown(account, None) for account in found], "next_page_url": None, "previous_page_url": None}


def update_account(call: Call) -> Document:
    """POST /v2/core/accounts/{id}."""
    account, params = _account(call), call.params
    account |= chosen(params, *_PLAIN)
    account["metadata"] = merged_metadata(account["metadata"], params.get("metadata"))
    if "identity" in params:
        account["identity"] = {
            **(account["identity"] or {}),
            **(_identity(account["id"], params["identity"], call.desk.now()) or {}),
        }
    if "recipient" in params.get("configuration", {}) and "recipient" not in account["configuration"]:
        account["configuration"] = {"recipient": _recipient(params["configuration"]["recipient"])}
        account["applied_configurations"] = ["recipient"]
    call.desk.save(account)
    events.record_thin(call.desk, "v2.core.account.updated", account)
    return shown(account, params.get("include"))


def create_link(call: Call) -> Document:
    """POST /v2/core/account_links: one visit of the hosted onboarding page, within ten minutes."""
    desk, params = call.desk, call.params
    account = desk.get("v2.core.account", params["account"], param="account")
    use_case = params["use_case"]
    if use_case["type"] not in use_case:
        raise invalid(
            f"Missing required param: use_case[{use_case['type']}].", param="use_case", code="parameter_missing"
        )
    token, expires = new_id("alu", 32), desk.now() + LINK_LIFE_SECONDS
    link = blank("v2.core.account_link", account=account["id"], created=iso(desk.now()), expires_at=iso(expires))
    link |= {"url": f"{desk.public_url}/connect/onboard/{token}", "use_case": use_case}
    stored = {"id": token, "account": account["id"], "expires": expires, "used": False, **use_case[use_case["type"]]}
    desk.store.put("onboarding", token, stored)
    return link


def onboard(desk: Desk, account_id: str, *, legal_name: str, routing_number: str, account_number: str) -> None:
    """The provider has given name and bank account: transfers become possible."""
    account = desk.get("v2.core.account", account_id)
    bank = blank(
        "bank_account",
        id=new_id("ba"),
        account=account_id,
        account_holder_name=legal_name,
        routing_number=routing_number,
        last4=account_number[-4:],
        fingerprint=new_id("x", 16)[2:],
        default_for_currency=True,
        available_payout_methods=["standard"],
        _account=account_id,
        _number=account_number,
    )
    desk.save(bank)
    had_bank = account.get("_bank") is not None
    account |= {"_bank": bank["id"], "display_name": account["display_name"] or legal_name}
    recipient = account["configuration"].get("recipient")
    capability = recipient and recipient["capabilities"]["stripe_balance"]["stripe_transfers"]
    becomes_active = bool(capability) and capability["status"] != "active"
    if becomes_active:
        capability |= {"status": "active", "status_details": []}
    desk.save(account)
    events.record(desk, f"account.external_account.{'updated' if had_bank else 'created'}", bank)
    if becomes_active:
        data = {"updated_capability": "stripe_balance.stripe_transfers"}
        events.record_thin(desk, CAPABILITY_EVENT, account, data=data)
    returned = {
        "account_id": account_id,
        "configurations": account["applied_configurations"],
        "use_case": "account_onboarding",
    }
    events.record_thin(desk, "v2.core.account_link.returned", account, data=returned)


def can_receive_transfers(account: Document) -> bool:
    """Whether the recipient's transfer capability is active."""
    found: Any = account["configuration"]
    for step in ("recipient", "capabilities", "stripe_balance", "stripe_transfers", "status"):
        found = (found or {}).get(step)
    return bool(found == "active")


def shown(account: Document, include: list[str] | None) -> Document:
    """The account with the parts that were asked for; the others are null, as the vendor has it."""
    parts = {name.partition(".")[0] for name in include or []}
    return {**account, **{name: None for name in _INCLUDABLE if name not in parts}}


_UNMET = {"code": "requirements_past_due", "resolution": "provide_info"}


def _account(call: Call) -> Document:
    return call.desk.get("v2.core.account", call.path["id"], param="id")


def _recipient(asked: Document) -> Document:
    balance = asked.get("capabilities", {}).get("stripe_balance", {})
    capabilities = {}
    if balance.get("stripe_transfers", {}).get("requested"):
        capabilities = {"stripe_balance": {"stripe_transfers": {"status": "restricted", "status_details": [_UNMET]}}}
    return {"applied": True, "capabilities": capabilities}


def _defaults(asked: Document) -> Document:
    responsibilities = {"fees_collector": None, "losses_collector": None, **asked.get("responsibilities", {})}
    return {"currency": "usd", **asked, "responsibilities": {**responsibilities, "requirements_collector": "stripe"}}


def _identity(account_id: str, asked: Document | None, now: int) -> Document | None:
    if asked is None:
        return None
    person = (
        {"individual": {**asked["individual"], "account": account_id, "created": iso(now)}}
        if "individual" in asked
        else {}
    )
    if person:
        person["individual"] |= {"id": new_id("person"), "object": "v2.core.account_person", "updated": iso(now)}
    return {**asked, **person}
