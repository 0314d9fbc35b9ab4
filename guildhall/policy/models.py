"""Tables of policy. Documents are only ever added (triggers.sql takes the other rights away)."""

from django.db import models
from django.db.models import Q


class Document(models.Model):
    """One version of one policy; the highest version of a name is in force."""

    name = models.CharField(max_length=40)
    version = models.IntegerField()
    value = models.JSONField()
    reason = models.CharField(max_length=500)
    set_by = models.CharField(max_length=80)
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="policy_one_document_per_version"),
            models.CheckConstraint(condition=Q(version__gte=1), name="policy_versions_start_at_one"),
        ]


class Pause(models.Model):
    """A stop switch that was thrown for a city, or for every city (`*`), and perhaps released again."""

    id = models.UUIDField(primary_key=True)
    what = models.CharField(max_length=20)
    city = models.CharField(max_length=40)
    reason = models.CharField(max_length=500)
    paused_by = models.CharField(max_length=80)
    paused_at = models.DateTimeField()
    resumed_by = models.CharField(max_length=80, default="")
    resumed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["what", "city"], condition=Q(resumed_at=None), name="policy_one_live_pause_per_city"
            ),
            models.CheckConstraint(
                condition=Q(what__in=["matching", "notifications", "payouts"]), name="policy_what_can_be_paused"
            ),
        ]
