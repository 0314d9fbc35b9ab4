"""
Signing up, in and out.

None of these addresses takes an Idempotency-Key. Registering and the code answer the same whatever happens, and asking again
is harmless; a stored key would carry a fast hash of the password. Signing in, verifying and refreshing hand out secrets that
must not be stored, and count their failures in transactions of their own. Signing out again changes nothing.
"""

from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from guildhall.customers.commands import register_customer
from guildhall.customers.types import CustomerKind
from guildhall.identity.commands import authenticate, issue_tokens, refresh_tokens, resend_code, sign_out, verify_email
from guildhall.identity.types import NewAccount, Tokens
from guildhall.providers.commands import register_provider
from guildhall.web.api.reading import reads
from guildhall.web.api.schemas import Body
from guildhall.web.clients import client_address
from guildhall.web.middleware import received_at

router = Router(tags=["auth"], auth=None)
Email = Annotated[str, Field(max_length=254)]
Password = Annotated[str, Field(max_length=1_000)]


class RegisterIn(Body):
    """A new account (R80). `kind` and `company_name` are for customers; providers must give a telephone number."""

    role: Literal["customer", "provider"]
    email: Email
    password: Password
    first_name: str
    last_name: str
    phone_number: str = ""
    kind: Literal["residential", "business"] = "residential"
    company_name: str = ""
    language: Literal["en", "es"] = "en"
    time_zone: str = "America/Los_Angeles"


class Accepted(Schema):
    """The same for everybody, whether the address was known or not."""

    detail: str


class VerifyIn(Body):
    """The code from the mail."""

    email: Email
    code: Annotated[str, Field(max_length=20)]


class EmailIn(Body):
    """An address."""

    email: Email


class LoginIn(Body):
    """E-mail and password."""

    email: Email
    password: Password


class RefreshIn(Body):
    """A refresh token; good once."""

    refresh_token: Annotated[str, Field(max_length=200)]


class TokensOut(Schema):
    """An access token (JWT) for `Authorization: Bearer`, its life in seconds, and the token that replaces it."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the scheme's name
    expires_in: int
    refresh_token: str

    @classmethod
    def of(cls, tokens: Tokens) -> "TokensOut":
        """Show a pair."""
        return cls(access_token=tokens.access, expires_in=tokens.expires_in, refresh_token=tokens.refresh)


_SENT = "If this address can be used, a mail is on its way to it."


@router.post("/register", response={202: Accepted})
@reads
def register(request: HttpRequest, body: RegisterIn) -> Status[Accepted]:
    """Register a customer or a provider (R88). The answer never tells whether the address was known."""
    _register(body, request)
    return Status(202, Accepted(detail=_SENT))


def _register(body: RegisterIn, request: HttpRequest) -> NewAccount:
    person = {
        "email": body.email,
        "password": body.password,
        "first_name": body.first_name,
        "last_name": body.last_name,
        "phone_number": body.phone_number,
        "language": body.language,
    }
    if body.role == "provider":
        return register_provider(**person, time_zone=body.time_zone, at=received_at(request))
    kind = CustomerKind(body.kind)
    return register_customer(**person, kind=kind, company_name=body.company_name, at=received_at(request))


@router.post("/code", response={202: Accepted})
@reads
def code(request: HttpRequest, body: EmailIn) -> Status[Accepted]:
    """Ask for another code, when the mail did not come or the code is too old."""
    resend_code(email=body.email, at=received_at(request))
    return Status(202, Accepted(detail=_SENT))


@router.post("/verify", response=TokensOut)
@reads
def verify(request: HttpRequest, body: VerifyIn) -> TokensOut:
    """Prove the e-mail address by the code from the mail; signs in."""
    at = received_at(request)
    account_id = verify_email(email=body.email, code=body.code, at=at)
    return TokensOut.of(issue_tokens(account_id=account_id, at=at))


@router.post("/login", response=TokensOut)
@reads
def login(request: HttpRequest, body: LoginIn) -> TokensOut:
    """Sign in (R89). Unknown, wrong and disabled get the same answer in the same time."""
    at = received_at(request)
    account_id = authenticate(email=body.email, password=body.password, at=at, address=client_address(request))
    return TokensOut.of(issue_tokens(account_id=account_id, at=at))


@router.post("/refresh", response=TokensOut)
@reads
def refresh(request: HttpRequest, body: RefreshIn) -> TokensOut:
    """Exchange a refresh token. One that comes a second time ends the whole session."""
    return TokensOut.of(refresh_tokens(refresh=body.refresh_token, at=received_at(request)))


@router.post("/logout", response={204: None})
@reads
def logout(request: HttpRequest, body: RefreshIn) -> Status[None]:
    """End the session; its access token stops at once."""
    sign_out(refresh=body.refresh_token, at=received_at(request))
    return Status(204, None)
