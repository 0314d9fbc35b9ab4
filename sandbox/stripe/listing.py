"""Pages of v1 lists, and `expand`."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from sandbox.stripe.desk import Document, public
from sandbox.stripe.errors import invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sandbox.stripe.desk import Call, Desk

_MOST = 100
_KINDS = {
    "ch": "charge",
    "py": "charge",
    "cus": "customer",
    "cs": "checkout.session",
    "pi": "payment_intent",
    "pm": "payment_method",
    "po": "payout",
    "re": "refund",
    "pyr": "refund",
    "seti": "setup_intent",
    "tr": "transfer",
    "trr": "transfer_reversal",
    "txn": "balance_transaction",
}


def page(
    call: Call,
    kind: str,
    url: str,
    *,
    where: Mapping[str, Any],
    keep: Callable[[Document], bool] | None = None,
) -> Document:
    """
    Newest first, with the vendor's cursors and `created` filter.

    :raises VendorError: when the limit is not 1 to 100 or a cursor is unknown.
    """
    limit = call.params.get("limit", 10)
    if not 1 <= limit <= _MOST:
        raise invalid(f"This value must be between 1 and {_MOST}.", param="limit")
    backwards = "ending_before" in call.params
    cursor = call.params.get("ending_before" if backwards else "starting_after")
    if cursor is not None:
        call.desk.get(kind, cursor, param="starting_after", owner=where.get("_account"))
    found = call.desk.store.list(
        kind,
        where=where,
        ranges={"created": _bounds(call.params.get("created"))},
        after=cursor,
        newest_first=not backwards,
        limit=None if keep else limit + 1,
    )
    chosen = [document for document in found if keep is None or keep(document)]
    shown = chosen[:limit][:: -1 if backwards else 1]
    return {"object": "list", "url": url, "has_more": len(chosen) > limit, "data": [public(one) for one in shown]}


def expand(desk: Desk, answer: Document, paths: list[str]) -> Document:
    """
    The answer with these ids replaced by their objects.

    :raises VendorError: when a path does not lead to an object.
    """
    answer = copy.deepcopy(answer)
    for path in paths:
        _expand(desk, answer, path.split("."), path)
    return answer


def _expand(desk: Desk, place: Any, steps: list[str], path: str) -> None:
    if isinstance(place, list):
        for one in place:
            _expand(desk, one, steps, path)
        return
    first, *rest = steps
    if not isinstance(place, dict) or (first not in place and not _hidden(desk, place, first)):
        raise invalid(f"This property cannot be expanded ({path}).", param="expand")
    if first not in place:
        place[first] = _hidden(desk, place, first)
    value = place[first]
    if isinstance(value, str):
        place[first] = _object(desk, value, path)
    if rest and place[first] is not None:
        _expand(desk, place[first], rest, path)


def _hidden(desk: Desk, place: Document, name: str) -> Document | None:
    """What the vendor only shows when asked, such as a session's line items."""
    stored = desk.store.get(place.get("object", ""), place.get("id", "")) or {}
    found: Document | None = stored.get("_expandable", {}).get(name)
    return found


def _object(desk: Desk, wanted: str, path: str) -> Document:
    found = desk.store.get(_KINDS.get(wanted.partition("_")[0], ""), wanted)
    if found is None:
        raise invalid(f"This property cannot be expanded ({path}).", param="expand")
    return public(found)


def _bounds(created: Any) -> tuple[float | None, float | None]:
    if created is None:
        return None, None
    if isinstance(created, int):
        return created, created
    low = created.get("gte", created["gt"] + 1 if "gt" in created else None)
    high = created.get("lte", created["lt"] - 1 if "lt" in created else None)
    return low, high
