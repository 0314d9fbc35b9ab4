"""
The one door to Stripe: our intents become its calls, its objects become what `seen.py` says.

Every call that changes something carries the idempotency key of its intent. Nothing here touches the database, and nothing
here may be called inside a transaction.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Any

from django.conf import settings

from guildhall.payments.reading import (
    account_of,
    checkout_of,
    instant,
    metadata_of,
    payment_of,
    payout_of,
    refusal_of,
    transfer_of,
)
from guildhall.payments.seen import (
    Later,
    Rejected,
    Seen,
    SeenCustomer,
    SeenDetached,
    SeenLink,
)

if TYPE_CHECKING:
    from stripe import StripeClient

# Calls that make something new with the vendor; the others act on an object that is there, and may be repeated at any age.
CREATING = frozenset({"customer", "checkout", "authorize", "charge", "transfer", "payout", "account"})
_CONNECT_SECONDS, _ANSWER_SECONDS = 10, 30
_CHARGE = ["latest_charge"]
_SESSION = ["setup_intent.payment_method", "payment_intent.payment_method", "payment_intent.latest_charge"]
_PAGE = 100


@dataclass(frozen=True, kw_only=True)
class Order:
    """An intent as the vendor needs it: what, under which key, with which arguments."""

    kind: str
    key: str
    params: dict[str, Any]


def perform(order: Order) -> Seen | Rejected:
    """
    Ask the vendor to do it, once per key however often this runs.

    :raises Later: when the answer is lost or says nothing; the same call may be made again.
    """
    with _vendor_errors():
        try:
            return _CALLS[order.kind](order.params, order.key)
        except _sdk().CardError as error:
            return refusal_of(error)
        except _sdk().InvalidRequestError as error:
            if order.kind in _ON_OBJECTS:  # It may have been done before, or by somebody else: the object knows.
                return _ON_OBJECTS[order.kind](order.params)
            return Rejected(code=error.code or "invalid_request")


def look_up(order: Order) -> Seen | None:
    """
    Find what an earlier call with an unknown answer did, without making it again; None when there is no trace of it.

    :raises Later: when the vendor cannot be asked now.
    """
    with _vendor_errors():
        return _LOOK_UPS[order.kind](order.params) if order.kind in _LOOK_UPS else None


def fetch(kind: str, ref: str, account_ref: str) -> Seen | None:
    """
    Read again the object that an event of this kind named; None for kinds that we do not follow and objects that are gone.

    :raises Later: when the vendor cannot be asked now.
    """
    with _vendor_errors():
        for prefix, read in _FETCHES.items():
            if kind.startswith(prefix):
                try:
                    return read(ref, account_ref)
                except _sdk().InvalidRequestError:
                    return None
    return None


def missed_events(account_ref: str) -> Iterator[dict[str, Any]]:
    """
    Give the events that no endpoint of ours has accepted yet, of the platform ("") or of a connected account.

    :raises Later: when the vendor cannot be asked now.
    """
    with _vendor_errors():
        params: Any = {"delivery_success": False, "limit": _PAGE}
        for event in _client().v1.events.list(params, _of(account_ref)).data:
            yield event.to_dict()


def keep_platform_money() -> None:
    """
    Have the vendor leave held money on the platform's balance: its own daily payout would send it to the platform's bank.

    :raises Later: when the vendor cannot be asked now.
    """
    with _vendor_errors():
        _client().v1.balance_settings.update({"payments": {"payouts": {"schedule": {"interval": "manual"}}}})


@cache
def _sdk() -> ModuleType:
    import stripe  # noqa: PLC0415 - takes a second; only the worker needs it

    stripe.enable_telemetry = False  # How long we waited for the vendor is nobody's business.
    return stripe


@cache
def _client_of(base: str, key: str) -> StripeClient:
    client: StripeClient = _sdk().StripeClient(
        key,
        base_addresses={"api": base},
        max_network_retries=0,
        http_client=_sdk().RequestsClient(timeout=(_CONNECT_SECONDS, _ANSWER_SECONDS), session=_Sessions(base)),
    )
    return client


class _Sessions(threading.local):
    """
    Each thread's connection to the vendor. What the environment says about proxies is read once, not with each call, which takes a third
    of its time.
    """

    def __init__(self, base: str) -> None:
        requests = _sdk().RequestsClient().requests
        self._session = requests.Session()
        self._session.proxies = requests.utils.get_environ_proxies(base)
        self._session.trust_env = False

    def request(self, *args: Any, **kwargs: Any) -> Any:
        """Ask."""
        return self._session.request(*args, **kwargs)

    def close(self) -> None:
        """Let the connection go."""
        self._session.close()


# A process that is forked off would share the open connection, and either could read the other's answer.
os.register_at_fork(after_in_child=_client_of.cache_clear)


def _client() -> StripeClient:
    return _client_of(settings.STRIPE_API_BASE, settings.STRIPE_SECRET_KEY)


@contextmanager
def _vendor_errors() -> Iterator[None]:
    """A failure that says nothing about the effect is a `Later`; so is our own wrong key, until somebody mends it."""
    sdk = _sdk()
    try:
        yield
    except sdk.StripeError as error:
        raise Later(f"{type(error).__name__} {error.http_status or ''} {error.code or ''}".strip()) from error


def _keyed(key: str, account_ref: str = "") -> Any:
    return {"idempotency_key": key, **_of(account_ref)}


def _of(account_ref: str) -> Any:
    return {"stripe_account": account_ref} if account_ref else {}


# What is asked for. The parameters are frozen in the intent, so that a second call is the same call.


def _make_customer(params: Any, key: str) -> Seen:
    return SeenCustomer(ref=_client().v1.customers.create(params, _keyed(key)).id)


def _make_checkout(params: Any, key: str) -> Seen:
    wanted: Any = {**params, "expand": _SESSION}
    return checkout_of(_client().v1.checkout.sessions.create(wanted, _keyed(key)))


def _expire_checkout(params: Any, key: str) -> Seen:
    return checkout_of(_client().v1.checkout.sessions.expire(params["id"], {"expand": _SESSION}, _keyed(key)))


def _detach(params: Any, key: str) -> Seen:
    return SeenDetached(ref=_client().v1.payment_methods.detach(params["id"], options=_keyed(key)).id)


def _authorize(params: Any, key: str) -> Seen:
    wanted: Any = {**params, "expand": _CHARGE}
    return payment_of(_client().v1.payment_intents.create(wanted, _keyed(key)))


def _capture(params: Any, key: str) -> Seen:
    wanted: Any = {"amount_to_capture": params["amount"], "expand": _CHARGE}
    return payment_of(_client().v1.payment_intents.capture(params["id"], wanted, _keyed(key)))


def _cancel(params: Any, key: str) -> Seen:
    return payment_of(_client().v1.payment_intents.cancel(params["id"], {"expand": _CHARGE}, _keyed(key)))


def _transfer(params: Any, key: str) -> Seen:
    return transfer_of(_client().v1.transfers.create(params, _keyed(key)))


def _pay_out(params: Any, key: str) -> Seen:
    wanted: Any = {name: value for name, value in params.items() if name != "account"}
    return payout_of(_client().v1.payouts.create(wanted, _keyed(key, params["account"])), params["account"])


def _make_account(params: Any, key: str) -> Seen:
    return account_of(_client().v2.core.accounts.create(params, _keyed(key)))


def _make_link(params: Any, key: str) -> Seen:
    link = _client().v2.core.account_links.create(params, _keyed(key))
    return SeenLink(url=link.url, expires_at=instant(link.expires_at))


_CALLS: dict[str, Callable[[Any, str], Seen]] = {
    "customer": _make_customer,
    "checkout": _make_checkout,
    "expire": _expire_checkout,
    "detach": _detach,
    "authorize": _authorize,
    "charge": _authorize,
    "capture": _capture,
    "cancel": _cancel,
    "transfer": _transfer,
    "payout": _pay_out,
    "account": _make_account,
    "link": _make_link,
}


# What is read.


def _read_payment(ref: str, _account_ref: str = "") -> Seen:
    return payment_of(_client().v1.payment_intents.retrieve(ref, {"expand": _CHARGE}))


def _read_checkout(ref: str, _account_ref: str = "") -> Seen:
    return checkout_of(_client().v1.checkout.sessions.retrieve(ref, {"expand": _SESSION}))


def _read_transfer(ref: str, _account_ref: str = "") -> Seen:
    return transfer_of(_client().v1.transfers.retrieve(ref))


def _read_payout(ref: str, account_ref: str) -> Seen | None:
    """The platform's own payouts are the bank's business and none of ours."""
    return payout_of(_client().v1.payouts.retrieve(ref, options=_of(account_ref)), account_ref) if account_ref else None


def _read_account(ref: str, _account_ref: str = "") -> Seen:
    return account_of(_client().v2.core.accounts.retrieve(ref, {"include": ["configuration.recipient"]}))


_ON_OBJECTS: dict[str, Callable[[Any], Seen]] = {
    "expire": lambda params: _read_checkout(params["id"]),
    "capture": lambda params: _read_payment(params["id"]),
    "cancel": lambda params: _read_payment(params["id"]),
}
_FETCHES: dict[str, Callable[[str, str], Seen | None]] = {
    "checkout.session.": _read_checkout,
    "payment_intent.": _read_payment,
    "charge.": _read_payment,
    "transfer.": _read_transfer,
    "payout.": _read_payout,
    "v2.core.account": _read_account,
}


def _found_payment(params: Any) -> Seen | None:
    """Intents carry our id in their metadata; a customer has few."""
    wanted = params["metadata"]["authorization"]
    listed = _client().v1.payment_intents.list({"customer": params["customer"], "limit": _PAGE})
    for intent in listed.auto_paging_iter():
        if metadata_of(intent).get("authorization") == wanted:
            return _read_payment(intent.id)
    return None


def _found_checkout(params: Any) -> Seen | None:
    wanted = params["metadata"]["checkout"]
    for session in (
        _client().v1.checkout.sessions.list({"customer": params["customer"], "limit": _PAGE}).auto_paging_iter()
    ):
        if metadata_of(session).get("checkout") == wanted:
            return _read_checkout(session.id)
    return None


def _found_transfer(params: Any) -> Seen | None:
    for transfer in _client().v1.transfers.list({"transfer_group": params["transfer_group"]}).auto_paging_iter():
        if metadata_of(transfer).get("transfer") == params["metadata"]["transfer"]:
            return transfer_of(transfer)
    return None


def _found_payout(params: Any) -> Seen | None:
    listed = _client().v1.payouts.list({"limit": _PAGE}, _of(params["account"]))
    for payout in listed.auto_paging_iter():
        if metadata_of(payout).get("payout") == params["metadata"]["payout"]:
            return payout_of(payout, params["account"])
    return None


def _found_account(params: Any) -> Seen | None:
    for account in _client().v2.core.accounts.list({"limit": _PAGE}).auto_paging_iter():
        if metadata_of(account).get("provider") == params["metadata"]["provider"]:
            return _read_account(account.id)
    return None


_LOOK_UPS: dict[str, Callable[[Any], Seen | None]] = {
    "checkout": _found_checkout,
    "authorize": _found_payment,
    "charge": _found_payment,
    "transfer": _found_transfer,
    "payout": _found_payout,
    "account": _found_account,
}
