"""Closing an account's door."""

from datetime import datetime
from uuid import UUID

from django.db.models import F
from django.db.transaction import atomic

from guildhall.eventlog.commands import publish
from guildhall.identity.events import AccountDisabled
from guildhall.identity.models import Account
from guildhall.kernel.actors import Actor


@atomic
def disable_account(*, account_id: UUID, by: Actor, at: datetime) -> None:
    """
    Let nobody in any more, and end every session at once. Doing it again changes nothing.

    :raises NotFound: no such account.
    """
    account = Account.locked(account_id)
    if account.disabled_at is not None:
        return
    Account.objects.filter(id=account_id).update(disabled_at=at, token_version=F("token_version") + 1)
    event = AccountDisabled(aggregate_id=account_id, version=Account.advance(account_id), role=account.role)
    publish(event, by=by, at=at)
