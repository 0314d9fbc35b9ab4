"""
Tables of the reach index: a projection, kept by events and rebuilt by one command.

A provider's area is covered by cells of a quadtree, all at one level. A posting per cell and category lies in the order
in which providers are asked, so a search walks along it and stops when it has enough. The index only narrows: whether a
provider may be asked is decided on the rows of those who own the facts, and PostGIS judges every boundary.
"""

from django.contrib.gis.db.models import PointField
from django.contrib.postgres.fields import ArrayField
from django.db import models

from guildhall.discovery.fields import InstantsField


class Reach(models.Model):
    """
    What the index knows of one provider.

    `working` are the working hours up to `working_until`, `hours` the weekly rules behind them (for later times); `ord`,
    `week` and `keys` are those of the postings.
    """

    provider_id = models.UUIDField(primary_key=True)
    home = PointField(srid=4326, spatial_index=False)
    working = InstantsField()
    working_until = models.DateTimeField()
    hours = models.JSONField()
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
