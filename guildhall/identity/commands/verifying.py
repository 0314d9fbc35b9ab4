"""Proving that an e-mail address is one's own."""

from datetime import datetime
from uuid import UUID

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
    key = rules.email_key(email)
    with atomic(durable=True):
        account = Account.objects.filter(email_key=key, disabled_at=None).first()
        tried = codes.try_code(account.id, CodePurpose.VERIFY_EMAIL, code) if account else codes.Tried.ABSENT
        if account and tried is codes.Tried.RIGHT:
            _mark_verified(account, at)
            return account.id
        # Nobody may learn who has an account from the sixth answer: addresses without an open code are counted too.
        is_spent = tried is codes.Tried.SPENT or (tried is codes.Tried.ABSENT and count_try(_BLIND_TRIES, key) > 0)
    raise TooManyTries if is_spent else BadCode


def resend_code(*, email: str, at: datetime) -> None:
    """Ask for another code, if the address has an account that waits for one; the caller cannot tell."""
    key = rules.email_key(email)
    with atomic():
        account = Account.objects.filter(email_key=key, verified_at=None, disabled_at=None).first()
        forget_tries(_BLIND_TRIES, key)
        if account is not None:
            codes.request_code(account, CodePurpose.VERIFY_EMAIL, by=Actor.anonymous(), at=at)


def _mark_verified(account: Account, at: datetime) -> None:
    if not Account.objects.filter(id=account.id, verified_at=None).update(verified_at=at):
        return
    event = AccountVerified(aggregate_id=account.id, version=Account.advance(account.id), role=account.role)
    publish(event, by=Actor(account.actor_kind, account.id), at=at)
