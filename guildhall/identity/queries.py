"""What others may learn about accounts."""

from collections.abc import Collection
from dataclasses import fields
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from guildhall.identity import keys, tokens
from guildhall.identity.codes import SEALED
from guildhall.identity.models import (
    Account,
    BrowserSession,
    Consent,
    OneTimeCode,
    OperatorScope,
    Passkey,
    RefreshToken,
)
from guildhall.identity.rules import email_key
from guildhall.identity.types import (
    AccountCard,
    CodeToSend,
    ConsentKind,
    Contact,
    PasskeySummary,
    Role,
    Scope,
    Session,
    SignedIn,
)
from guildhall.kernel.actors import Actor
from guildhall.kernel.refusals import NotFound
from guildhall.kernel.rows import cards, fetch_all

_LEAST_LETTERS = 2
_LEAST_DIGITS = 5


def read_access_token(token: str) -> Actor:
    """
    Give who acts with a token, in one query: the account is open, the session not ended, and no later version counts.

    :raises InvalidToken: in every other case, with the same answer.
    """
    claims = tokens.read_claims(token)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select a.role from identity_account a join identity_refresh_family f on f.account_id = a.id
            where a.id = %s and a.disabled_at is null and a.token_version = %s and f.id = %s and f.revoked_at is null
            """,
            [claims.account_id, claims.token_version, claims.session_id],
        )
        row = cursor.fetchone()
    if row is None:
        raise tokens.InvalidToken
    return Actor(row[0], claims.account_id)


def read_browser_session(token: str, role: Role) -> SignedIn | None:
    """
    Give who uses a browser session of an application, in one query, or None: too old, ended, another role, a closed account.

    Asking does not make it younger: that somebody uses it is for `commands.note_seen` to write down.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select a.id, a.role, s.id, a.email, a.first_name, a.last_name, a.phone_number, a.language,
              array(select o.scope from identity_operator_scope o where o.account_id = a.id),
              s.seen_at >= now() - interval '1 minute'
            from identity_browser_session s join identity_account a on a.id = s.account_id
            where s.digest = %s and s.revoked_at is null and s.ends_at > now() and s.seen_at > now() - make_interval(secs => %s)
              and s.token_version = a.token_version and a.role = %s and a.verified_at is not null and a.disabled_at is null
            """,
            [tokens.browser_digest(token), tokens.IDLE_LIFE[role].total_seconds(), role],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    account_id, kind, session_id, email, first_name, last_name, phone_number, language, scopes, is_seen_lately = row
    return SignedIn(
        id=account_id,
        actor_kind=kind,
        session_id=session_id,
        email=email,
        first_name=first_name,
        last_name=last_name,
        phone_number=phone_number,
        language=language,
        scopes=frozenset(Scope(scope) for scope in scopes),
        is_seen_lately=is_seen_lately,
    )


def list_sessions(account_id: UUID) -> list[Session]:
    """Give the sign-ins of an account that still count, in browsers and through the API, the latest seen first."""
    account = Account.objects.get(id=account_id)
    idle = tokens.IDLE_LIFE[Role(account.role)]
    rows = BrowserSession.objects.filter(
        account=account,
        token_version=account.token_version,
        revoked_at=None,
        ends_at__gt=Now(),
        seen_at__gt=Now() - idle,
    )
    browsers = [Session(row.id, row.device, row.method, row.started_at, row.seen_at) for row in rows]
    living = RefreshToken.objects.filter(
        family__account=account, family__revoked_at=None, used_at=None, expires_at__gt=Now()
    ).select_related("family")
    programs = [Session(row.family_id, "", "", row.family.started_at, row.issued_at) for row in living]
    return sorted([*browsers, *programs], key=lambda session: session.seen_at, reverse=True)


def list_passkeys(account_id: UUID) -> list[PasskeySummary]:
    """Give the passkeys of an account, the oldest first."""
    rows = Passkey.objects.filter(account_id=account_id).order_by("added_at", "id")
    return [PasskeySummary(row.id, row.label, row.added_at, row.used_at) for row in rows]


def get_contact(account_id: UUID) -> Contact:
    """
    Give how a person is reached.

    :raises NotFound: no such account.
    """
    found = get_contacts([account_id])
    if account_id not in found:
        raise NotFound
    return found[account_id]


def get_contacts(account_ids: Collection[UUID]) -> dict[UUID, Contact]:
    """Give how people are reached, by id; unknown ids are left out."""
    return {account.id: _contact(account) for account in fetch_all(Account, "id", account_ids)}


def find_by_phone(number: str) -> list[Contact]:
    """Give the open accounts with an E.164 number; people may share one."""
    if not number:
        return []
    return [
        _contact(account) for account in Account.objects.filter(phone_number=number, disabled_at=None).order_by("id")
    ]


def find_by_email(email: str) -> Contact | None:
    """Give the account of an address, for operators and the command line; never for a page that anybody may open."""
    account = Account.objects.filter(email_key=email_key(email)).first()
    return _contact(account) if account else None


def get_accounts(account_ids: Collection[UUID]) -> dict[UUID, AccountCard]:
    """Give accounts as operators see them, by id, in one query; unknown ids are left out."""
    found = cards(
        AccountCard,
        """
        select id, role, email, phone_number, first_name, last_name, language, created_at, verified_at, disabled_at
        from identity_account where id = any(%s)
        """,
        [list(account_ids)],
    )
    return {card.id: card for card in found}


def find_accounts(text: str, *, role: Role | None = None, limit: int = 20) -> list[AccountCard]:
    """
    Give accounts whose e-mail, telephone number or name begins as typed, for operators, the newest first.

    Several words are a name: each begins the first or the last name. Less than two letters find nobody.
    """
    names = [one.name for one in fields(AccountCard)]
    return [AccountCard(**row) for row in _found(text, role).values(*names)[:limit]]


def find_account_ids(text: str, *, role: Role, limit: int) -> list[UUID]:
    """Give the ids alone of those whom `find_accounts` finds: for a list that is narrowed down by other things too."""
    return list(_found(text, role).values_list("id", flat=True)[:limit])


def _found(text: str, role: Role | None) -> QuerySet[Account]:
    words = text.split()
    if len(text.strip()) < _LEAST_LETTERS:
        return Account.objects.none()
    digits = "".join(letter for letter in text if letter.isdigit())
    tests = Q(email_key__startswith=email_key(text.strip()))
    if len(digits) >= _LEAST_DIGITS:
        tests |= Q(phone_number__contains=digits)
    named = Q()
    for word in words:
        named &= Q(first_name__istartswith=word) | Q(last_name__istartswith=word)
    rows = Account.objects.filter(tests | named)
    return (rows if role is None else rows.filter(role=role)).order_by("-id")


def _contact(account: Account) -> Contact:
    return Contact(
        id=account.id,
        role=account.role,
        email=account.email,
        phone_number=account.phone_number,
        first_name=account.first_name,
        last_name=account.last_name,
        language=account.language,
    )


def is_verified(account_id: UUID) -> bool:
    """Whether the account's e-mail address was proved and its door is open."""
    return Account.objects.filter(id=account_id, disabled_at=None).exclude(verified_at=None).exists()


def has_consent(account_id: UUID, kind: ConsentKind) -> bool:
    """Whether the latest word of an account about `kind` was yes."""
    latest = Consent.objects.filter(account_id=account_id, kind=kind).order_by("-id").values_list("is_given", flat=True)
    return bool(latest.first())


def scopes(account_id: UUID) -> set[Scope]:
    """What an operator may act on; nothing for anybody else."""
    rows = OperatorScope.objects.filter(account_id=account_id, account__disabled_at=None)
    return {Scope(scope) for scope in rows.values_list("scope", flat=True)}


def get_code_to_send(code_id: UUID) -> CodeToSend | None:
    """Give a code in clear for its mail, or None when it was used, replaced or has ended."""
    row = OneTimeCode.objects.filter(id=code_id, closed_at=None, expires_at__gt=Now()).first()
    if row is None:
        return None
    return CodeToSend(row.id, row.account_id, row.purpose, keys.unseal(SEALED, bytes(row.sealed)))


def find_code_to_send(account_id: UUID) -> CodeToSend | None:
    """Give the code that an account has open, for the command line, which makes people without reading their mail."""
    row = OneTimeCode.objects.filter(account_id=account_id, closed_at=None, expires_at__gt=Now()).first()
    return get_code_to_send(row.id) if row else None
