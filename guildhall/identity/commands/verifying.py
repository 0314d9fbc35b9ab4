"""Proving that an e-mail address is one's own."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.db.transaction import atomic

from guildhall.eventlog.commands import publish
from guildhall.identity import codes, rules
from guildhall.identity.events import AccountVerified
from guildhall.identity.models import Account
from guildhall.identity.throttles import Limit, TooManyTries, count_try, forget_tries
from guildhall.identity.types import CodePurpose
from guildhall.kernel.actors import Actor
from guildhall.kernel.refusals import Invalid

_BLIND_TRIES = Limit("code_without_account", tries=codes.TRIES_MAX, seconds=int(codes.CODE_LIFE.total_seconds()))


class BadCode(Invalid):
    """The code is not the one that was sent, or it was used, replaced, or is older than ten minutes."""

    code = "bad_code"
    default_detail = "This code is not right, or no longer. Look at the newest mail, or ask for another code."


def verify_email(*, email: str, code: str, at: datetime) -> UUID:
    """
    Take the code from the mail; gives the account, which may sign in from now on.

    A try is counted even when it is refused, so this commits by itself and cannot run inside another transaction.

    :raises BadCode: the same for a wrong code and for an address that nobody registered.
    :raises TooManyTries: after five tries, likewise.
    """
    return redeem(email=email, purpose=CodePurpose.VERIFY_EMAIL, code=code, at=at)


def redeem(
    *, email: str, purpose: CodePurpose, code: str, at: datetime, then: Callable[[Account], None] | None = None
) -> UUID:
    """
    Take a code that came by mail, whatever for: it proves the address as well. `then` is done in the same transaction.

    :raises BadCode: see `verify_email`.
    :raises TooManyTries: see `verify_email`.
    """
    key = rules.email_key(email)
    with atomic(durable=True):
        account = Account.objects.filter(email_key=key, disabled_at=None).first()
        tried = codes.try_code(account.id, purpose, code) if account else codes.Tried.ABSENT
        if account and tried is codes.Tried.RIGHT:
            _mark_verified(account, at)
            if then is not None:
                then(account)
            return account.id
        # Nobody may learn who has an account from the sixth answer: addresses without an open code are counted too.
        is_spent = tried is codes.Tried.SPENT or (tried is codes.Tried.ABSENT and count_try(_BLIND_TRIES, key) > 0)
    raise TooManyTries if is_spent else BadCode


def resend_code(*, email: str, at: datetime) -> None:
    """Ask for another code, if the address has an account that waits for one; the caller cannot tell."""
    _send(Account.objects.filter(verified_at=None), email, CodePurpose.VERIFY_EMAIL, at)


def request_sign_in_code(*, email: str, at: datetime) -> None:
    """Ask for a code that signs in, if the address has an open account; the caller cannot tell."""
    _send(Account.objects.all(), email, CodePurpose.SIGN_IN, at)


def request_password_code(*, email: str, at: datetime) -> None:
    """Ask for a code that lets the owner of an address choose another password; the caller cannot tell whether there is one."""
    _send(Account.objects.all(), email, CodePurpose.RESET_PASSWORD, at)


def _send(accounts: QuerySet[Account], email: str, purpose: CodePurpose, at: datetime) -> None:
    key = rules.email_key(email)
    with atomic():
        account = accounts.filter(email_key=key, disabled_at=None).first()
        forget_tries(_BLIND_TRIES, key)
        if account is not None:
            codes.request_code(account, purpose, by=Actor.anonymous(), at=at)


def _mark_verified(account: Account, at: datetime) -> None:
    if not Account.objects.filter(id=account.id, verified_at=None).update(verified_at=at):
        return
    event = AccountVerified(aggregate_id=account.id, version=Account.advance(account.id), role=account.role)
    publish(event, by=Actor(account.actor_kind, account.id), at=at)
