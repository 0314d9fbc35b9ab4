"""Changing what an account says of its owner, and its password."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db.models import F
from django.db.transaction import atomic

from guildhall.eventlog.commands import publish
from guildhall.identity import rules, sessions
from guildhall.identity.commands.signing_in import count_failure, forget_failures, is_right
from guildhall.identity.commands.verifying import redeem
from guildhall.identity.events import AccountChanged, PasswordChanged
from guildhall.identity.models import Account
from guildhall.identity.types import CodePurpose, Role
from guildhall.kernel.actors import Actor
from guildhall.kernel.refusals import Invalid


class WrongPassword(Invalid):
    """Whoever sits at the screen does not know the account's password."""

    code = "wrong_password"
    default_detail = "This is not your password."

    def __init__(self) -> None:
        super().__init__(errors=[{"field": "current_password", "detail": self.default_detail}])


class UnknownLanguage(Invalid):
    """We do not speak this language."""

    code = "unknown_language"
    default_detail = "We do not speak this language yet."


@atomic
def change_profile(
    *, account_id: UUID, first_name: str, last_name: str, phone_number: str, language: str, by: Actor, at: datetime
) -> None:
    """
    Set how somebody is called and reached, and the language we write to them in. A provider must be reachable by telephone.

    :raises NotFound: no such account.
    :raises BadText: a name cannot be used.
    :raises BadPhoneNumber: the number cannot exist, or a provider gives none.
    :raises UnknownLanguage: we do not speak it.
    """
    account = Account.locked(account_id)
    number = rules.clean_phone_number(phone_number)
    if not number and account.role == Role.PROVIDER:
        raise rules.BadPhoneNumber
    _require_language(language)
    Account.objects.filter(id=account_id).update(
        first_name=rules.clean_name(first_name, field="first_name"),
        last_name=rules.clean_name(last_name, field="last_name"),
        phone_number=number,
        language=language,
    )
    publish(AccountChanged(aggregate_id=account_id, version=Account.advance(account_id)), by=by, at=at)


@atomic
def change_language(*, account_id: UUID, language: str, by: Actor, at: datetime) -> None:
    """
    Set the language we write to somebody in; the one it is already changes nothing.

    :raises NotFound: no such account. :raises UnknownLanguage: we do not speak it.
    """
    account = Account.locked(account_id)
    _require_language(language)
    if account.language == language:
        return
    Account.objects.filter(id=account_id).update(language=language)
    publish(AccountChanged(aggregate_id=account_id, version=Account.advance(account_id)), by=by, at=at)


def _require_language(language: str) -> None:
    if language not in dict(settings.LANGUAGES):
        raise UnknownLanguage(errors=[{"field": "language", "detail": UnknownLanguage.default_detail}])


def change_password(*, account_id: UUID, current_password: str, password: str, by: Actor, at: datetime) -> None:
    """
    Set another password and end every session; the one who asked begins a new one.

    A wrong current password is counted like a failed sign-in, so this commits by itself.

    :raises WrongPassword: the current one is not right.
    :raises WeakPassword: with every reason.
    :raises TooManyTries: after ten failures in 15 minutes.
    """
    account = Account.objects.get(id=account_id)
    count_failure(account.email_key, "")
    if not is_right(current_password, account):
        raise WrongPassword
    forget_failures(account.email_key)
    rules.check_password_strength(password, account)
    with atomic():
        _set_password(Account.locked(account_id), password, by=by, at=at)


def reset_password(*, email: str, code: str, password: str, at: datetime) -> UUID:
    """
    Set another password by the code that `request_password_code` sent; ends every session and gives the account.

    The code proves the address as well. Commits by itself, like `verify_email`.

    :raises WeakPassword: with every reason; the code stays good.
    :raises BadCode: the same for a wrong code and for an address without an account.
    :raises TooManyTries: after five tries, likewise.
    """
    rules.check_password_strength(password, Account(email=email))
    return redeem(
        email=email,
        purpose=CodePurpose.RESET_PASSWORD,
        code=code,
        at=at,
        then=lambda account: _set_password(account, password, by=Actor(account.actor_kind, account.id), at=at),
    )


def _set_password(account: Account, password: str, *, by: Actor, at: datetime) -> None:
    sessions.end_all(account.id, by=by, at=at)
    forget_failures(account.email_key)
    Account.objects.filter(id=account.id).update(password=make_password(password), token_version=F("token_version") + 1)
    publish(PasswordChanged(aggregate_id=account.id, version=Account.advance(account.id)), by=by, at=at)
