"""Signing in, staying signed in, signing out."""

from datetime import datetime
from functools import cache
from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password
from django.db.models import F
from django.db.models.functions import Least, Now
from django.db.transaction import atomic

from guildhall.eventlog.commands import publish
from guildhall.identity import rules, sessions, tokens
from guildhall.identity.events import SessionReplayed, SessionStarted
from guildhall.identity.models import Account, RefreshFamily, RefreshToken
from guildhall.identity.throttles import Limit, TooManyTries, count_try, forget_tries, forgive_try
from guildhall.identity.types import Tokens
from guildhall.kernel.actors import Actor
from guildhall.kernel.refusals import Refused

_FAILURES_OF_ACCOUNT = Limit("sign_in_account", tries=10, seconds=900)
_FAILURES_OF_ADDRESS = Limit("sign_in_address", tries=100, seconds=900)


class InvalidCredentials(Refused):
    """E-mail and password do not open an account; which of them is wrong is not told."""

    code = "invalid_credentials"
    status = 401
    default_detail = "E-mail or password is not right."


class NotVerified(Refused):
    """The password is right, but the e-mail address was never proved."""

    code = "not_verified"
    status = 403
    default_detail = "Enter the code from our mail first, or ask for another one."


def authenticate(*, email: str, password: str, at: datetime, address: str = "") -> UUID:
    """
    Check who somebody is; gives their account. `address` is the network address they come from.

    Failures are counted even though they are refused, so this commits by itself and cannot run inside another
    transaction. Unknown, wrong and disabled cost the same work and get the same answer.

    :raises InvalidCredentials: in each of these cases.
    :raises NotVerified: only after the right password.
    :raises TooManyTries: after ten failures of one account or a hundred of one network address in 15 minutes.
    """
    key = rules.email_key(email)
    count_failure(key, address)
    account = Account.objects.filter(email_key=key).first()
    if not is_right(password, account) or account is None or account.disabled_at is not None:
        raise InvalidCredentials
    forget_failures(key)
    forgive_try(_FAILURES_OF_ADDRESS, address)
    if account.verified_at is None:
        raise NotVerified
    Account.objects.filter(id=account.id).update(last_login=at)
    return account.id


def count_failure(key: str, address: str) -> None:
    """Count before checking, so that parallel guesses cannot all slip through; a success takes its count back."""
    with atomic(durable=True):
        wait = count_try(_FAILURES_OF_ACCOUNT, key)
        if address:
            wait = max(wait, count_try(_FAILURES_OF_ADDRESS, address))
    if wait:
        raise TooManyTries(retry_after=wait)


def forget_failures(key: str) -> None:
    """Begin again at no failure of an account."""
    forget_tries(_FAILURES_OF_ACCOUNT, key)


def is_right(password: str, account: Account | None) -> bool:
    """Whether a password is an account's; without an account it takes as long to say no."""
    decoy = _decoy()
    encoded = account.password if account else decoy
    return check_password(password[: rules.PASSWORD_LENGTH_MAX + 1], encoded)


@cache
def _decoy() -> str:
    """A hash that no password has: checking against it takes as long as against a real one."""
    return make_password(tokens.new_refresh_token())


@atomic
def issue_tokens(*, account_id: UUID, at: datetime) -> Tokens:
    """
    Begin a session of an account that `authenticate` or `verify_email` gave.

    :raises NotFound: no such account.
    """
    account = Account.locked(account_id)
    family = RefreshFamily.objects.create(account=account, started_at=Now(), ends_at=Now() + tokens.SESSION_LIFE)
    event = SessionStarted(aggregate_id=family.id, version=1, account_id=account_id)
    publish(event, by=Actor(account.actor_kind, account_id), at=at)
    return tokens.make_tokens(account, family.id, _add_refresh_token(family))


def refresh_tokens(*, refresh: str, at: datetime) -> Tokens:
    """
    Exchange a refresh token, which is good once, for a new pair.

    A token that comes a second time ends its whole session, and that stands although the caller is refused: this
    commits by itself and cannot run inside another transaction.

    :raises InvalidToken: unknown, used, too old, or of an ended session.
    """
    with atomic(durable=True):
        made = _rotate(tokens.refresh_digest(refresh), at)
    if made is None:
        raise tokens.InvalidToken
    return made


def _rotate(digest: bytes, at: datetime) -> Tokens | None:
    found = RefreshToken.objects.filter(digest=digest).first()
    if found is None:
        return None
    family = RefreshFamily.objects.select_for_update().get(id=found.family_id)
    account = Account.objects.filter(id=family.account_id, disabled_at=None).first()
    if account is None or family.revoked_at is not None:
        return None
    if RefreshToken.objects.filter(digest=digest).exclude(used_at=None).exists():
        RefreshFamily.objects.filter(id=family.id).update(revoked_at=Now())
        event = SessionReplayed(aggregate_id=family.id, version=2, account_id=family.account_id)
        publish(event, by=Actor.anonymous(), at=at)
        return None
    if not RefreshToken.objects.filter(digest=digest, expires_at__gt=Now()).update(used_at=Now()):
        return None
    return tokens.make_tokens(account, family.id, _add_refresh_token(family))


def _add_refresh_token(family: RefreshFamily) -> str:
    refresh = tokens.new_refresh_token()
    RefreshToken.objects.create(
        digest=tokens.refresh_digest(refresh),
        family=family,
        issued_at=Now(),
        expires_at=Least(Now() + tokens.REFRESH_LIFE, RefreshFamily.objects.filter(id=family.id).values("ends_at")),
    )
    return refresh


@atomic
def sign_out(*, refresh: str, at: datetime) -> None:
    """End the session that a refresh token belongs to; its access tokens stop at once. An unknown token ends nothing."""
    found = RefreshToken.objects.filter(digest=tokens.refresh_digest(refresh)).first()
    if found is None:
        return
    family = RefreshFamily.objects.select_for_update().get(id=found.family_id)
    if family.revoked_at is None:
        sessions.end(family, by=None, at=at)


@atomic
def revoke_tokens(*, account_id: UUID, by: Actor, at: datetime) -> None:
    """
    End every session of an account, in browsers and through the API, and every access token at once.

    :raises NotFound: no such account.
    """
    Account.locked(account_id)
    sessions.end_all(account_id, by=by, at=at)
    Account.objects.filter(id=account_id).update(token_version=F("token_version") + 1)
