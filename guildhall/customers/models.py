"""Tables of customers."""

from typing import Self
from uuid import UUID

from django.contrib.gis.db.models import PointField
from django.db import connection, models
from django.db.models import Deferrable, Q

from guildhall.customers.types import BlockedBy, CustomerKind, Precision
from guildhall.identity.models import Account
from guildhall.kernel.ids import new_id
from guildhall.kernel.refusals import NotFound
from guildhall.kernel.rows import fetch
from guildhall.providers.models import Provider


class Customer(models.Model):
    """Who books. The id is the account's."""

    account = models.OneToOneField(
        Account, on_delete=models.PROTECT, primary_key=True, db_column="id", related_name="+"
    )
    kind = models.TextField()
    company_name = models.TextField(default="")
    payment_customer_ref = models.TextField(default="")
    version = models.IntegerField(default=0)
    registered_at = models.DateTimeField()

    class Meta:
        db_table = "customers_customer"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in CustomerKind]), name="customers_kind_is_known"
            ),
            models.UniqueConstraint(
                fields=["payment_customer_ref"],
                condition=~Q(payment_customer_ref=""),
                name="customers_one_payment_customer_each",
            ),
        ]

    @classmethod
    def locked(cls, customer_id: UUID) -> Self:
        """
        Give a customer and hold the row until the transaction ends.

        :raises NotFound: no such customer.
        """
        customer = fetch(cls, "account", customer_id, lock="update")
        if customer is None:
            raise NotFound
        return customer

    @classmethod
    def advance(cls, customer_id: UUID) -> int:
        """
        Count one more fact of the customer, hold the row, and give the fact's version.

        :raises NotFound: no such customer.
        """
        with connection.cursor() as cursor:
            cursor.execute(
                "update customers_customer set version = version + 1 where id = %s returning version", [customer_id]
            )
            row = cursor.fetchone()
        if row is None:
            raise NotFound
        return int(row[0])


class Address(models.Model):
    """A place where work is done. Bookings copy what they need, so an address may change afterwards."""

    id = models.UUIDField(primary_key=True, default=new_id)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    label = models.TextField(default="")
    street = models.TextField()
    city = models.TextField()
    state = models.TextField()
    zip_code = models.TextField()
    latitude = models.FloatField()
    longitude = models.FloatField()
    point = PointField(srid=4326, spatial_index=False)
    precision = models.TextField()
    time_zone = models.TextField()
    access_notes = models.TextField(default="")
    contact_on_site = models.TextField(default="")
    added_at = models.DateTimeField()

    class Meta:
        db_table = "customers_address"
        constraints = [
            models.CheckConstraint(
                condition=Q(latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180),
                name="customers_address_on_earth",
            ),
            models.CheckConstraint(
                condition=Q(precision__in=[precision.value for precision in Precision]),
                name="customers_precision_is_known",
            ),
        ]


class SavedCard(models.Model):
    """A card on file: the vendor's reference, and no more of the card than may be shown. One of a customer's is used: the default."""

    id = models.UUIDField(primary_key=True, default=new_id)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    is_default = models.BooleanField()
    payment_method_ref = models.TextField()
    brand = models.TextField()
    last4 = models.CharField(max_length=4)
    exp_month = models.SmallIntegerField()
    exp_year = models.SmallIntegerField()
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "customers_saved_card"
        constraints = [
            models.CheckConstraint(
                condition=Q(last4__regex=r"^[0-9]{4}$"), name="customers_only_four_digits_of_a_card"
            ),
            models.CheckConstraint(condition=Q(exp_month__gte=1, exp_month__lte=12), name="customers_card_month"),
            models.UniqueConstraint(
                fields=["customer"], condition=Q(is_default=True), name="customers_one_default_card_each"
            ),
            models.UniqueConstraint(fields=["payment_method_ref"], name="customers_card_once"),
        ]


class Favourite(models.Model):
    """A provider whom the customer wants asked first, in the customer's order."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="+")
    position = models.SmallIntegerField()

    class Meta:
        db_table = "customers_favourite"
        constraints = [
            models.UniqueConstraint(fields=["customer", "provider"], name="customers_favourite_once"),
            models.UniqueConstraint(
                fields=["customer", "position"], name="customers_favourites_in_order", deferrable=Deferrable.DEFERRED
            ),
            models.CheckConstraint(condition=Q(position__gte=1), name="customers_favourites_count_from_one"),
        ]


class BlockedPair(models.Model):
    """A customer and a provider who are never brought together again."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="+")
    blocked_by = models.TextField()
    blocked_at = models.DateTimeField()

    class Meta:
        db_table = "customers_blocked_pair"
        constraints = [
            models.UniqueConstraint(fields=["customer", "provider"], name="customers_pair_blocked_once"),
            models.CheckConstraint(
                condition=Q(blocked_by__in=[side.value for side in BlockedBy]), name="customers_blocked_by_is_known"
            ),
        ]
