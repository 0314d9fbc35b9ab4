"""Browser sessions: begun after any kind of sign-in, ended one by one."""

from datetime import datetime
from uuid import UUID

from django.db.models.functions import Now
from django.db.transaction import atomic

from guildhall.eventlog.commands import publish
from guildhall.identity import sessions, tokens
from guildhall.identity.commands.verifying import redeem
from guildhall.identity.events import SessionStarted
from guildhall.identity.models import Account, BrowserSession, RefreshFamily
from guildhall.identity.types import BrowserToken, CodePurpose, Role, SignInMethod
from guildhall.kernel.actors import Actor
from guildhall.kernel.refusals import NotFound

DEVICE_LENGTH_MAX = 80


def sign_in_by_code(*, email: str, code: str, at: datetime) -> UUID:
    """
    Take the code that `request_sign_in_code` sent; gives the account. Commits by itself, like `verify_email`.

    :raises BadCode: the same for a wrong code and for an address without an account.
    :raises TooManyTries: after five tries, likewise.
    """
    return redeem(email=email, purpose=CodePurpose.SIGN_IN, code=code, at=at)


@atomic
def start_browser_session(
    *, account_id: UUID, method: SignInMethod, device: str, at: datetime, replaces: UUID | None = None
) -> BrowserToken:
    """
    Begin a session of an account that proved itself, and give what its cookie holds; `replaces` is ended.

    :raises NotFound: no such account.
    """
    account = Account.locked(account_id)
    if replaces is not None:
        _end_browser(replaces, at)
    token, life = tokens.new_browser_token(), tokens.BROWSER_LIFE[Role(account.role)]
    row = BrowserSession.objects.create(
        digest=tokens.browser_digest(token),
        account=account,
        token_version=account.token_version,
        method=method,
        device=device[:DEVICE_LENGTH_MAX],
        started_at=Now(),
        seen_at=Now(),
        ends_at=Now() + life,
    )
    event = SessionStarted(aggregate_id=row.id, version=1, account_id=account_id)
    publish(event, by=Actor(account.actor_kind, account_id), at=at)
    return BrowserToken(token, int(life.total_seconds()))


@atomic
def end_session(*, account_id: UUID, session_id: UUID, by: Actor, at: datetime) -> None:
    """
    End one session of an account, of a browser or of a program. Ending it again changes nothing.

    :raises NotFound: the account has no such session.
    """
    for kind in (BrowserSession, RefreshFamily):
        found = kind.objects.select_for_update().filter(id=session_id, account_id=account_id).first()
        if found is not None:
            if found.revoked_at is None:
                sessions.end(found, by=by, at=at)
            return
    raise NotFound


def note_seen(*, session_id: UUID) -> None:
    """Write down that somebody uses a browser session: it ends when nobody does for the idle life of its role."""
    BrowserSession.objects.filter(id=session_id).update(seen_at=Now())


def _end_browser(session_id: UUID, at: datetime) -> None:
    row = BrowserSession.objects.select_for_update().filter(id=session_id, revoked_at=None).first()
    if row is not None:
        sessions.end(row, by=None, at=at)
