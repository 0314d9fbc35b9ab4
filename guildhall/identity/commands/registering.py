"""Registering: the answer never tells whether an address was known."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.transaction import atomic

from guildhall.eventlog.commands import publish
from guildhall.identity import codes, rules
from guildhall.identity.events import AccountCreated, AccountRegisteredAgain
from guildhall.identity.models import Account, OperatorScope
from guildhall.identity.throttles import Limit, count_try
from guildhall.identity.types import CodePurpose, NewAccount, Role, Scope
from guildhall.kernel.actors import Actor
from guildhall.kernel.refusals import Refused

_REMINDERS = Limit("registered_again", tries=3, seconds=3600)


class EmailTaken(Refused):
    """The address has an account. Only an administrator who appoints an operator is told."""

    code = "email_taken"
    default_detail = "There is an account with this e-mail address already."


def create_account(
    *,
    email: str,
    password: str,
    role: Role,
    first_name: str,
    last_name: str,
    phone_number: str,
    at: datetime,
    language: str = "en",
) -> NewAccount:
    """
    Make an account and ask for the mail with its code; for an address that is known, ask for a mail that says so.

    An account that nobody verified is taken over by whoever registers last, in the same role: else a stranger could
    register an address first and keep the password after its owner verifies. `account_id` is given for new ones only.

    :raises BadText: e-mail or name cannot be used.
    :raises BadPhoneNumber: the number cannot exist.
    :raises WeakPassword: with every reason.
    """
    draft = _draft(
        email=email,
        password=password,
        role=role,
        first_name=first_name,
        last_name=last_name,
        phone_number=phone_number,
        language=language,
        at=at,
    )
    with atomic():
        known = Account.objects.select_for_update().filter(email_key=draft.email_key).first()
        if known is None and _insert(draft):
            by = Actor(role.value, draft.id)
            publish(AccountCreated(aggregate_id=draft.id, version=Account.advance(draft.id), role=role), by=by, at=at)
            codes.request_code(draft, CodePurpose.VERIFY_EMAIL, by=by, at=at)
            return NewAccount(draft.id)
        _register_again(known or Account.objects.select_for_update().get(email_key=draft.email_key), draft, at)
    return NewAccount(None)


def create_operator(
    *,
    email: str,
    password: str,
    scopes: Collection[Scope],
    at: datetime,
    first_name: str = "Guildhall",
    last_name: str = "Operator",
    by: Actor | None = None,
) -> UUID:
    """
    Appoint an operator, verified from the start, with the given scopes.

    :raises EmailTaken: the address has an account.
    :raises BadText: e-mail or name cannot be used.
    :raises WeakPassword: with every reason.
    """
    draft = _draft(
        email=email,
        password=password,
        role=Role.OPERATOR,
        first_name=first_name,
        last_name=last_name,
        phone_number="",
        language="en",
        at=at,
    )
    draft.verified_at = at
    with atomic():
        if not _insert(draft):
            raise EmailTaken
        OperatorScope.objects.bulk_create(OperatorScope(account=draft, scope=scope) for scope in set(scopes))
        event = AccountCreated(aggregate_id=draft.id, version=Account.advance(draft.id), role=Role.OPERATOR)
        publish(event, by=by or Actor.system("launcher"), at=at)
    return draft.id


def _draft(
    *,
    email: str,
    password: str,
    role: Role,
    first_name: str,
    last_name: str,
    phone_number: str,
    language: str,
    at: datetime,
) -> Account:
    address = rules.clean_email(email)
    draft = Account(
        email=address,
        email_key=rules.email_key(address),
        role=role,
        first_name=rules.clean_name(first_name, field="first_name"),
        last_name=rules.clean_name(last_name, field="last_name"),
        phone_number=rules.clean_phone_number(phone_number),
        language=language,
        created_at=at,
    )
    rules.check_password_strength(password, draft)
    draft.password = make_password(password)
    return draft


def _insert(draft: Account) -> bool:
    """Insert, unless the address was taken; a twin who registers at the same moment is waited for."""
    try:
        with transaction.atomic():
            draft.save(force_insert=True)
    except IntegrityError as error:
        if "identity_account_email_key" not in str(error):
            raise
        return False
    return True


def _register_again(known: Account, draft: Account, at: datetime) -> None:
    if known.verified_at is None and known.disabled_at is None and known.role == draft.role:
        Account.objects.filter(id=known.id).update(
            password=draft.password,
            first_name=draft.first_name,
            last_name=draft.last_name,
            phone_number=draft.phone_number,
            token_version=F("token_version") + 1,
        )
        codes.request_code(known, CodePurpose.VERIFY_EMAIL, by=Actor.anonymous(), at=at)
    elif not count_try(_REMINDERS, known.email_key):
        event = AccountRegisteredAgain(aggregate_id=known.id, version=Account.advance(known.id))
        publish(event, by=Actor.anonymous(), at=at)
