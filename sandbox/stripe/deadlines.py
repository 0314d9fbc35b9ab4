"""What time does by itself: sessions expire, authorizations lapse, money settles, payouts travel."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sandbox.stripe import authorizing, balances, checkout, ledger, payouts, refunds
from sandbox.stripe.desk import PLATFORM, Cause, Document

if TYPE_CHECKING:
    from sandbox.stripe.desk import Desk


def upcoming(desk: Desk) -> datetime | None:
    """The nearest deadline in virtual time, or None."""
    at = desk.store.smallest("deadline", "at")
    return None if at is None else datetime.fromtimestamp(at, UTC)


def apply_due(desk: Desk) -> None:
    """Everything that is due by now, earliest first, each in its own transaction and at its own time."""
    while due := desk.store.list("deadline", upto=("at", desk.clock.now().timestamp()), limit=1):
        with desk.acting(Cause(), at=due[0]["at"]):
            if desk.store.delete("deadline", due[0]["id"]):
                _apply(desk, due[0])


def _apply(desk: Desk, deadline: Document) -> None:
    kind, reference = deadline["kind"], deadline["reference"]
    if kind == "pay_out":
        payouts.pay_out(desk, None if reference == PLATFORM else reference)
        return
    stored_as, act = _ACTS[kind]
    document = desk.store.get(stored_as, reference)
    assert document is not None, deadline
    act(desk, document)


def _settle(desk: Desk, transaction: Document) -> None:
    owner = transaction["_account"]
    ledger.settle(desk, transaction)
    balances.announce(desk, owner)
    if owner is None:
        refunds.pay_back_waiting(desk)
    payouts.plan(desk, owner)


def _expire(desk: Desk, session: Document) -> None:
    checkout.expire(desk, session)


_ACTS: dict[str, tuple[str, Callable[[Desk, Document], None]]] = {
    "expire": ("checkout.session", _expire),
    "lapse": ("payment_intent", authorizing.lapse),
    "settle": ("balance_transaction", _settle),
    "depart": ("payout", payouts.depart),
    "arrive": ("payout", payouts.arrive),
    "return": ("payout", payouts.give_back),
}
