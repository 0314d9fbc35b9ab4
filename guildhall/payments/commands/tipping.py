"""Thanks in money: a payment of its own on the saved card, all of it for the provider."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from guildhall.customers.queries import saved_card
from guildhall.kernel.actors import Actor
from guildhall.kernel.ids import new_id
from guildhall.kernel.money import Money
from guildhall.kernel.refusals import Invalid, Refused
from guildhall.payments.closing import tell
from guildhall.payments.collecting import NoCard, attempt, belong
from guildhall.payments.events import TipRequested
from guildhall.payments.lifecycle import TipStatus
from guildhall.payments.locking import lock_payment
from guildhall.payments.models import Payment, Settlement, Tip
from guildhall.policy.queries import get
from guildhall.policy.types import TipPolicy


class BadTip(Invalid):
    """Too little for the card networks, or more than a booking's tips may be."""

    code = "bad_tip"


class TipTooSmall(BadTip):
    """The card networks would keep too much of it."""

    default_detail = "A tip is at least %(least)s."


class TipsTooLarge(BadTip):
    """Together with those before it is more than a booking's tips may be."""

    default_detail = "The tips of a booking are at most %(most)s together."


class TipUnderWay(Refused):
    """The bank has not answered about the tip before this one."""

    code = "tip_under_way"
    default_detail = "Your last tip for this booking is still being paid."


@transaction.atomic
def give_tip(*, reference: str, customer_id: UUID, provider_id: UUID, amount: Money, by: Actor, at: datetime) -> UUID:
    """
    Charge the saved card for a tip of a job: `tip.paid` or `tip.refused` tells how it ended. A refused one is over, and nobody owes it.

    :raises NoCard: :raises BadTip: beyond the bounds of `TipPolicy`. :raises TipUnderWay: one at a time.
    :raises OtherMoney: in another currency than the job, or by another customer.
    """
    if saved_card(customer_id) is None:
        raise NoCard
    job = lock_payment(reference)
    belong(job, customer_id=customer_id, currency=amount.currency)
    _check(reference, amount)
    tip_id = new_id()
    payment = lock_payment(f"tip:{tip_id}", job_reference=reference)
    belong(payment, customer_id=customer_id, currency=amount.currency)
    _write(tip_id, payment, provider_id, amount, at)
    attempt(payment, kind="charge", amount_minor=amount.minor, key=f"tip:{tip_id}:charge", at=at)
    tell(payment, TipRequested, by=by, at=at)
    return tip_id


def _check(reference: str, amount: Money) -> None:
    policy = get(TipPolicy)
    before = Tip.objects.filter(job_reference=reference)
    if before.filter(status=TipStatus.REQUESTED).exists():
        raise TipUnderWay
    given = before.filter(status=TipStatus.PAID).aggregate(total=Sum("amount_minor"))["total"] or 0
    if amount.minor < policy.least_minor:
        raise TipTooSmall(least=Money(policy.least_minor, amount.currency).shown())
    if given + amount.minor > policy.most_minor:
        raise TipsTooLarge(most=Money(policy.most_minor, amount.currency).shown())


def _write(tip_id: UUID, payment: Payment, provider_id: UUID, amount: Money, at: datetime) -> None:
    Tip.objects.create(
        id=tip_id,
        payment=payment,
        job_reference=payment.job_reference,
        provider_id=provider_id,
        amount_minor=amount.minor,
        currency=amount.currency,
        given_at=at,
    )
    Settlement.objects.create(
        payment=payment,
        kind="tip",
        total_minor=amount.minor,
        tax_minor=0,
        fee_minor=0,
        provider_minor=amount.minor,
        currency=amount.currency,
        provider_id=provider_id,
        settled_at=at,
    )
