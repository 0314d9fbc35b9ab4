"""Planning a call to the vendor: the row and its job are written with the decision, and nothing is called here."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection
from procrastinate.contrib.django import app as jobs

from guildhall.kernel.refusals import Refused
from guildhall.kernel.rows import NOW, add
from guildhall.payments.inbox import BEFORE_MAILS
from guildhall.payments.lifecycle import IntentStatus
from guildhall.payments.models import Intent

_BLOCKED = "GH423"


class SettlementBlocked(Refused):
    """A case is open: the money of this reference stays where it is."""

    code = "settlement_blocked"
    default_detail = "The money of this booking is on hold while a case is open."


def plan(
    *,
    kind: str,
    key: str,
    subject: UUID,
    params: dict[str, Any],
    at: datetime,
    payment_id: UUID | None = None,
    provider_id: UUID | None = None,
) -> None:
    """
    Write an intent, once per idempotency key, and have the worker make the call after the commit.

    :raises SettlementBlocked: when it would move the money of a blocked reference.
    """
    intent = Intent(
        kind=kind,
        key=key,
        subject=subject,
        params=params,
        payment_id=payment_id,
        provider_id=provider_id,
        planned_at=at,
    )
    try:
        is_new = add(intent, once_per="key", next_try_at=NOW)
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", "") == _BLOCKED:
            raise SettlementBlocked from error
        raise
    if is_new:
        defer(intent.id)


def defer(intent_id: UUID, *, after_seconds: int = 0) -> None:
    """Have the worker take the intent up; once too often is harmless, since jobs of one intent run one after the other."""
    job = jobs.configure_task(
        "payments.perform",
        lock=f"intent:{intent_id}",
        priority=BEFORE_MAILS,
        schedule_in={"seconds": after_seconds} if after_seconds else None,
    )
    job.defer(intent_id=str(intent_id))


def key_after_failures(base: str, subject: UUID) -> str:
    """Number a call anew when the vendor has refused it before; while one is open or has succeeded, the key stays the same."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from payments_intent where subject = %s and status = %s and starts_with(key, %s)",
            [subject, IntentStatus.FAILED.value, base],
        )
        failed = cursor.fetchone()[0]
    return base if not failed else f"{base}:{failed + 1}"
