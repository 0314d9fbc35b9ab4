"""What can be asked of notifications: hearing what the vendor and the recipients say."""

from collections.abc import Collection
from datetime import datetime
from typing import cast
from uuid import UUID

from django.db import connection
from django.db.transaction import atomic

from guildhall.identity import commands as identity
from guildhall.identity.queries import find_by_phone, has_consent
from guildhall.identity.types import ConsentKind, Contact
from guildhall.kernel.actors import Actor, Kind
from guildhall.notifications import lifecycle, rules
from guildhall.notifications.models import InboxItem, OutgoingMessage, SmsReport
from guildhall.notifications.types import Heard, MessageStatus

OPTED_OUT = "21610"
_CHANNEL = "sms"
_NUDGES = "nudge"
_START_TEXT = "start-by-sms"
_UNDELIVERED = ("undelivered", "failed")


@atomic
def record_sms_status(*, sid: str, status: str, error_code: str, at: datetime) -> None:
    """
    Take the vendor's word about a text message: delivered, or not and why. Reports come twice, late and in any order.

    A report about a message whose id is not written down yet is kept, and counts as soon as it is.
    """
    lock_reports(sid)
    SmsReport.objects.get_or_create(
        sid=sid, status=status, defaults={"error_code": error_code or "", "reported_at": at}
    )
    apply_reports(sid, at=at)


def apply_reports(sid: str, *, at: datetime) -> None:
    """Move the message of this id to where the vendor's reports say it is, if that is further on."""
    message = OutgoingMessage.objects.select_for_update().filter(vendor_ref=sid).first()
    if message is None or message.status != MessageStatus.SENT:
        return
    reports = {report.status: report for report in SmsReport.objects.filter(sid=sid)}
    if "delivered" in reports or "read" in reports:
        message.move(lifecycle.DELIVER)
        return
    for status in _UNDELIVERED:
        if status in reports:
            message.move(lifecycle.FAIL, reason=f"vendor:{reports[status].error_code or status}")
            if reports[status].error_code == OPTED_OUT:
                withdraw_consent_of(message, at=at)
            return


def lock_reports(sid: str) -> None:
    """Wait until nobody is recording a report of this id: whoever comes second sees what the first wrote."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended('sms:' || %s, 0))", [sid])


@atomic
def hear_sms(*, from_number: str, body: str, at: datetime) -> Heard:
    """
    Take a person's text message: STOP ends text messages to everybody with this number, START allows them again.

    The vendor answers these words itself. Anything else is left alone. Hearing the same twice changes nothing.
    """
    heard = rules.understand(body)
    people = find_by_phone(from_number) if heard in {Heard.STOP, Heard.START} else []
    for person in people:
        agreed = has_consent(person.id, ConsentKind.SMS_OFFERS)
        if heard == Heard.STOP and agreed:
            _withdraw(person, at=at)
        elif heard == Heard.START and not agreed:
            identity.record_consent(
                account_id=person.id,
                kind=ConsentKind.SMS_OFFERS,
                text_version=_START_TEXT,
                channel=_CHANNEL,
                by=_themselves(person),
                at=at,
            )
    return heard


def mark_read(*, account_id: UUID, item_ids: Collection[UUID] | None, at: datetime) -> int:
    """Mark items of somebody's own inbox as read (None: all of them); says how many were not before."""
    unread = InboxItem.objects.filter(recipient_id=account_id, read_at__isnull=True)
    if item_ids is not None:
        unread = unread.filter(id__in=item_ids)
    return unread.update(read_at=at)


def withdraw_consent_of(message: OutgoingMessage, *, at: datetime) -> None:
    """Write down that the recipient told the vendor to stop, which we had not heard."""
    if has_consent(message.recipient_id, ConsentKind.SMS_OFFERS):
        identity.withdraw_consent(
            account_id=message.recipient_id,
            kind=ConsentKind.SMS_OFFERS,
            channel=_CHANNEL,
            by=Actor.system("notifications"),
            at=at,
        )


def _withdraw(person: Contact, *, at: datetime) -> None:
    identity.withdraw_consent(
        account_id=person.id, kind=ConsentKind.SMS_OFFERS, channel=_CHANNEL, by=_themselves(person), at=at
    )


def _themselves(person: Contact) -> Actor:
    return Actor(cast("Kind", person.role), person.id)


def nudge(*, account_id: UUID) -> None:
    """
    Have an account's open pages look anew at what no fact tells (where somebody is on the way). A hint: it may be lost.

    Call it with no transaction open, because commits with a NOTIFY wait for each other.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_notify(%s, %s)", [_NUDGES, str(account_id)])
