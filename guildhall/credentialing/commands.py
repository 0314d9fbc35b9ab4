"""Granting and revoking the right to work, and what it means to lack it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import DatabaseError, connection
from django.db.transaction import atomic

from guildhall.credentialing.events import WorkRightGranted, WorkRightRevoked
from guildhall.credentialing.models import WorkRight
from guildhall.eventlog.commands import publish
from guildhall.kernel.actors import Actor
from guildhall.kernel.refusals import Invalid, NotAllowed, NotFound, Refused
from guildhall.kernel.texts import clean_text
from guildhall.providers.queries import require_provider

_NO_RIGHT = "GH001"
_REASON_LENGTH_MAX = 2000


class NoWorkRight(Refused):
    """The provider is not credentialed for work that lasts so long."""

    code = "no_work_right"
    status = 403
    default_detail = "You may not take this job: your right to work is not in force for all of it."


class RightMustLast(Invalid):
    """A right that has ended when it begins is none."""

    code = "right_must_last"
    default_detail = "The right to work must end later than now."


@contextmanager
def translate_refusal() -> Iterator[None]:
    """
    Turn what `credentialing.assert_right` raises into a refusal. Stands *around* the transaction or savepoint that
    failed: `with translate_refusal(), atomic(): ...`.

    :raises NoWorkRight: when a trigger or function refused for want of the right.
    """
    try:
        yield
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", None) == _NO_RIGHT:
            raise NoWorkRight from error
        raise


@atomic
def grant_work_right(*, provider_id: UUID, valid_until: datetime, by: Actor, at: datetime) -> None:
    """
    Let a provider work up to `valid_until`, anew or differently from before.

    :raises NotAllowed: by somebody who is neither an operator nor the system.
    :raises NotFound: no such provider.
    :raises RightMustLast: `valid_until` is not after `at`.
    """
    _require_authority(by)
    require_provider(provider_id)
    if valid_until <= at:
        raise RightMustLast
    with connection.cursor() as cursor:
        cursor.execute(
            """
            insert into credentialing_work_right as w (provider_id, valid_until, granted_at, reason, version)
            values (%s, %s, %s, '', 1)
            on conflict (provider_id) do update set valid_until = excluded.valid_until, granted_at = excluded.granted_at,
              revoked_at = null, reason = '', version = w.version + 1
            returning version
            """,
            [provider_id, valid_until, at],
        )
        version = int(cursor.fetchone()[0])
    event = WorkRightGranted(
        aggregate_id=provider_id, version=version, provider_id=provider_id, valid_until=valid_until
    )
    publish(event, by=by, at=at)


@atomic
def revoke_work_right(*, provider_id: UUID, reason: str, by: Actor, at: datetime) -> None:
    """
    Take the right to work away, now. Whoever is confirming work at this moment finishes first. Doing it again changes nothing.

    :raises NotAllowed: by somebody who is neither an operator nor the system.
    :raises NotFound: the provider never had the right.
    """
    _require_authority(by)
    why = clean_text(reason, field="reason", length_max=_REASON_LENGTH_MAX)
    right = WorkRight.objects.select_for_update().filter(provider_id=provider_id).first()
    if right is None:
        raise NotFound
    if right.revoked_at is not None:
        return
    version = right.version + 1
    WorkRight.objects.filter(provider_id=provider_id).update(revoked_at=at, reason=why, version=version)
    publish(WorkRightRevoked(aggregate_id=provider_id, version=version, provider_id=provider_id), by=by, at=at)


def _require_authority(by: Actor) -> None:
    if by.kind not in {"operator", "system"}:
        raise NotAllowed
