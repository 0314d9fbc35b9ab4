"""What payments learns about a customer and writes down here."""

from datetime import datetime
from uuid import UUID

from django.db.transaction import atomic

from guildhall.customers.events import CustomerCardRecorded, PaymentCustomerRecorded
from guildhall.customers.models import Customer, SavedCard
from guildhall.eventlog.commands import publish
from guildhall.kernel.actors import Actor
from guildhall.kernel.refusals import Invalid

_LAST_DIGITS = 4
_MONTHS = 12


class BadCard(Invalid):
    """What came is more, or less, than may be kept of a card: its brand, four digits, and when it ends."""

    code = "bad_card"
    default_detail = "This card cannot be kept on file."


@atomic
def record_payment_customer(*, customer_id: UUID, customer_ref: str, at: datetime) -> None:
    """
    Write down under which id the vendor knows a customer. Running again changes nothing.

    :raises NotFound: no such customer.
    """
    if Customer.locked(customer_id).payment_customer_ref == customer_ref:
        return
    Customer.objects.filter(pk=customer_id).update(payment_customer_ref=customer_ref)
    event = PaymentCustomerRecorded(aggregate_id=customer_id, version=Customer.advance(customer_id))
    publish(event, by=Actor.system("payments"), at=at)


@atomic
def record_card(
    *,
    customer_id: UUID,
    payment_method_ref: str,
    brand: str,
    last4: str,
    exp_month: int,
    exp_year: int,
    at: datetime,
) -> None:
    """
    Put a card on file in place of the one before. Recording the same again changes nothing.

    :raises BadCard: not four digits, or no month.
    :raises NotFound: no such customer.
    """
    if not (len(last4) == _LAST_DIGITS and last4.isascii() and last4.isdigit() and 1 <= exp_month <= _MONTHS):
        raise BadCard
    Customer.locked(customer_id)
    shown = {"brand": brand, "last4": last4, "exp_month": exp_month, "exp_year": exp_year}
    known = SavedCard.objects.filter(customer_id=customer_id, payment_method_ref=payment_method_ref, **shown)
    if known.exists():
        return
    SavedCard.objects.update_or_create(
        customer_id=customer_id,
        defaults={"payment_method_ref": payment_method_ref, "recorded_at": at, **shown},
    )
    event = CustomerCardRecorded(
        aggregate_id=customer_id, version=Customer.advance(customer_id), exp_month=exp_month, exp_year=exp_year
    )
    publish(event, by=Actor.system("payments"), at=at)
