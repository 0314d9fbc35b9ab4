"""The worker's part: a last look, then the network, then the outcome; no transaction is open in between."""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now
from procrastinate.contrib.django import app as jobs

from guildhall.kernel.outages import is_outage
from guildhall.notifications import checking, commands, deadlines, gateway, lifecycle, queueing, rendering, rules
from guildhall.notifications.gateway import Later, Mail, Rejected, Text
from guildhall.notifications.models import OutgoingMessage
from guildhall.notifications.queueing import Waiting
from guildhall.notifications.types import Channel, MessageStatus
from guildhall.timers.commands import set_timer
from guildhall.timers.queries import clock_now

log = logging.getLogger("guildhall.notifications")
_LEASE = timedelta(minutes=2)
_SWITCH_LOOK = timedelta(minutes=1)
_LOST_AFTER = timedelta(minutes=1)
_MOST_AT_ONCE = 500


@jobs.task(name=queueing.TASK)
def send(message_id: str) -> None:
    """Send a message, unless it is over, untrue or unwanted by now. Running it again after a crash looks first, where it can."""
    taken = _take(UUID(message_id))
    if taken is None:
        return
    message, letter = taken
    try:
        vendor_ref = _hand_over(message, letter)
    except Later as later:
        _put_off(message, str(later))
    except Rejected as rejected:
        _fail(message, rejected.code)
    else:
        _record(message, vendor_ref)


@jobs.task(name=queueing.IN_ORDER)
def send_in_order(message_ids: list[str]) -> None:
    """
    Send messages one after the other; a fault of one does not keep back the others.

    When the database goes away the whole job is done again; what was sent by then is left alone.

    :raises Exception: the last fault of a message, after all the others.
    """
    fault: Exception | None = None
    for message_id in message_ids:
        try:
            if not _has_job_of_its_own(message_id):
                send(message_id)
        except Exception as error:
            if is_outage(error):
                raise
            log.exception("notifications: %s failed, the others of its line go on", message_id)
            fault = error
    if fault is not None:
        raise fault


def _has_job_of_its_own(message_id: str) -> bool:
    """Whether the vendor or a switch put it off since: another job tries it again then."""
    return OutgoingMessage.objects.filter(
        id=message_id, status=MessageStatus.POSTPONED, next_try_at__isnull=False
    ).exists()


def _take(message_id: UUID) -> tuple[OutgoingMessage, Mail | Text] | None:
    """Look, write and mark as being sent, in a transaction of its own; None when there is nothing to send now."""
    with transaction.atomic(durable=True):
        message = OutgoingMessage.objects.select_for_update().filter(id=message_id).first()
        if message is None or message.status not in lifecycle.UNSENT:
            return None
        at = clock_now()
        try:
            subject = checking.look(message, at=at)
            letter = _write(message, subject, at)
        except checking.Postponed as postponed:
            _postpone(message, str(postponed), postponed.until)
            return None
        except checking.Dropped as dropped:
            _drop(message, str(dropped))
            return None
        except Rejected as rejected:
            message.move(lifecycle.FAIL, reason=rejected.code, next_try_at=None)
            return None
        _mark_sending(message, at)
    return message, letter


def _write(message: OutgoingMessage, subject: checking.Subject, at: datetime) -> Mail | Text:
    if message.channel == Channel.SMS:
        left = int((message.expires_at - at).total_seconds())
        return rendering.render_text(message, subject, valid_seconds=left)
    return rendering.render_mail(message, subject)


def _mark_sending(message: OutgoingMessage, at: datetime) -> None:
    values = {
        "attempts": message.attempts + 1,
        "first_tried_at": message.first_tried_at or at,
        "has_consent": message.channel == Channel.SMS,
        "reason": "",
        "postponed_until": None,
        "next_try_at": Now() + _LEASE,
    }
    if message.status in lifecycle.TAKE.sources:
        message.move(lifecycle.TAKE, **values)
        return
    # It was being sent when its worker died.
    OutgoingMessage.objects.filter(id=message.id).update(**values)
    message.refresh_from_db()


def _hand_over(message: OutgoingMessage, letter: Mail | Text) -> str:
    if isinstance(letter, Mail):
        return gateway.send_email(letter)
    if message.attempts > 1:
        assert message.first_tried_at is not None, "taken, so tried"
        found = gateway.find_sms(letter, since=message.first_tried_at)
        if found is not None and not OutgoingMessage.objects.filter(vendor_ref=found).exists():
            return found
    return gateway.send_sms(letter)


def _record(message: OutgoingMessage, vendor_ref: str) -> None:
    with transaction.atomic(durable=True):
        at = clock_now()
        if message.channel == Channel.SMS:
            commands.lock_reports(vendor_ref)
        message.move(lifecycle.HAND_OVER, vendor_ref=vendor_ref, sent_at=at, next_try_at=None)
        if message.channel == Channel.SMS:
            commands.apply_reports(vendor_ref, at=at)


def _fail(message: OutgoingMessage, code: str) -> None:
    with transaction.atomic(durable=True):
        message.move(lifecycle.FAIL, reason=f"vendor:{code}", next_try_at=None)
        if code == commands.OPTED_OUT:
            commands.withdraw_consent_of(message, at=clock_now())
    log.warning("notifications: %s %s failed (%s)", message.channel, message.id, code)


def _put_off(message: OutgoingMessage, why: str) -> None:
    """Try again later; when the message is over by then, the next look ends it."""
    pause = rules.pause_seconds(message.attempts)
    with transaction.atomic(durable=True):
        message.move(lifecycle.POSTPONE, reason="vendor", next_try_at=Now() + timedelta(seconds=pause))
        queueing.defer([Waiting(message.id, message.is_time_critical)], after_seconds=pause)
    log.warning("notifications: %s %s waits for the vendor (%s)", message.channel, message.id, why)


def _postpone(message: OutgoingMessage, reason: str, until: datetime | None) -> None:
    """Wait for the end of quiet hours (a timer, on the clock's time) or for a switch (looked at every minute)."""
    next_try_at = None if until else Now() + _SWITCH_LOOK
    if message.status in lifecycle.POSTPONE.sources:
        message.move(lifecycle.POSTPONE, reason=reason, postponed_until=until, next_try_at=next_try_at)
    else:
        OutgoingMessage.objects.filter(id=message.id).update(
            reason=reason, postponed_until=until, next_try_at=next_try_at
        )
    if until is not None:
        set_timer(kind=deadlines.WAKE, reference=str(message.id), due_at=until)


def _drop(message: OutgoingMessage, reason: str) -> None:
    """Send no more of it. What was tried and never got through counts as failed, so that operators see it."""
    if message.attempts and reason == "expired":
        message.move(lifecycle.FAIL, reason="gave_up", next_try_at=None)
    else:
        message.move(lifecycle.DROP, reason=reason, next_try_at=None)


@jobs.periodic(cron="* * * * *")
@jobs.task(name="notifications.keep_going", queueing_lock="notifications.keep_going")
def keep_going(timestamp: int) -> None:
    """Take up what lost its job, and look again at what a switch holds back."""
    lost = OutgoingMessage.objects.filter(status__in=lifecycle.UNSENT, next_try_at__lt=Now() - _LOST_AFTER)
    rows = lost.order_by("next_try_at").values_list("id", "is_time_critical")[:_MOST_AT_ONCE]
    waiting = [Waiting(*row) for row in rows]
    with transaction.atomic():
        OutgoingMessage.objects.filter(id__in=[message.id for message in waiting]).update(next_try_at=Now() + _LEASE)
        queueing.defer(waiting)
