"""Ending sign-ins: of browsers and of programs alike, each told as a fact."""

from datetime import datetime
from uuid import UUID

from django.db.models.functions import Now

from guildhall.eventlog.commands import publish
from guildhall.identity.events import SessionEnded
from guildhall.identity.models import Account, BrowserSession, RefreshFamily
from guildhall.kernel.actors import Actor


def end(session: BrowserSession | RefreshFamily, *, by: Actor | None, at: datetime) -> None:
    """End one session, whose row the caller holds; without `by` its owner does."""
    session.revoked_at = Now()
    session.save(update_fields=["revoked_at"])
    owner = Account.objects.get(id=session.account_id)
    event = SessionEnded(aggregate_id=session.id, version=2, account_id=owner.id)
    publish(event, by=by or Actor(owner.actor_kind, owner.id), at=at)


def end_all(account_id: UUID, *, by: Actor, at: datetime) -> None:
    """End every session of an account."""
    for kind in (RefreshFamily, BrowserSession):
        for session in kind.objects.select_for_update().filter(account_id=account_id, revoked_at=None).order_by("id"):
            end(session, by=by, at=at)
