"""Tables of the event log. Only the SQL functions of `sql/published.sql` write the first four."""

from django.db import models


class EventRow(models.Model):
    """A fact. `seq` may have gaps; its place in the log is `EventPosition`."""

    seq = models.BigAutoField(primary_key=True)
    name = models.TextField()
    aggregate = models.TextField()
    version = models.IntegerField()
    reference = models.TextField(default="")
    actor = models.TextField()
    occurred_at = models.DateTimeField()
    payload = models.JSONField(default=dict)

    class Meta:
        db_table = "eventlog_event"
        constraints = [
            models.UniqueConstraint(fields=["aggregate", "version"], name="eventlog_one_fact_per_version"),
            models.CheckConstraint(condition=models.Q(version__gte=1), name="eventlog_versions_start_at_one"),
        ]
        indexes = [
            models.Index(fields=["reference", "seq"], name="eventlog_timeline", condition=~models.Q(reference=""))
        ]


class EventPending(models.Model):
    """A fact that waits for the sequencer."""

    seq = models.BigIntegerField(primary_key=True)

    class Meta:
        db_table = "eventlog_pending"


class EventPosition(models.Model):
    """The fact's place: dense from 1, in an order that never contradicts the order within an aggregate."""

    position = models.BigIntegerField(primary_key=True)
    seq = models.BigIntegerField(unique=True)

    class Meta:
        db_table = "eventlog_position"


class SequencerHead(models.Model):
    """One row: the last position given and the last seal. Whoever numbers holds its lock."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    position = models.BigIntegerField(default=0)
    seal = models.BinaryField(default=b"")

    class Meta:
        db_table = "eventlog_sequencer_head"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="eventlog_one_head")]


class Seal(models.Model):
    """A batch of positions hashed onto the seal before it (SHA-256): what makes tampering visible."""

    last_position = models.BigIntegerField(primary_key=True)
    first_position = models.BigIntegerField(unique=True)
    previous = models.BinaryField()
    digest = models.BinaryField()
    sealed_at = models.DateTimeField()

    class Meta:
        db_table = "eventlog_seal"


class Subscription(models.Model):
    """How far a context has heard the log: everything up to `position`."""

    name = models.TextField(primary_key=True)
    position = models.BigIntegerField(default=0)

    class Meta:
        db_table = "eventlog_subscription"


class ParkedFact(models.Model):
    """A fact whose handler failed, or that waits behind a failed one of its aggregate."""

    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="+")
    position = models.BigIntegerField()
    seq = models.BigIntegerField()
    aggregate = models.TextField()
    attempts = models.IntegerField(default=0)
    next_try_at = models.DateTimeField()
    error = models.TextField(default="")

    class Meta:
        db_table = "eventlog_parked"
        constraints = [models.UniqueConstraint(fields=["subscription", "position"], name="eventlog_parked_once")]
        indexes = [models.Index(fields=["subscription", "aggregate", "position"], name="eventlog_parked_order")]
