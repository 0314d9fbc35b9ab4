"""Words of identity: roles, scopes, what consent and codes are for, and what sign-in hands out."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


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


@dataclass(frozen=True)
class CodeToSend:
    """A code that is still good, in clear, for the message that carries it."""

    id: UUID
    account_id: UUID
    purpose: str
    code: str
