"""Tables of the calendar. Reservations are written by the SQL functions of `sql/published.sql` only."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F, Func, Q

from guildhall.scheduling.types import ReservationStatus

_CENTURIES = "[2000-01-01 00:00+00,2200-01-01 00:00+00)"


def _bounded(field: str) -> Q:
    """Only `[start, end)` with something in it, and both ends in these centuries: `infinity` would pass as a bounded end."""
    shape = {"isempty": False, "lower_inc": True, "upper_inc": False, "contained_by": _CENTURIES}
    return Q(**{f"{field}__{name}": value for name, value in shape.items()})


class Calendar(models.Model):
    """Counts the changes of one provider's calendar: the version of its facts."""

    provider = models.OneToOneField("providers.Provider", on_delete=models.PROTECT, primary_key=True, related_name="+")
    version = models.IntegerField()

    class Meta:
        db_table = "scheduling_calendar"


class Reservation(models.Model):
    """Planned time (job and travel buffer) that a provider keeps for one reference. It changes by release and new reservation only."""

    provider = models.ForeignKey("providers.Provider", on_delete=models.PROTECT, related_name="+", db_index=False)
    planned = DateTimeRangeField()
    reference = models.TextField()
    status = models.TextField()
    reserved_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "scheduling_reservation"
        constraints = [
            ExclusionConstraint(
                name="scheduling_no_overlap",
                expressions=[("provider", RangeOperators.EQUAL), ("planned", RangeOperators.OVERLAPS)],
                condition=Q(status=ReservationStatus.ACTIVE.value),
            ),
            models.UniqueConstraint(
                fields=["reference"],
                condition=Q(status=ReservationStatus.ACTIVE.value),
                name="scheduling_one_active_per_reference",
            ),
            models.CheckConstraint(condition=_bounded("planned"), name="scheduling_planned_is_bounded"),
            models.CheckConstraint(
                condition=Q(status=ReservationStatus.ACTIVE.value, released_at=None)
                | Q(status=ReservationStatus.RELEASED.value, released_at__isnull=False),
                name="scheduling_released_at_its_time",
            ),
        ]
        indexes = [
            models.Index(
                F("provider"),
                Func(F("planned"), function="lower"),
                name="scheduling_reserved_from",
                condition=Q(status=ReservationStatus.ACTIVE.value),
            )
        ]


class TimeOff(models.Model):
    """Time for which a provider takes no new work. It may overlap what was reserved before."""

    id = models.UUIDField(primary_key=True)
    provider = models.ForeignKey("providers.Provider", on_delete=models.PROTECT, related_name="+", db_index=False)
    during = DateTimeRangeField()

    class Meta:
        db_table = "scheduling_time_off"
        constraints = [models.CheckConstraint(condition=_bounded("during"), name="scheduling_time_off_is_bounded")]
        indexes = [GistIndex(fields=["provider", "during"], name="scheduling_time_off_of")]


class Feed(models.Model):
    """
    A provider's calendar as others may subscribe to it. The address holds `number`: a new number ends all addresses before it.

    None is no feed.
    """

    provider = models.OneToOneField("providers.Provider", on_delete=models.PROTECT, primary_key=True, related_name="+")
    number = models.IntegerField(null=True)
    last_number = models.IntegerField()

    class Meta:
        db_table = "scheduling_feed"
