"""Tables of the catalogue. Rows are never deleted: what the pack no longer lists is no longer offered."""

from django.db import models
from django.db.models import F, Q

CATEGORY_ID_MAX = 63


class Tier(models.Model):
    """A provider's rank, 1 the highest, under the name that the vertical gives it."""

    rank = models.SmallIntegerField(primary_key=True)
    key = models.CharField(max_length=40)
    label = models.CharField(max_length=60)
    is_offered = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(rank__gte=1, rank__lte=9), name="catalog_tier_ranks_are_1_to_9")
        ]


class Category(models.Model):
    """A trade. Ids are small and never given twice, so a provider's categories fit one 64-bit word."""

    id = models.SmallIntegerField(primary_key=True)
    key = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    description = models.CharField(max_length=500)
    icon = models.CharField(max_length=40)
    position = models.SmallIntegerField(default=0)
    is_offered = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(id__gte=1, id__lte=CATEGORY_ID_MAX), name="catalog_category_ids_are_1_to_63"
            )
        ]


class JobKind(models.Model):
    """A usual job of a category and how long it takes, from - to."""

    key = models.CharField(max_length=60, primary_key=True)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    minutes_from = models.SmallIntegerField()
    minutes_to = models.SmallIntegerField()
    position = models.SmallIntegerField(default=0)
    is_offered = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes_from__gte=1, minutes_to__gte=F("minutes_from")),
                name="catalog_job_kinds_last_from_to",
            )
        ]


class RateCard(models.Model):
    """The price of dispatched work, by category and tier; `minimum_minutes` are charged at least."""

    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+")
    tier = models.ForeignKey(Tier, on_delete=models.PROTECT, related_name="+", db_column="tier_rank")
    hourly_minor = models.IntegerField()
    call_out_minor = models.IntegerField()
    minimum_minutes = models.SmallIntegerField()
    currency = models.CharField(max_length=3)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["category", "tier"], name="catalog_one_rate_per_category_and_tier"),
            models.CheckConstraint(
                condition=Q(hourly_minor__gt=0, call_out_minor__gte=0, minimum_minutes__gte=0),
                name="catalog_rates_are_amounts",
            ),
        ]


class City(models.Model):
    """A place where the marketplace works: a circle around a centre, with its time zone."""

    key = models.CharField(max_length=40, primary_key=True)
    name = models.CharField(max_length=80)
    latitude = models.FloatField()
    longitude = models.FloatField()
    radius_metres = models.IntegerField()
    time_zone = models.CharField(max_length=60)
    is_offered = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180, radius_metres__gt=0
                ),
                name="catalog_cities_are_on_earth",
            )
        ]


class Loading(models.Model):
    """A version of the catalogue: which pack was loaded, when and by whom. Loading the same pack again adds nothing."""

    version = models.IntegerField(primary_key=True)
    pack = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    loaded_by = models.CharField(max_length=80)
    loaded_at = models.DateTimeField()
