"""What every operation works with: the documents, the clock, the deadlines and who asked."""

from __future__ import annotations

import secrets
import string
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sandbox.stripe.errors import missing

if TYPE_CHECKING:
    from sandbox.clock import VirtualClock
    from sandbox.contracts import Contract
    from sandbox.store import Store
    from sandbox.stripe.hooks import WebhookFilter, WebhookTarget

Document = dict[str, Any]
PLATFORM = "platform"
_LETTERS = string.ascii_letters + string.digits


@dataclass(frozen=True)
class Cause:
    """The request behind a change; both are None for what time or a visitor of a hosted page did."""

    request_id: str | None = None
    key: str | None = None


@dataclass
class Desk:
    """The state shared by all operations. Documents of connected accounts carry their owner in `_account`."""

    store: Store
    clock: VirtualClock
    contract: Contract
    public_url: str
    targets: list[WebhookTarget]
    check_contracts: bool = True
    violations: list[str] = field(default_factory=list)
    webhook_filter: WebhookFilter | None = None
    cause: Cause = field(default_factory=Cause)
    news: frozenset[str] | None = None
    """The types of v1 events that are told while a past is lived; None: all, as ever."""

    moment: float | None = None

    def now(self) -> int:
        """Virtual time in seconds since 1970, as v1 objects carry it; a late deadline acts at its own time."""
        return int(self.clock.now().timestamp() if self.moment is None else self.moment)

    @contextmanager
    def acting(self, cause: Cause, *, at: float | None = None) -> Iterator[None]:
        """One transaction of the emulator, made for this cause, now or at a moment that has passed."""
        with self.store.atomic():
            before, self.cause, self.moment = (self.cause, self.moment), cause, at
            try:
                yield
            finally:
                self.cause, self.moment = before

    def save(self, document: Document, *, kind: str | None = None) -> Document:
        """Write the document under its own id."""
        self.store.put(kind or document["object"], document["id"], document)
        return document

    def get(self, kind: str, id: str, *, param: str = "id", owner: str | None = None) -> Document:  # noqa: A002
        """
        The document, when the owner (by default the platform) has it.

        :raises VendorError: 404 otherwise.
        """
        found = self.store.get(kind, id)
        if found is None or found.get("_account") != owner:
            raise missing(kind, id, param)
        return found

    def schedule(self, kind: str, reference: str, at: float) -> None:
        """Let `kind` happen to the referenced document at this virtual time; once per kind and document."""
        name = f"{kind} {reference}"
        self.store.put("deadline", name, {"id": name, "kind": kind, "reference": reference, "at": at})

    def unschedule(self, kind: str, reference: str) -> None:
        """Nothing is due for it any more."""
        self.store.delete("deadline", f"{kind} {reference}")

    def note_effect(self, kind: str, document: Document, amount: int, **more: Any) -> None:
        """Write down one effect in the world, for the proof of one effect per intent."""
        effect = {
            "id": new_id("eff"),
            "kind": kind,
            "of": document["id"],
            "amount": amount,
            "currency": document.get("currency"),
            "key": self.cause.key,
            "group": document.get("transfer_group"),
            "metadata": document.get("metadata") or {},
            "account": document.get("_account"),
            "at": self.now(),
            **more,
        }
        self.store.put("effect", effect["id"], effect)


@dataclass(frozen=True)
class Call:
    """One API request, after all checks: `params` are typed, `owner` is a connected account or None for the platform."""

    desk: Desk
    path: dict[str, str]
    params: Document
    owner: str | None = None


def new_id(prefix: str, length: int = 24) -> str:
    """A fresh id in the vendor's manner."""
    return f"{prefix}_{''.join(secrets.choice(_LETTERS) for _ in range(length))}"


def public(document: Document) -> Document:
    """The document as the vendor shows it."""
    return {key: value for key, value in document.items() if not key.startswith("_")}


def chosen(params: Document, *names: str) -> Document:
    """Those of the parameters that were sent."""
    return {name: params[name] for name in names if name in params}


def merged_metadata(old: dict[str, str] | None, new: Any) -> dict[str, str]:
    """An empty value forgets a name, an empty text forgets all."""
    if new is None:
        return dict(old or {})
    if new == "":
        return {}
    return {name: value for name, value in {**(old or {}), **new}.items() if value != ""}


def iso(epoch: float) -> str:
    """An instant as v2 objects carry it."""
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
