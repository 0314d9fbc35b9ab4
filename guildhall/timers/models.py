"""Tables of the clock and its deadlines."""

from datetime import timedelta

from django.db import models


class Clock(models.Model):
    """One row: how far the sandbox has travelled ahead of real time. Always zero in production."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    travelled = models.DurationField(default=timedelta)

    class Meta:
        db_table = "timers_clock"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="timers_one_clock")]


class Timer(models.Model):
    """A deadline of something, by kind. It is deleted in the transaction of its effect, and never changed otherwise."""

    kind = models.TextField()
    reference = models.TextField()
    due_at = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    error = models.TextField(default="")
    is_parked = models.BooleanField(default=False)

    class Meta:
        db_table = "timers_timer"
        indexes = [
            models.Index(fields=["due_at"], name="timers_due", condition=models.Q(is_parked=False)),
            models.Index(fields=["reference"], name="timers_reference"),
        ]
