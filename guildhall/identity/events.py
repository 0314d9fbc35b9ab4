"""Facts of accounts and sessions."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from guildhall.eventlog.types import Event


@dataclass(frozen=True, kw_only=True)
class AccountCreated(Event):
    """Somebody registered, or an operator was appointed."""

    name: ClassVar[str] = "account.created"
    aggregate_type: ClassVar[str] = "account"
    role: str


@dataclass(frozen=True, kw_only=True)
class AccountRegisteredAgain(Event):
    """Somebody registered with an address that has an account: its owner is told by mail, whoever asked is not."""

    name: ClassVar[str] = "account.registered_again"
    aggregate_type: ClassVar[str] = "account"


@dataclass(frozen=True, kw_only=True)
class CodeRequested(Event):
    """A one-time code waits to be sent; `queries.get_code_to_send(code_id)` reads it."""

    name: ClassVar[str] = "code.requested"
    aggregate_type: ClassVar[str] = "account"
    account_id: UUID
    code_id: UUID
    purpose: str


@dataclass(frozen=True, kw_only=True)
class AccountVerified(Event):
    """The owner of an account's e-mail address proved to be its owner."""

    name: ClassVar[str] = "account.verified"
    aggregate_type: ClassVar[str] = "account"
    role: str


@dataclass(frozen=True, kw_only=True)
class AccountChanged(Event):
    """Somebody changed their name, telephone number or language; `queries.get_contact` has them."""

    name: ClassVar[str] = "account.changed"
    aggregate_type: ClassVar[str] = "account"


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(Event):
    """An account has another password; every session of it is over."""

    name: ClassVar[str] = "account.password_changed"
    aggregate_type: ClassVar[str] = "account"


@dataclass(frozen=True, kw_only=True)
class PasskeyAdded(Event):
    """A device can sign in without a password."""

    name: ClassVar[str] = "passkey.added"
    aggregate_type: ClassVar[str] = "account"
    passkey_id: UUID


@dataclass(frozen=True, kw_only=True)
class PasskeyRemoved(Event):
    """A device cannot sign in any more."""

    name: ClassVar[str] = "passkey.removed"
    aggregate_type: ClassVar[str] = "account"
    passkey_id: UUID


@dataclass(frozen=True, kw_only=True)
class AccountDisabled(Event):
    """An operator closed an account's door."""

    name: ClassVar[str] = "account.disabled"
    aggregate_type: ClassVar[str] = "account"
    role: str


@dataclass(frozen=True, kw_only=True)
class ConsentRecorded(Event):
    """Somebody agreed to something (`kind`), in the words of `text_version`."""

    name: ClassVar[str] = "consent.recorded"
    aggregate_type: ClassVar[str] = "account"
    kind: str
    text_version: str
    channel: str


@dataclass(frozen=True, kw_only=True)
class ConsentWithdrawn(Event):
    """Somebody took an agreement back."""

    name: ClassVar[str] = "consent.withdrawn"
    aggregate_type: ClassVar[str] = "account"
    kind: str
    channel: str


@dataclass(frozen=True, kw_only=True)
class SessionStarted(Event):
    """Somebody signed in on a device."""

    name: ClassVar[str] = "session.started"
    aggregate_type: ClassVar[str] = "session"
    account_id: UUID


@dataclass(frozen=True, kw_only=True)
class SessionEnded(Event):
    """Somebody signed out on a device."""

    name: ClassVar[str] = "session.ended"
    aggregate_type: ClassVar[str] = "session"
    account_id: UUID


@dataclass(frozen=True, kw_only=True)
class SessionReplayed(Event):
    """A used refresh token came again, so that somebody has a copy: the session is over for both."""

    name: ClassVar[str] = "session.replayed"
    aggregate_type: ClassVar[str] = "session"
    account_id: UUID
