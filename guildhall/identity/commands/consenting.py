"""Agreeing, and taking it back."""

from datetime import datetime
from uuid import UUID

from django.db.transaction import atomic

from guildhall.eventlog.commands import publish
from guildhall.identity.events import ConsentRecorded, ConsentWithdrawn
from guildhall.identity.models import Account, Consent
from guildhall.identity.types import ConsentKind
from guildhall.kernel.actors import Actor
from guildhall.kernel.texts import clean_line

_WORD_LENGTH_MAX = 60


@atomic
def record_consent(
    *, account_id: UUID, kind: ConsentKind, text_version: str, channel: str, by: Actor, at: datetime
) -> None:
    """
    Write down that somebody agreed: to what, in which words (`text_version`), and where (`channel`: web, api, sms ...).

    :raises NotFound: no such account.
    """
    version = Account.advance(account_id)
    row = _add(account_id, kind, text_version=text_version, channel=channel, is_given=True, by=by, at=at)
    event = ConsentRecorded(
        aggregate_id=account_id, version=version, kind=kind, text_version=row.text_version, channel=row.channel
    )
    publish(event, by=by, at=at)


@atomic
def withdraw_consent(*, account_id: UUID, kind: ConsentKind, channel: str, by: Actor, at: datetime) -> None:
    """
    Write down that somebody no longer agrees. Withdrawing what was never given is written down as well.

    :raises NotFound: no such account.
    """
    version = Account.advance(account_id)
    row = _add(account_id, kind, text_version="", channel=channel, is_given=False, by=by, at=at)
    publish(ConsentWithdrawn(aggregate_id=account_id, version=version, kind=kind, channel=row.channel), by=by, at=at)


def _add(
    account_id: UUID, kind: ConsentKind, *, text_version: str, channel: str, is_given: bool, by: Actor, at: datetime
) -> Consent:
    return Consent.objects.create(
        account_id=account_id,
        kind=ConsentKind(kind),
        is_given=is_given,
        text_version=clean_line(text_version, field="text_version", length_max=_WORD_LENGTH_MAX, required=is_given),
        channel=clean_line(channel, field="channel", length_max=_WORD_LENGTH_MAX),
        actor=str(by),
        recorded_at=at,
    )
