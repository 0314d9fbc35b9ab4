"""The worker's part: the calls to the vendor, each outside any transaction, and the look at what was forgotten."""

import logging
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import DatabaseError, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from procrastinate.contrib.django import app as jobs

from guildhall.identity.queries import get_contact
from guildhall.kernel import rows
from guildhall.kernel.rows import NOW, from_now
from guildhall.payments import gateway, lifecycle
from guildhall.payments.closing import VENDOR
from guildhall.payments.commands.hearing import note_event
from guildhall.payments.inbox import defer_hearing
from guildhall.payments.intents import defer
from guildhall.payments.ledger import PROVIDER, Account
from guildhall.payments.lifecycle import IntentStatus, TransferStatus
from guildhall.payments.models import Heard, Intent, PayoutAccount, Transfer
from guildhall.payments.outcomes import lock_intent, observe, record_outcome
from guildhall.payments.seen import Later, Rejected, Seen
from guildhall.payments.sharing import send_waiting
from guildhall.timers.queries import clock_now

log = logging.getLogger("guildhall.payments")
_OPEN = [IntentStatus.REQUESTED, IntentStatus.SENT]
_KEYS_LIVE = timedelta(hours=23)
_TRIES_BEFORE_LOOKING = 3
_RETRY_SECONDS_MAX = 300
_MOST_AT_ONCE = 500
_MOST_ACCOUNTS = 100
_HEARINGS_BEFORE_GIVING_UP = 20


@jobs.task(name="payments.perform")
def perform(intent_id: str) -> None:
    """Make the call of an intent and record how it ended. After a crash in between, the next run asks again with the same key."""
    intent = _take(UUID(intent_id))
    if intent is None:
        return
    order = gateway.Order(kind=intent.kind, key=intent.key, params=_params(intent))
    try:
        outcome = _outcome(intent, order)
    except Later as later:
        _put_off(intent, str(later))
        return
    record_outcome(intent_id=intent.id, outcome=outcome, at=clock_now())


def _take(intent_id: UUID) -> Intent | None:
    """Mark the intent as sent, in a transaction of its own; None when it is over, or blocked until the block is lifted."""
    try:
        with transaction.atomic(durable=True):
            intent, _ = lock_intent(intent_id)
            if intent.status not in _OPEN:
                return None
            again = {"attempts": intent.attempts + 1, "next_try_at": from_now(seconds=_pause(intent.attempts))}
            if intent.status == IntentStatus.REQUESTED:
                intent.move(lifecycle.SEND, sent_at=NOW, **again)
            else:
                rows.change(intent, again)
            return intent
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", "") == "GH423":
            return None
        raise


def _outcome(intent: Intent, order: gateway.Order) -> Seen | Rejected:
    """
    Ask; after some failures look first whether an earlier call came through after all. When the key may have been forgotten
    (23 hours), creating anew is out of the question: what cannot be found was never made.
    """
    assert intent.sent_at is not None, "taken, so sent"
    is_old = timezone.now() - intent.sent_at > _KEYS_LIVE
    if is_old or intent.attempts > _TRIES_BEFORE_LOOKING:
        found = gateway.look_up(order)
        if found is not None:
            return found
        if is_old and order.kind in gateway.CREATING:
            return Rejected(code="no_trace")
    return gateway.perform(order)


def _params(intent: Intent) -> dict[str, Any]:
    """Add what is not written into intents: how a person is reached."""
    if intent.kind == "account" and intent.provider_id is not None:
        return {**intent.params, "contact_email": get_contact(intent.provider_id).email}
    return dict(intent.params)


def _put_off(intent: Intent, reason: str) -> None:
    log.warning("payments: %s %s waits for the vendor (%s)", intent.kind, intent.id, reason)
    with transaction.atomic():
        Intent.objects.filter(id=intent.id).update(error=reason)
        defer(intent.id, after_seconds=_pause(intent.attempts - 1))


def _pause(attempts: int) -> int:
    """Seconds before the next try: 1, 2, 4 ... 300."""
    return int(min(2 ** min(attempts, 16), _RETRY_SECONDS_MAX))


@jobs.task(name="payments.hear")
def hear(heard_id: int) -> None:
    """Read again the object that an event named, and move our rows forward to it."""
    heard = rows.fetch(Heard, "id", heard_id)
    if heard is None or heard.handled_at is not None:
        return
    try:
        seen = gateway.fetch(heard.kind, heard.object_ref, heard.account_ref) if heard.object_ref else None
    except Later as later:
        _hear_later(heard, str(later))
        return
    with transaction.atomic(durable=True):
        at = clock_now()
        if seen is not None:
            observe(seen, by=VENDOR, at=at)
        rows.change(heard, {"handled_at": at, "error": ""})


def _hear_later(heard: Heard, reason: str) -> None:
    log.warning("payments: %s %s waits for the vendor (%s)", heard.kind, heard.event_id, reason)
    with transaction.atomic():
        pause = _pause(heard.attempts)
        Heard.objects.filter(id=heard.id).update(
            attempts=heard.attempts + 1, error=reason, next_try_at=Now() + timedelta(seconds=pause)
        )
        if heard.attempts < _HEARINGS_BEFORE_GIVING_UP:
            defer_hearing(heard.id, after_seconds=pause)


@jobs.task(name="payments.send_shares")
def send_shares(provider_id: str) -> None:
    """Send what waited for a provider's account."""
    with transaction.atomic():
        send_waiting(UUID(provider_id), at=clock_now())


@jobs.periodic(cron="* * * * *")
@jobs.task(name="payments.keep_going", queueing_lock="payments.keep_going")
def keep_going(timestamp: int) -> None:
    """Take up what lost its job, and shares that wait although their provider can be paid."""
    long_due = Q(next_try_at__lt=Now() - timedelta(minutes=1))
    lost = Intent.objects.filter(long_due, status__in=_OPEN).order_by("next_try_at")
    for intent_id in list(lost.values_list("id", flat=True)[:_MOST_AT_ONCE]):
        defer(intent_id)
    unheard = Heard.objects.filter(long_due, handled_at=None, attempts__lt=_HEARINGS_BEFORE_GIVING_UP)
    for heard_id in list(unheard.order_by("next_try_at").values_list("id", flat=True)[:_MOST_AT_ONCE]):
        defer_hearing(heard_id)
    active = PayoutAccount.objects.filter(capability="active").values("provider_id")
    waiting = Transfer.objects.filter(status=TransferStatus.WAITING, provider_id__in=active)
    for provider_id in list(waiting.values_list("provider_id", flat=True).distinct()[:_MOST_ACCOUNTS]):
        send_shares(str(provider_id))


@jobs.periodic(cron="*/5 * * * *")
@jobs.task(name="payments.find_missed_events", queueing_lock="payments.find_missed_events")
def find_missed_events(timestamp: int) -> None:
    """Fetch the events that never reached us: the platform's, and those of accounts whose money is under way."""
    try:
        for event in gateway.missed_events(""):
            note_event(endpoint="platform", event=event, at=clock_now())
        for account in _accounts_with_money():
            for event in gateway.missed_events(account.account_ref):
                note_event(endpoint="connect", event={**event, "account": account.account_ref}, at=clock_now())
        for account in PayoutAccount.objects.exclude(account_ref="").exclude(capability="active")[:_MOST_ACCOUNTS]:
            _look_at_account(account)
    except Later as later:
        log.warning("payments: the vendor cannot be asked for missed events (%s)", later)


def _accounts_with_money() -> list[PayoutAccount]:
    owed = Account.objects.filter(kind=PROVIDER, balance_minor__gt=0).values_list("owner", flat=True)
    return list(PayoutAccount.objects.filter(provider_id__in=list(owed)).exclude(account_ref="")[:_MOST_ACCOUNTS])


def _look_at_account(account: PayoutAccount) -> None:
    """Thin events are not listed with the others: look at the account itself."""
    seen = gateway.fetch("v2.core.account", account.account_ref, "")
    if seen is not None:
        with transaction.atomic(durable=True):
            observe(seen, by=VENDOR, at=clock_now())


@jobs.periodic(cron="17 * * * *")
@jobs.task(name="payments.keep_held_money", queueing_lock="payments.keep_held_money")
def keep_held_money(timestamp: int) -> None:
    """Set the platform's own payouts to manual, at every start of a worker and every hour: somebody may have changed it by hand."""
    try:
        gateway.keep_platform_money()
    except Later as later:
        log.warning("payments: the platform's payouts could not be set to manual (%s)", later)
