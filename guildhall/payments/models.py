"""Tables of payments. Amounts are integer minor units; the ledger's own tables are in `ledger.py`."""

from typing import Any

from django.db import models
from django.db.models import F, Q

from guildhall.customers.models import Customer
from guildhall.kernel.ids import new_id
from guildhall.kernel.moves import Move
from guildhall.kernel.rows import ONE_MORE_VERSION, change
from guildhall.payments.ledger import Account, Entry, Journal
from guildhall.payments.lifecycle import (
    AuthorizationStatus,
    CheckoutStatus,
    IntentStatus,
    PayoutStatus,
    TipStatus,
    TransferStatus,
    VisitStatus,
)
from guildhall.payments.types import PaymentState, PayoutState
from guildhall.providers.models import Provider

__all__ = ["Account", "Entry", "Journal"]  # Django looks for tables here


class Moving(models.Model):
    """A row with a status; `move` is the only writer of it."""

    id = models.UUIDField(primary_key=True, default=new_id)
    status = models.TextField()

    class Meta:
        abstract = True

    def move(self, move: Move, **values: Any) -> None:
        """Go along an arrow and set what goes with it, or raise `MoveRefused` when the arrow does not leave from here."""
        if not change(self, {"status": move.target, **values}, among=move.sources):
            raise move.refusal(self.status)


class Payment(models.Model):
    """
    The money of one reference. Its row lock is taken before anything below it is read or changed.

    A tip is a payment of its own (`tip:<id>`), so that nothing that happens to the job's money can eat it; `job_reference` names the
    job whose thanks it is, and its facts are told under that name.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    reference = models.TextField(unique=True)
    job_reference = models.TextField(default="")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, null=True, related_name="+")
    currency = models.CharField(max_length=3, default="")
    payment_state = models.TextField(default=PaymentState.NONE)
    payout_state = models.TextField(default=PayoutState.NONE)
    authorized_minor = models.BigIntegerField(default=0)
    captured_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)
    transferred_minor = models.BigIntegerField(default=0)
    fee_minor = models.BigIntegerField(default=0)
    tax_minor = models.BigIntegerField(default=0)
    uncollected_minor = models.BigIntegerField(default=0)
    is_closing = models.BooleanField(default=False)  # released or settled: tell when nothing is left
    version = models.IntegerField(default=0)

    class Meta:
        db_table = "payments_payment"
        constraints = [
            models.CheckConstraint(
                condition=Q(payment_state__in=list(PaymentState)) & Q(payout_state__in=list(PayoutState)),
                name="payments_states_are_known",
            ),
            models.CheckConstraint(
                condition=Q(captured_minor__lte=F("authorized_minor")), name="payments_captured_within_authorized"
            ),
            models.CheckConstraint(
                condition=Q(
                    captured_minor__gte=F("refunded_minor") + F("transferred_minor") + F("fee_minor") + F("tax_minor")
                ),
                name="payments_nothing_given_that_was_not_captured",
            ),
            models.CheckConstraint(
                condition=Q(authorized_minor__gte=0, captured_minor__gte=0, refunded_minor__gte=0)
                & Q(transferred_minor__gte=0, fee_minor__gte=0, tax_minor__gte=0, uncollected_minor__gte=0),
                name="payments_amounts_are_not_negative",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=Q(payment_state=PaymentState.ACTION_NEEDED, job_reference=""),
                name="payments_action_needed",
            )
        ]

    def go(self, *, payment_state: Move | None = None, payout_state: Move | None = None, **values: Any) -> None:
        """Move either state along an arrow; the caller holds the row's lock."""
        if payment_state is not None:
            values["payment_state"] = payment_state.apply(self.payment_state)
        if payout_state is not None:
            values["payout_state"] = payout_state.apply(self.payout_state)
        change(self, values)

    def next_version(self) -> int:
        """Count one more fact of this payment."""
        change(self, {"version": ONE_MORE_VERSION})
        return self.version


class Checkout(Moving):
    """A visit to the vendor's hosted page: to save a card, or to save it and authorize an amount in one go."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="+")
    number = models.IntegerField()
    purpose = models.TextField()
    amount_minor = models.BigIntegerField(null=True)
    return_url = models.TextField()
    vendor_ref = models.TextField(default="")
    url = models.TextField(default="")
    status = models.TextField(default=CheckoutStatus.REQUESTED)
    is_wanted = models.BooleanField(default=True)
    started_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "payments_checkout"
        constraints = [
            models.UniqueConstraint(fields=["payment", "number"], name="payments_checkout_number"),
            models.UniqueConstraint(
                fields=["payment"],
                condition=Q(is_wanted=True, status__in=[CheckoutStatus.REQUESTED, CheckoutStatus.OPEN]),
                name="payments_one_wanted_checkout",
            ),
            models.UniqueConstraint(
                fields=["vendor_ref"], condition=~Q(vendor_ref=""), name="payments_checkout_vendor_ref"
            ),
            models.CheckConstraint(condition=Q(status__in=list(CheckoutStatus)), name="payments_checkout_status"),
            models.CheckConstraint(
                condition=Q(purpose="save_card", amount_minor=None) | Q(purpose="authorize", amount_minor__gt=0),
                name="payments_checkout_amount_fits_purpose",
            ),
        ]


class Authorization(Moving):
    """
    One attempt at the customer's card. `kind` is `hold` (captured later) or `charge` (paid at once).

    One that nobody wants any more (`is_wanted` false) is cancelled as soon as it turns out to hold something.
    """

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="+")
    attempt = models.IntegerField()
    kind = models.TextField()
    checkout = models.OneToOneField(Checkout, on_delete=models.PROTECT, null=True, related_name="+")
    renews = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="+")
    amount_minor = models.BigIntegerField()
    captured_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    vendor_ref = models.TextField(default="")
    charge_ref = models.TextField(default="")
    capture_before = models.DateTimeField(null=True)
    refusal_code = models.TextField(default="")
    status = models.TextField(default=AuthorizationStatus.REQUESTED)
    is_wanted = models.BooleanField(default=True)
    requested_at = models.DateTimeField()

    class Meta:
        db_table = "payments_authorization"
        constraints = [
            models.UniqueConstraint(fields=["payment", "attempt"], name="payments_authorization_attempt"),
            models.UniqueConstraint(
                fields=["vendor_ref"], condition=~Q(vendor_ref=""), name="payments_authorization_vendor_ref"
            ),
            models.CheckConstraint(
                condition=Q(status__in=list(AuthorizationStatus)), name="payments_authorization_status"
            ),
            models.CheckConstraint(condition=Q(kind__in=["hold", "charge"]), name="payments_authorization_kind"),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, captured_minor__gte=0, captured_minor__lte=F("amount_minor")),
                name="payments_authorization_captured_within_amount",
            ),
        ]


class Settlement(models.Model):
    """The final split of a reference, frozen when it was decided. `kind` is `work`, `cancellation` or `tip`."""

    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, primary_key=True, related_name="+")
    kind = models.TextField()
    total_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField()
    provider_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField()

    class Meta:
        db_table = "payments_settlement"
        constraints = [
            models.CheckConstraint(
                condition=Q(total_minor=F("provider_minor") + F("fee_minor") + F("tax_minor")),
                name="payments_parts_sum_to_the_whole",
            ),
            models.CheckConstraint(
                condition=Q(provider_minor__gte=0, fee_minor__gte=0, tax_minor__gte=0),
                name="payments_parts_are_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["work", "cancellation", "tip"]), name="payments_settlement_kind"
            ),
            models.CheckConstraint(
                condition=~Q(kind="tip") | Q(fee_minor=0, tax_minor=0), name="payments_all_of_a_tip_is_the_providers"
            ),
        ]


class SettlementBlock(models.Model):
    """While one stands (not lifted), nothing of its payment is captured, transferred or paid out."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    blocked_by = models.TextField()
    blocked_at = models.DateTimeField()
    lifted_by = models.TextField(default="")
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_settlement_block"
        constraints = [
            models.UniqueConstraint(
                fields=["payment"], condition=Q(lifted_at=None), name="payments_one_standing_block"
            ),
        ]


class Transfer(Moving):
    """The provider's share of a captured payment."""

    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="+")
    attempt = models.IntegerField(default=0)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    vendor_ref = models.TextField(default="")
    status = models.TextField(default=TransferStatus.WAITING)
    made_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_transfer"
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payments_transfer_is_positive"),
            models.UniqueConstraint(
                fields=["vendor_ref"], condition=~Q(vendor_ref=""), name="payments_transfer_vendor_ref"
            ),
            models.CheckConstraint(condition=Q(status__in=list(TransferStatus)), name="payments_transfer_status"),
        ]
        indexes = [models.Index(fields=["provider", "made_at"], name="payments_transfers_of")]


class Tip(Moving):
    """Thanks in money for a job: at most one is under way. Its payment is its own, and all of it is the provider's."""

    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="+")
    job_reference = models.TextField()
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="+")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    status = models.TextField(default=TipStatus.REQUESTED)
    refusal_code = models.TextField(default="")
    given_at = models.DateTimeField()

    class Meta:
        db_table = "payments_tip"
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payments_tip_is_positive"),
            models.CheckConstraint(condition=Q(status__in=list(TipStatus)), name="payments_tip_status"),
            models.UniqueConstraint(
                fields=["job_reference"], condition=Q(status=TipStatus.REQUESTED), name="payments_one_tip_at_a_time"
            ),
        ]
        indexes = [models.Index(fields=["job_reference"], name="payments_tips_of")]


class PayoutAccount(models.Model):
    """The vendor's account of a provider. Its row lock orders everything about the provider's payouts."""

    provider = models.OneToOneField(Provider, on_delete=models.PROTECT, primary_key=True, related_name="+")
    account_ref = models.TextField(default="")
    capability = models.TextField(default="none")  # the vendor's word: none, pending, active, restricted, ...
    version = models.IntegerField(default=0)

    class Meta:
        db_table = "payments_payout_account"
        constraints = [
            models.UniqueConstraint(fields=["account_ref"], condition=~Q(account_ref=""), name="payments_account_ref"),
        ]

    @property
    def is_active(self) -> bool:
        """Whether the vendor lets money be transferred to it."""
        return self.capability == "active"


class OnboardingVisit(Moving):
    """A visit to the vendor's onboarding; the link is good for one use."""

    account = models.ForeignKey(PayoutAccount, on_delete=models.PROTECT, related_name="+")
    number = models.IntegerField()
    return_url = models.TextField()
    url = models.TextField(default="")
    expires_at = models.DateTimeField(null=True)
    status = models.TextField(default=VisitStatus.REQUESTED)
    started_at = models.DateTimeField()

    class Meta:
        db_table = "payments_onboarding_visit"
        constraints = [models.UniqueConstraint(fields=["account", "number"], name="payments_visit_number")]


class Payout(Moving):
    """Money from a provider's balance to their bank, asked for by them or sent by the vendor's schedule."""

    account = models.ForeignKey(PayoutAccount, on_delete=models.PROTECT, related_name="+")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    vendor_ref = models.TextField(default="")
    status = models.TextField(default=PayoutStatus.REQUESTED)
    arrives_at = models.DateTimeField(null=True)
    failure_code = models.TextField(default="")
    created_at = models.DateTimeField()

    class Meta:
        db_table = "payments_payout"
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payments_payout_is_positive"),
            models.UniqueConstraint(
                fields=["vendor_ref"], condition=~Q(vendor_ref=""), name="payments_payout_vendor_ref"
            ),
            models.CheckConstraint(condition=Q(status__in=list(PayoutStatus)), name="payments_payout_status"),
        ]


class PayoutPart(models.Model):
    """How much of a transfer went to the bank with a payout: oldest transfers first."""

    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, related_name="+")
    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="+")
    amount_minor = models.BigIntegerField()

    class Meta:
        db_table = "payments_payout_part"
        constraints = [
            models.UniqueConstraint(fields=["payout", "transfer"], name="payments_part_once"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payments_part_is_positive"),
        ]


class Payer(models.Model):
    """A customer who pays; the row lock keeps two commands from making two customers with the vendor."""

    customer = models.OneToOneField(Customer, on_delete=models.PROTECT, primary_key=True, related_name="+")

    class Meta:
        db_table = "payments_payer"


class Intent(Moving):
    """
    A call to the vendor, written in the transaction that decided it and made later by the worker.

    `key` is the idempotency key, `subject` the row it is about, `params` the frozen arguments. `sent_at` and `next_try_at` are
    real time: the vendor's keys age by it, and never by the clock that tests move.
    """

    kind = models.TextField()
    key = models.TextField(unique=True)
    subject = models.UUIDField()
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, null=True, related_name="+")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, null=True, related_name="+")
    params = models.JSONField(default=dict)
    status = models.TextField(default=IntentStatus.REQUESTED)
    attempts = models.IntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField()
    error = models.TextField(default="")
    planned_at = models.DateTimeField()

    class Meta:
        db_table = "payments_intent"
        constraints = [
            models.CheckConstraint(condition=Q(status__in=list(IntentStatus)), name="payments_intent_status"),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"],
                name="payments_intents_open",
                condition=Q(status__in=[IntentStatus.REQUESTED, IntentStatus.SENT]),
            ),
            models.Index(fields=["subject"], name="payments_intents_about"),
        ]


class Heard(models.Model):
    """The inbox: an event of the vendor, once per event id. The event says only where to look; the object is read again."""

    event_id = models.TextField(unique=True)
    endpoint = models.TextField()
    kind = models.TextField()
    object_ref = models.TextField()
    account_ref = models.TextField(default="")
    heard_at = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    next_try_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True)
    error = models.TextField(default="")

    class Meta:
        db_table = "payments_heard"
        indexes = [models.Index(fields=["next_try_at"], name="payments_heard_open", condition=Q(handled_at=None))]
