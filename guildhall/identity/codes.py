"""One-time codes: made, tried and closed. Their ten minutes are real time; travelling does not age them."""

import hmac
import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db import connection
from django.db.models.functions import Now

from guildhall.eventlog.commands import publish
from guildhall.identity import keys
from guildhall.identity.events import CodeRequested
from guildhall.identity.models import Account, OneTimeCode
from guildhall.identity.types import CodePurpose
from guildhall.kernel.actors import Actor

CODE_LIFE = timedelta(minutes=10)
TRIES_MAX = 5
CODES_AN_HOUR_MAX = 5
SEALED = "one-time code"


class Tried(StrEnum):
    """What came of a try."""

    RIGHT = "right"
    WRONG = "wrong"
    SPENT = "spent"
    ABSENT = "absent"


def request_code(account: Account, purpose: CodePurpose, *, by: Actor, at: datetime) -> None:
    """Make a code in place of an earlier one and ask for its mail. Over five an hour nothing happens: nobody is flooded through us."""
    Account.objects.select_for_update().get(id=account.id)
    codes = OneTimeCode.objects.filter(account=account, purpose=purpose)
    if codes.filter(made_at__gt=Now() - timedelta(hours=1)).count() >= CODES_AN_HOUR_MAX:
        return
    codes.filter(closed_at=None).update(closed_at=Now(), sealed=b"")
    code = f"{secrets.randbelow(1_000_000):06d}"
    row = OneTimeCode.objects.create(
        account=account,
        purpose=purpose,
        digest=_digest(account.id, purpose, code),
        sealed=keys.seal(SEALED, code),
        made_at=Now(),
        expires_at=Now() + CODE_LIFE,
    )
    event = CodeRequested(
        aggregate_id=account.id,
        version=Account.advance(account.id),
        account_id=account.id,
        code_id=row.id,
        purpose=purpose,
    )
    publish(event, by=by, at=at)


def try_code(account_id: UUID, purpose: CodePurpose, code: str) -> Tried:
    """Try a code. Counting is one guarded statement, so parallel tries are five all the same; a right one closes the code."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            update identity_one_time_code set tries = tries + 1
            where account_id = %s and purpose = %s and closed_at is null and expires_at > now() and tries < %s
            returning id, digest
            """,
            [account_id, purpose, TRIES_MAX],
        )
        row = cursor.fetchone()
    if row is None:
        return _without_a_try(account_id, purpose)
    code_id, digest = row
    if not hmac.compare_digest(bytes(digest), _digest(account_id, purpose, code)):
        return Tried.WRONG
    OneTimeCode.objects.filter(id=code_id).update(closed_at=Now(), sealed=b"")
    return Tried.RIGHT


def _without_a_try(account_id: UUID, purpose: CodePurpose) -> Tried:
    open_codes = OneTimeCode.objects.filter(
        account_id=account_id, purpose=purpose, closed_at=None, expires_at__gt=Now()
    )
    return Tried.SPENT if open_codes.exists() else Tried.ABSENT


def _digest(account_id: UUID, purpose: CodePurpose, code: str) -> bytes:
    return keys.digest(f"code:{purpose}", f"{account_id}:{code}")
