"""Tables of providers."""

from typing import Self
from uuid import UUID

from django.contrib.gis.db.models import MultiPolygonField, PointField
from django.db import connection, models
from django.db.models import Q

from guildhall.catalog.models import Category
from guildhall.identity.models import Account
from guildhall.kernel.ids import new_id
from guildhall.kernel.money import Money
from guildhall.kernel.refusals import NotFound
from guildhall.kernel.rows import fetch
from guildhall.media.models import Media
from guildhall.providers.types import PriceModel


class Provider(models.Model):
    """Who does the work. The id is the account's; `tier_rank` 1 is the highest, NULL before an operator sets it."""

    account = models.OneToOneField(
        Account, on_delete=models.PROTECT, primary_key=True, db_column="id", related_name="+"
    )
    tier_rank = models.SmallIntegerField(null=True)
    bio = models.TextField(default="")
    photograph = models.OneToOneField(Media, on_delete=models.PROTECT, related_name="+", null=True)
    hourly_rate_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, default="USD")
    time_zone = models.TextField(default="America/Los_Angeles")
    home_latitude = models.FloatField(null=True)
    home_longitude = models.FloatField(null=True)
    home_point = PointField(srid=4326, null=True, spatial_index=False)
    available_now = models.BooleanField(default=False)
    minimum_notice_minutes = models.IntegerField(default=0)
    jobs_a_day_max = models.SmallIntegerField(null=True)
    rating_sum = models.IntegerField(default=0)
    rating_count = models.IntegerField(default=0)
    offers_accepted = models.IntegerField(default=0)
    offers_declined = models.IntegerField(default=0)
    offers_ignored = models.IntegerField(default=0)
    response_seconds_sum = models.BigIntegerField(default=0)
    payout_account = models.TextField(default="")
    payouts_enabled = models.BooleanField(default=False)
    version = models.IntegerField(default=0)
    registered_at = models.DateTimeField()

    class Meta:
        db_table = "providers_provider"
        constraints = [
            models.CheckConstraint(
                condition=Q(tier_rank=None) | Q(tier_rank__gte=1), name="providers_tiers_count_from_one"
            ),
            models.CheckConstraint(
                condition=Q(hourly_rate_minor=None) | Q(hourly_rate_minor__gt=0), name="providers_rate_is_positive"
            ),
            models.CheckConstraint(
                condition=Q(home_latitude=None, home_longitude=None, home_point=None)
                | Q(home_latitude__gte=-90, home_latitude__lte=90, home_longitude__gte=-180, home_longitude__lte=180),
                name="providers_home_on_earth",
            ),
            models.CheckConstraint(
                condition=Q(minimum_notice_minutes__gte=0) & (Q(jobs_a_day_max=None) | Q(jobs_a_day_max__gte=1)),
                name="providers_limits_make_sense",
            ),
            models.UniqueConstraint(
                fields=["payout_account"], condition=~Q(payout_account=""), name="providers_one_payout_account_each"
            ),
        ]

    @classmethod
    def locked(cls, provider_id: UUID) -> Self:
        """
        Give a provider and hold the row until the transaction ends.

        :raises NotFound: no such provider.
        """
        provider = fetch(cls, "account", provider_id, lock="update")
        if provider is None:
            raise NotFound
        return provider

    @classmethod
    def advance(cls, provider_id: UUID) -> int:
        """
        Count one more fact of the provider, hold the row, and give the fact's version.

        :raises NotFound: no such provider.
        """
        with connection.cursor() as cursor:
            cursor.execute(
                "update providers_provider set version = version + 1 where id = %s returning version", [provider_id]
            )
            row = cursor.fetchone()
        if row is None:
            raise NotFound
        return int(row[0])

    @property
    def hourly_rate(self) -> Money | None:
        """The rate of hourly work booked from listings, or None."""
        return None if self.hourly_rate_minor is None else Money(self.hourly_rate_minor, self.currency)

    def set_hourly_rate(self, rate: Money | None) -> None:
        """Set the rate, or none."""
        self.hourly_rate_minor = rate.minor if rate else None
        self.currency = rate.currency if rate else self.currency

    @property
    def rating(self) -> float | None:
        """The mean of all ratings, 1 to 5, or None before the first."""
        return self.rating_sum / self.rating_count if self.rating_count else None

    @property
    def response_seconds(self) -> float | None:
        """How long an answer to an offer takes on average, or None before the first."""
        answered = self.offers_accepted + self.offers_declined
        return self.response_seconds_sum / answered if answered else None


class ServiceArea(models.Model):
    """Where a provider works: one area each, of one or more polygons."""

    provider = models.OneToOneField(Provider, on_delete=models.CASCADE, primary_key=True, related_name="+")
    area = MultiPolygonField(srid=4326)

    class Meta:
        db_table = "providers_service_area"


class WeeklyHours(models.Model):
    """One stretch of the week in the provider's wall time; it ends the next day when `ends` is not after `starts`."""

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="+")
    weekday = models.SmallIntegerField()
    starts = models.TimeField()
    ends = models.TimeField()

    class Meta:
        db_table = "providers_weekly_hours"
        constraints = [
            models.CheckConstraint(condition=Q(weekday__gte=0, weekday__lte=6), name="providers_weekday_from_monday"),
            models.UniqueConstraint(fields=["provider", "weekday", "starts"], name="providers_hours_start_once"),
        ]


class ProviderCategory(models.Model):
    """A category of work that a provider takes."""

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="+")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "providers_provider_category"
        constraints = [models.UniqueConstraint(fields=["provider", "category"], name="providers_category_once")]


class Service(models.Model):
    """A listing that customers can book."""

    id = models.UUIDField(primary_key=True, default=new_id)
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="+")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+")
    title = models.TextField()
    description = models.TextField(default="")
    price_model = models.TextField()
    price_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, default="USD")
    duration_minutes = models.IntegerField(null=True)
    is_listed = models.BooleanField(default=True)
    added_at = models.DateTimeField()

    class Meta:
        db_table = "providers_service"
        constraints = [
            models.CheckConstraint(
                condition=Q(price_model__in=[PriceModel.HOURLY.value, PriceModel.FIXED.value], price_minor__gt=0)
                | Q(price_model=PriceModel.QUOTE.value, price_minor=None),
                name="providers_price_fits_its_model",
            ),
            models.CheckConstraint(
                condition=Q(duration_minutes=None) | Q(duration_minutes__gt=0), name="providers_duration_is_positive"
            ),
        ]
