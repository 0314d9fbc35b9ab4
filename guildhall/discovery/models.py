"""
Tables of the reach index: a projection, kept by events and rebuilt by one command.

A provider's area is covered by cells of a quadtree, all at one level. A posting per cell and category lies in the order
in which providers are asked, so a search walks along it and stops when it has enough. PostGIS judges every boundary.
"""

from django.contrib.gis.db.models import MultiPolygonField, PointField
from django.contrib.postgres.fields import ArrayField
from django.db import models

from guildhall.discovery.fields import InstantsField


class Reach(models.Model):
    """What one provider can be asked for. The numbers of the record are copies, as fresh as the last rebuild."""

    provider_id = models.UUIDField(primary_key=True)
    area = MultiPolygonField(srid=4326, spatial_index=False)
    home = PointField(srid=4326, spatial_index=False)
    category_ids = ArrayField(models.SmallIntegerField())
    tier_rank = models.SmallIntegerField(null=True)
    available_now = models.BooleanField()
    minimum_notice_minutes = models.IntegerField()
    working = InstantsField()
    working_until = models.DateTimeField()
    hours = models.JSONField()
    rating_mean = models.FloatField(null=True)
    rating_count = models.IntegerField()
    response_seconds = models.FloatField(null=True)
    offers_answered = models.IntegerField()
    offers_accepted = models.IntegerField()
    ord = models.IntegerField()
    week = models.BigIntegerField()
    keys = ArrayField(models.BigIntegerField())

    class Meta:
        db_table = "discovery_reach"


class ReachCell(models.Model):
    """
    A posting: this provider reaches this cell in this category.

    `key` is the cell's level and place and the category; `ord` the tier and, within it, the rating; `week` the three-hour
    blocks of the week (UTC, Monday first) in which the provider ever works; `interior` says that the area covers the whole
    cell. The primary key holds every column, so its index alone answers.
    """

    pk = models.CompositePrimaryKey("key", "ord", "provider_id", "week", "interior")
    key = models.BigIntegerField()
    ord = models.IntegerField()
    provider_id = models.UUIDField()
    week = models.BigIntegerField()
    interior = models.BooleanField()

    class Meta:
        db_table = "discovery_reach_cell"


class LastOffer(models.Model):
    """When a provider was last offered a job: whoever waits longest is helped in the ranking."""

    provider_id = models.UUIDField(primary_key=True)
    offered_at = models.DateTimeField()

    class Meta:
        db_table = "discovery_last_offer"
