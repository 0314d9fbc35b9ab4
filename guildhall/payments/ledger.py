"""
The double-entry ledger.

An amount is positive on what the house owes or has earned (held money, a provider's balance, fees, tax) and negative on what
it owns (money at the vendor, a customer's debt); the entries of a journal sum to zero in each currency. Rows are never
changed: a correction is one reversing journal. Only `payments.post` and `payments.reverse` (SQL) write here.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import connection, models
from django.db.models import Q

from guildhall.kernel.actors import Actor

VENDOR = "vendor_balance"  # ours for owner "", a provider's account with the vendor for their id
RECEIVABLE = "customer_receivable"
UNCOLLECTED = "uncollected"  # what a customer's debt will become when it is paid
HELD = "held"
PROVIDER = "provider"
FEE = "platform_fee"
TAX = "tax"


class Account(models.Model):
    """A purpose, whose, and in which currency. `balance_minor` is the sum of its entries, kept by a trigger."""

    kind = models.TextField()
    owner = models.TextField()
    currency = models.CharField(max_length=3)
    balance_minor = models.BigIntegerField(default=0)

    class Meta:
        db_table = "payments_account"
        constraints = [
            models.UniqueConstraint(fields=["kind", "owner", "currency"], name="payments_account_once"),
            models.CheckConstraint(
                condition=Q(kind__in=[VENDOR, RECEIVABLE, UNCOLLECTED, HELD, PROVIDER, FEE, TAX]),
                name="payments_account_kind_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(kind=HELD) | Q(balance_minor__gte=0), name="payments_held_is_not_negative"
            ),
        ]


class Journal(models.Model):
    """One balanced step. `cause` is unique: posting it again changes nothing."""

    cause = models.TextField(unique=True)
    reference = models.TextField()
    kind = models.TextField()
    actor = models.TextField()
    posted_at = models.DateTimeField()
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "payments_journal"
        indexes = [models.Index(fields=["reference"], name="payments_journals_of")]


class Entry(models.Model):
    """One account's part of a journal."""

    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    amount_minor = models.BigIntegerField()

    class Meta:
        db_table = "payments_entry"
        constraints = [
            models.UniqueConstraint(fields=["journal", "account"], name="payments_entry_once"),
            models.CheckConstraint(condition=~Q(amount_minor=0), name="payments_entry_is_not_empty"),
        ]


@dataclass(frozen=True, kw_only=True)
class Line:
    """What a journal does to one account."""

    account: str
    owner: str
    currency: str
    amount_minor: int


def post(*, cause: str, reference: str, kind: str, lines: Sequence[Line], by: Actor, at: datetime) -> int:
    """Post a balanced journal, once per cause, and give its id. Lines of nothing are left out."""
    told = [asdict(line) for line in lines if line.amount_minor]
    with connection.cursor() as cursor:
        cursor.execute(
            "select payments.post(%s, %s, %s, %s, %s, %s::jsonb)",
            [cause, reference, kind, at, str(by), json.dumps(told)],
        )
        return int(cursor.fetchone()[0])


def reverse(*, cause: str, of_cause: str, by: Actor, at: datetime) -> None:
    """Take a posted journal back with the opposite one; a second reversal is refused by the database."""
    with connection.cursor() as cursor:
        cursor.execute("select payments.reverse(%s, %s, %s, %s)", [cause, of_cause, at, str(by)])


def captured(*, reference: str, amount_minor: int, currency: str) -> list[Line]:
    """Collected from the customer and held until it is given to whom it belongs."""
    return [
        Line(account=VENDOR, owner="", currency=currency, amount_minor=-amount_minor),
        Line(account=HELD, owner=reference, currency=currency, amount_minor=amount_minor),
    ]


def split(
    *, reference: str, provider: str, provider_minor: int, fee_minor: int, tax_minor: int, currency: str
) -> list[Line]:
    """Held no more: the provider's share is on their balance with the vendor, the rest is the house's and the state's."""
    return [
        Line(account=HELD, owner=reference, currency=currency, amount_minor=-(provider_minor + fee_minor + tax_minor)),
        Line(account=PROVIDER, owner=provider, currency=currency, amount_minor=provider_minor),
        Line(account=FEE, owner="", currency=currency, amount_minor=fee_minor),
        Line(account=TAX, owner="", currency=currency, amount_minor=tax_minor),
        Line(account=VENDOR, owner="", currency=currency, amount_minor=provider_minor),
        Line(account=VENDOR, owner=provider, currency=currency, amount_minor=-provider_minor),
    ]


def paid_out(*, provider: str, amount_minor: int, currency: str) -> list[Line]:
    """From the provider's balance to their bank."""
    return [
        Line(account=PROVIDER, owner=provider, currency=currency, amount_minor=-amount_minor),
        Line(account=VENDOR, owner=provider, currency=currency, amount_minor=amount_minor),
    ]


def owed(*, customer: str, reference: str, amount_minor: int, currency: str) -> list[Line]:
    """A compensation that the bank refused: the customer's debt, earned by nobody until it is paid."""
    return [
        Line(account=RECEIVABLE, owner=customer, currency=currency, amount_minor=-amount_minor),
        Line(account=UNCOLLECTED, owner=reference, currency=currency, amount_minor=amount_minor),
    ]
