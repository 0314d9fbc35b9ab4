"""Keeping money where it is while people decide."""

from datetime import datetime

from django.db import transaction

from guildhall.kernel.actors import Actor
from guildhall.payments.closing import clear_if_done
from guildhall.payments.collecting import collect
from guildhall.payments.intents import defer
from guildhall.payments.lifecycle import IntentStatus
from guildhall.payments.locking import lock_payment
from guildhall.payments.models import Intent, SettlementBlock
from guildhall.payments.sharing import share


@transaction.atomic
def block(*, reference: str, reason: str, by: Actor, at: datetime) -> None:
    """Refuse captures, transfers and payouts of a reference until the block is lifted. Blocking it again changes nothing."""
    payment = lock_payment(reference)
    standing = {"reason": reason, "blocked_by": str(by), "blocked_at": at}
    SettlementBlock.objects.get_or_create(payment=payment, lifted_at=None, defaults=standing)


@transaction.atomic
def lift_block(*, reference: str, by: Actor, at: datetime) -> None:
    """Let the money move again: what was decided meanwhile, and what the block stopped, goes on. Harmless without a block."""
    payment = lock_payment(reference)
    lifted = SettlementBlock.objects.filter(payment=payment, lifted_at=None).update(lifted_at=at, lifted_by=str(by))
    if not lifted:
        return
    for intent in Intent.objects.filter(payment=payment, status=IntentStatus.REQUESTED).order_by("id"):
        defer(intent.id)
    collect(payment, by=by, at=at)
    share(payment, by=by, at=at)
    clear_if_done(payment, by=by, at=at)
