"""Where every call to the vendor ends, and every object that a webhook made us read again: once or often, in any order."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from guildhall.kernel.actors import Actor
from guildhall.kernel.rows import fetch
from guildhall.payments import lifecycle
from guildhall.payments.closing import VENDOR
from guildhall.payments.holding import observe_payment, refuse
from guildhall.payments.lifecycle import CheckoutStatus, PayoutStatus, TransferStatus, VisitStatus
from guildhall.payments.locking import (
    lock_account,
    lock_intent_alone,
    lock_payer,
    lock_payment_of,
    under_lock,
)
from guildhall.payments.models import Authorization, Checkout, Intent, OnboardingVisit, Payment, Payout, Transfer
from guildhall.payments.pages import close_page, observe_checkout, observe_customer
from guildhall.payments.paying import fail_payout, observe_account, observe_link, observe_payout
from guildhall.payments.seen import (
    Rejected,
    Seen,
    SeenAccount,
    SeenCheckout,
    SeenCustomer,
    SeenLink,
    SeenPayment,
    SeenPayout,
    SeenTransfer,
)
from guildhall.payments.sharing import finish_share


@transaction.atomic
def record_outcome(*, intent_id: UUID, outcome: Seen | Rejected, at: datetime) -> None:
    """
    Note how a call ended and act on it. It may run twice: what was done before finds no arrow and is left alone.

    :raises LookupError: when there is no such intent.
    """
    intent, payment = lock_intent(intent_id)
    is_open = intent.status in lifecycle.SUCCEED.sources
    if isinstance(outcome, Rejected):
        if is_open:
            intent.move(lifecycle.FAIL, error=outcome.code)
            _rejected(intent, outcome, by=VENDOR, at=at)
        return
    if is_open:
        intent.move(lifecycle.SUCCEED, error="")
    if isinstance(outcome, SeenCustomer):
        observe_customer(intent.subject, outcome, at=at)
    elif isinstance(outcome, SeenLink):
        observe_link(intent.subject, outcome)
    else:
        observe(outcome, by=VENDOR, at=at, locked=payment)


def lock_intent(intent_id: UUID) -> tuple[Intent, Payment | None]:
    """
    Give an intent and the payment that it is about, and keep both, in the order of locks.

    :raises LookupError: when there is no such intent.
    """
    payment = lock_payment_of(intent_id)
    if payment is None:
        intent = fetch(Intent, "id", intent_id)
        if intent is None:
            raise LookupError(f"There is no intent {intent_id}")
        if intent.provider_id is not None:
            lock_account(intent.provider_id)
        else:
            lock_payer(intent.subject)
    return lock_intent_alone(intent_id), payment


def observe(seen: Seen, *, by: Actor, at: datetime, locked: Payment | None = None) -> None:
    """
    Move our rows forward to where a vendor's object is. Runs in the caller's transaction.

    :param locked: a payment whose lock the caller holds.
    """
    if isinstance(seen, SeenPayment):
        observe_payment(seen, by=by, at=at, locked=locked)
    elif isinstance(seen, SeenCheckout):
        observe_checkout(seen, by=by, at=at, locked=locked)
    elif isinstance(seen, SeenTransfer):
        _observe_transfer(seen, by=by, at=at, locked=locked)
    elif isinstance(seen, SeenAccount):
        observe_account(seen, by=by, at=at)
    elif isinstance(seen, SeenPayout):
        observe_payout(seen, by=by, at=at)


def _observe_transfer(seen: SeenTransfer, *, by: Actor, at: datetime, locked: Payment | None) -> None:
    found = fetch(Transfer, "id", seen.transfer) if seen.transfer else None
    if found is None:
        return
    payment, found = under_lock(found, locked)
    if found.status in lifecycle.MAKE_SHARE.sources:
        finish_share(payment, found, vendor_ref=seen.ref, by=by, at=at)


def _rejected(intent: Intent, outcome: Rejected, *, by: Actor, at: datetime) -> None:
    """The vendor did nothing and will not: say so to whoever waits. Kinds that act on an object of the vendor never end here."""
    undo: dict[str, Callable[[Intent, str, Actor, datetime], None]] = {
        "authorize": _refuse_attempt,
        "charge": _refuse_attempt,
        "checkout": _close_page,
        "transfer": _keep_share,
        "payout": _fail_payout,
        "account": _give_up_visits,
        "link": _give_up_visits,
    }
    if intent.kind in undo:
        undo[intent.kind](intent, outcome.code, by, at)


def _refuse_attempt(intent: Intent, code: str, by: Actor, at: datetime) -> None:
    authorization = Authorization.objects.select_related("payment").get(id=intent.subject)
    refuse(authorization.payment, authorization, code=code, by=by, at=at)


def _close_page(intent: Intent, _code: str, by: Actor, at: datetime) -> None:
    checkout = Checkout.objects.select_related("payment").get(id=intent.subject)
    if checkout.status == CheckoutStatus.REQUESTED:
        close_page(checkout.payment, checkout, by=by, at=at)


def _keep_share(intent: Intent, _code: str, _by: Actor, _at: datetime) -> None:
    """It waits again: for the account to be mended, or for the next look at what waits."""
    transfer = Transfer.objects.get(id=intent.subject)
    if transfer.status == TransferStatus.REQUESTED:
        transfer.move(lifecycle.KEEP_SHARE)


def _fail_payout(intent: Intent, code: str, by: Actor, at: datetime) -> None:
    payout = Payout.objects.get(id=intent.subject)
    if payout.status == PayoutStatus.REQUESTED:
        fail_payout(payout, code=code, by=by, at=at)


def _give_up_visits(intent: Intent, _code: str, *_rest: Any) -> None:
    for visit in OnboardingVisit.objects.filter(account_id=intent.provider_id, status=VisitStatus.REQUESTED):
        visit.move(lifecycle.GIVE_UP)
