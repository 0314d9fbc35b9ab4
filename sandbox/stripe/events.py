"""Events: recorded in the transaction of the change, with one row for every delivery still to be made."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from sandbox.contracts import Breach
from sandbox.stripe import listing
from sandbox.stripe.desk import Document, iso, new_id, public
from sandbox.stripe.hooks import Delivery

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.stripe.desk import Call, Desk


def record(desk: Desk, kind: str, document: Document, *, previous: Document | None = None) -> None:
    """A v1 event with a snapshot; a connected account's goes to the connect endpoints."""
    account = document.get("_account")
    event: Document = {
        "id": new_id("evt"),
        "object": "event",
        "api_version": desk.contract.version,
        "created": desk.now(),
        "data": {"object": public(document)} | ({"previous_attributes": previous} if previous else {}),
        "livemode": False,
        "pending_webhooks": 0,
        "request": {"id": desk.cause.request_id, "idempotency_key": desk.cause.key},
        "type": kind,
    }
    event |= {"account": account} if account else {}
    _check(desk, event, "event")
    _check(desk, event["data"]["object"], document["object"])
    _deliver(desk, {**event, "_account": account}, to="connect" if account else "platform", body=event)


def record_thin(desk: Desk, kind: str, account: Document, *, data: Document | None = None) -> None:
    """A v2 notification about an account: it names the object and carries none. Link events name none either."""
    related = {"id": account["id"], "type": "v2.core.account", "url": f"/v2/core/accounts/{account['id']}"}
    event: Document = {
        "id": new_id("evt_test"),
        "object": "v2.core.event",
        "type": kind,
        "created": iso(desk.now()),
        "livemode": False,
        "reason": _reason(desk),
    }
    event |= {} if kind.startswith("v2.core.account_link.") else {"related_object": related}
    _check(desk, event, "v2.core.event")
    _deliver(desk, {**event, "data": data, "_object_id": account["id"]}, to="thin", body=event)


def list_events(call: Call) -> Document:
    """GET /v1/events; `delivery_success=false` finds those no endpoint has accepted yet."""
    wanted = call.params.get("types") or ([call.params["type"]] if "type" in call.params else None)
    where: Document = {"_account": call.owner}
    if wanted is not None and len(wanted) == 1:
        where["type"] = wanted[0]
    if "delivery_success" in call.params:
        where["_delivered"] = call.params["delivery_success"]
    keep = (lambda event: event["type"] in wanted) if wanted else None
    return listing.page(call, "event", "/v1/events", where=where, keep=keep)


def retrieve_event(call: Call) -> Document:
    """GET /v1/events/{id}."""
    return call.desk.get("event", call.path["id"], owner=call.owner)


def list_thin_events(call: Call) -> Document:
    """GET /v2/core/events."""
    where = {"_object_id": call.params["object_id"]} if "object_id" in call.params else None
    found: Iterable[Document] = call.desk.store.list("v2.core.event", where=where, newest_first=True)
    wanted = call.params.get("types")
    chosen = [public(event) for event in found if wanted is None or event["type"] in wanted]
    return {"data": chosen[: call.params.get("limit", 10)], "next_page_url": None, "previous_page_url": None}


def retrieve_thin_event(call: Call) -> Document:
    """GET /v2/core/events/{id}."""
    return call.desk.get("v2.core.event", call.path["id"])


def _deliver(desk: Desk, event: Document, *, to: str, body: Document) -> None:
    is_news = to == "thin" or desk.news is None or event["type"] in desk.news
    targets = [target for target in desk.targets if is_news and target.kind == to and target.wants(event["type"])]
    decided = desk.webhook_filter(body) if targets and desk.webhook_filter else [Delivery()]
    event["_delivered"] = 0 if targets else 1
    count = len(targets) * len(decided)
    if "pending_webhooks" in body:
        event["pending_webhooks"] = body["pending_webhooks"] = count
    desk.save(event)
    text = json.dumps(body)
    for target in targets:
        for delivery in decided:
            due = time.time() + delivery.delay_seconds
            row = {"id": new_id("del"), "event": event["id"], "kind": event["object"], "target": target.kind}
            row |= {"url": target.url, "body": text, "attempts": 0, "next_try_at": due}
            desk.store.put("delivery", row["id"], row)


def _reason(desk: Desk) -> Document | None:
    if desk.cause.request_id is None:
        return None
    return {"type": "request", "request": {"id": desk.cause.request_id, "idempotency_key": desk.cause.key or ""}}


def _check(desk: Desk, body: Document, name: str) -> None:
    if not desk.check_contracts:
        return
    try:
        desk.contract.check_object(name, body)
    except Breach as breach:
        desk.violations.append(f"{name} in event {body.get('type', '')}: {breach.message}")
