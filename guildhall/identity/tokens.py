"""Access tokens (signed, five minutes), refresh and browser tokens (opaque, known by their hash). Their times are real, never travelled."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import jwt
from django.db import connection

from guildhall.identity import keys
from guildhall.identity.models import Account
from guildhall.identity.types import Role, Tokens
from guildhall.kernel.refusals import Refused

ACCESS_LIFE = timedelta(minutes=5)
REFRESH_LIFE = timedelta(days=30)
SESSION_LIFE = timedelta(days=90)
BROWSER_LIFE = {
    Role.CUSTOMER: timedelta(days=90),
    Role.PROVIDER: timedelta(days=90),
    Role.OPERATOR: timedelta(hours=12),
}
IDLE_LIFE = {Role.CUSTOMER: timedelta(days=30), Role.PROVIDER: timedelta(days=30), Role.OPERATOR: timedelta(hours=2)}
_ALGORITHM = "HS256"
_ISSUER = "guildhall"
_AUDIENCE = "guildhall-api"
_TYPE = "access"
_CLAIMS = ["iss", "aud", "sub", "sid", "typ", "ver", "iat", "exp"]
_SIGNING = "access token"
_REFRESHING = "refresh token"
_BROWSING = "browser session"


class InvalidToken(Refused):
    """The token opens nothing: forged, of another kind, too old, revoked. Which of them is not told."""

    code = "invalid_token"
    status = 401
    default_detail = "Sign in again."


@dataclass(frozen=True)
class Claims:
    """What a genuine access token says: whose it is, in which session, and the account's token version when it was made."""

    account_id: UUID
    session_id: UUID
    token_version: int


def make_tokens(account: Account, session_id: UUID, refresh: str) -> Tokens:
    """Sign an access token for a session and hand it out with the session's next refresh token."""
    with connection.cursor() as cursor:
        cursor.execute("select floor(extract(epoch from now()))")
        issued = int(cursor.fetchone()[0])
    seconds = int(ACCESS_LIFE.total_seconds())
    claims = {
        "iss": _ISSUER,
        "aud": _AUDIENCE,
        "sub": str(account.id),
        "sid": str(session_id),
        "typ": _TYPE,
        "ver": account.token_version,
        "iat": issued,
        "exp": issued + seconds,
    }
    return Tokens(jwt.encode(claims, keys.derived(_SIGNING), _ALGORITHM), refresh, seconds)


def read_claims(token: str) -> Claims:
    """
    Check signature, algorithm, issuer, audience, kind and age.

    :raises InvalidToken: without a word about which of them failed.
    """
    try:
        claims = jwt.decode(
            token,
            keys.derived(_SIGNING),
            algorithms=[_ALGORITHM],
            audience=_AUDIENCE,
            issuer=_ISSUER,
            options={"require": _CLAIMS, "verify_iat": False},  # the database's clock may be ahead of ours
        )
        found = Claims(UUID(claims["sub"]), UUID(claims["sid"]), int(claims["ver"]))
    except (jwt.InvalidTokenError, ValueError, TypeError, AttributeError):
        raise InvalidToken from None
    if claims["typ"] != _TYPE:
        raise InvalidToken
    return found


def new_refresh_token() -> str:
    """Make a refresh token: 256 random bits."""
    return f"rt_{secrets.token_urlsafe(32)}"


def refresh_digest(token: str) -> bytes:
    """Give what is stored of a refresh token."""
    return keys.digest(_REFRESHING, token)


def new_browser_token() -> str:
    """Make the content of a session's cookie: 256 random bits."""
    return secrets.token_urlsafe(32)


def browser_digest(token: str) -> bytes:
    """Give what is stored of a browser's token."""
    return keys.digest(_BROWSING, token)
