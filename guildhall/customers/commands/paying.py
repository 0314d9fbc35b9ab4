"""What payments learns about a customer and writes down here."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.transaction import atomic

from guildhall.customers import permissions
from guildhall.customers.events import (
    CustomerCardRecorded,
    CustomerCardRemoved,
    CustomerDefaultCardChanged,
    PaymentCustomerRecorded,
)
from guildhall.customers.models import Customer, SavedCard
from guildhall.eventlog.commands import publish
from guildhall.kernel.actors import Actor
from guildhall.kernel.refusals import Invalid, NotFound
from guildhall.kernel.rows import change

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
    customer = Customer.locked(customer_id)
    if customer.payment_customer_ref == customer_ref:
        return
    change(customer, {"payment_customer_ref": customer_ref})
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
    Put a card on file; it is the default from now on. Recording the same again changes nothing.

    The same card given anew (brand, digits and end) takes its own place.

    :raises BadCard: not four digits, or no month.
    :raises NotFound: no such customer.
    """
    if not (len(last4) == _LAST_DIGITS and last4.isascii() and last4.isdigit() and 1 <= exp_month <= _MONTHS):
        raise BadCard
    Customer.locked(customer_id)
    shown: dict[str, Any] = {"brand": brand, "last4": last4, "exp_month": exp_month, "exp_year": exp_year}
    cards = SavedCard.objects.filter(customer_id=customer_id)
    if cards.filter(payment_method_ref=payment_method_ref).exists():
        return
    cards.update(is_default=False)
    SavedCard.objects.update_or_create(
        customer_id=customer_id,
        **shown,
        defaults={"payment_method_ref": payment_method_ref, "recorded_at": at, "is_default": True},
    )
    event = CustomerCardRecorded(
        aggregate_id=customer_id, version=Customer.advance(customer_id), exp_month=exp_month, exp_year=exp_year
    )
    publish(event, by=Actor.system("payments"), at=at)


@atomic
def make_default_card(*, customer_id: UUID, card_id: UUID, by: Actor, at: datetime) -> None:
    """
    Have another card on file used from now on. Choosing the default again changes nothing.

    :raises NotFound: the customer has no such card; no such customer, or another's.
    """
    permissions.require_own(customer_id, by)
    Customer.locked(customer_id)
    card = _card(customer_id, card_id)
    if not card.is_default:
        _make_default(card, by=by, at=at)


@atomic
def remove_card(*, customer_id: UUID, card_id: UUID, by: Actor, at: datetime) -> str:
    """
    Take a card off file; gives the vendor's name for it. Of those that are left the latest becomes the default, if it was.

    :raises NotFound: the customer has no such card; no such customer, or another's.
    """
    permissions.require_own(customer_id, by)
    Customer.locked(customer_id)
    card = _card(customer_id, card_id)
    card.delete()
    event = CustomerCardRemoved(aggregate_id=customer_id, version=Customer.advance(customer_id), card_id=card_id)
    publish(event, by=by, at=at)
    latest = SavedCard.objects.filter(customer_id=customer_id).order_by("-recorded_at", "id").first()
    if card.is_default and latest is not None:
        _make_default(latest, by=by, at=at)
    return card.payment_method_ref


def _card(customer_id: UUID, card_id: UUID) -> SavedCard:
    card = SavedCard.objects.filter(customer_id=customer_id, id=card_id).first()
    if card is None:
        raise NotFound
    return card


def _make_default(card: SavedCard, *, by: Actor, at: datetime) -> None:
    SavedCard.objects.filter(customer_id=card.customer_id).update(is_default=False)
    SavedCard.objects.filter(id=card.id).update(is_default=True)
    event = CustomerDefaultCardChanged(
        aggregate_id=card.customer_id, version=Customer.advance(card.customer_id), card_id=card.id
    )
    publish(event, by=by, at=at)
