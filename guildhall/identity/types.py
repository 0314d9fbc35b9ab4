"""Words of identity: roles, scopes, what consent and codes are for, and what sign-in hands out."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from guildhall.kernel.actors import Kind


class Role(StrEnum):
    """What an account is; exactly one, for good."""

    CUSTOMER = "customer"
    PROVIDER = "provider"
    OPERATOR = "operator"


class Scope(StrEnum):
    """What an operator may act on."""

    VETTING = "vetting"
    FINANCE = "finance"
    SUPPORT = "support"
    ADMINISTRATOR = "administrator"


class ConsentKind(StrEnum):
    """What an account agreed to."""

    TERMS = "terms"
    SMS_OFFERS = "sms_offers"
    EMAIL_NEWS = "email_news"


class CodePurpose(StrEnum):
    """What a one-time code proves."""

    VERIFY_EMAIL = "verify_email"
    SIGN_IN = "sign_in"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - a purpose's name


class SignInMethod(StrEnum):
    """How somebody proved who they are in a browser."""

    PASSWORD = "password"  # noqa: S105 - a method's name
    CODE = "code"
    PASSKEY = "passkey"


@dataclass(frozen=True)
class NewAccount:
    """
    What registration made: `account_id` is None when the e-mail was known already.

    The edge answers both alike, so that nobody learns who has an account.
    """

    account_id: UUID | None


@dataclass(frozen=True)
class Tokens:
    """A signed access token, the opaque refresh token that replaces it, and the access token's life in seconds."""

    access: str
    refresh: str
    expires_in: int


@dataclass(frozen=True)
class Contact:
    """How a person is reached and addressed; `phone_number` is E.164, or empty."""

    id: UUID
    role: str
    email: str
    phone_number: str
    first_name: str
    last_name: str
    language: str


@dataclass(frozen=True, kw_only=True)
class AccountCard:
    """An account as operators see it: who it is, since when, and whether its door is open."""

    id: UUID
    role: str
    email: str
    phone_number: str
    first_name: str
    last_name: str
    language: str
    created_at: datetime
    verified_at: datetime | None
    disabled_at: datetime | None

    @property
    def name(self) -> str:
        """The whole name."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True)
class CodeToSend:
    """A code that is still good, in clear, for the message that carries it."""

    id: UUID
    account_id: UUID
    purpose: str
    code: str


@dataclass(frozen=True)
class SignedIn:
    """
    Who uses a browser session: a verified, open account of the role that was asked for. `scopes` are an operator's.

    `is_seen_lately` is false when it was last written down more than a minute ago that somebody used it (`note_seen`).
    """

    id: UUID
    actor_kind: Kind
    session_id: UUID
    email: str
    first_name: str
    last_name: str
    phone_number: str
    language: str
    scopes: frozenset[Scope]
    is_seen_lately: bool


@dataclass(frozen=True)
class BrowserToken:
    """What a session's cookie holds, and for how many real seconds at most."""

    token: str
    seconds: int


@dataclass(frozen=True)
class Session:
    """One sign-in that still counts: in a browser (`device` in words, `method`), or of a program through the API (both empty)."""

    id: UUID
    device: str
    method: str
    started_at: datetime
    seen_at: datetime


@dataclass(frozen=True)
class PasskeyChallenge:
    """What a browser is asked to sign: `options` is JSON for its `navigator.credentials`."""

    id: UUID
    options: str


@dataclass(frozen=True)
class PasskeySummary:
    """A passkey of an account, under the name of the device that made it."""

    id: UUID
    label: str
    added_at: datetime
    used_at: datetime | None
