"""Tables of bookings. `move` and `touch` are the only writers; `accept_offer` in `sql/published.sql` is their twin for the hot road."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.db import models
from django.db.models import F, Q

from guildhall.bookings.lifecycle import WITH_PROVIDER, WITHOUT_DEADLINE
from guildhall.bookings.types import BookingStatus, Mode, Position, Terms
from guildhall.catalog.models import Category
from guildhall.customers.models import Address, Customer
from guildhall.kernel.ids import new_id
from guildhall.kernel.moves import Move
from guildhall.kernel.rows import ONE_MORE_VERSION, change
from guildhall.media.models import Media
from guildhall.providers.models import Provider, Service

_STATUSES = [status.value for status in BookingStatus]
_LATEST_FIRST = (F("planned__startswith").desc(), F("id").desc())


class Booking(models.Model):
    """One object for both ways in: a request that is dispatched, and a provider's listing booked directly."""

    id = models.UUIDField(primary_key=True, default=new_id)
    version = models.IntegerField(default=0)
    status = models.TextField()
    mode = models.TextField()
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="+", null=True)
    direct_provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="+", null=True)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+", null=True)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+")
    kind = models.TextField(default="")
    address = models.ForeignKey(Address, on_delete=models.PROTECT, related_name="+")
    latitude = models.FloatField()
    longitude = models.FloatField()
    is_pinned = models.BooleanField(db_default=False)
    city_key = models.TextField()
    time_zone = models.TextField()
    starts_local = models.TextField(default="")
    planned = DateTimeRangeField()
    minutes_from = models.IntegerField()
    minutes_to = models.IntegerField()
    buffer_minutes = models.IntegerField()
    instructions = models.TextField(default="")
    purchase_order = models.TextField(default="")
    start_code = models.CharField(max_length=4)
    terms = models.JSONField()
    policy_versions = models.JSONField(default=dict)
    currency = models.CharField(max_length=3)
    estimate_from_minor = models.BigIntegerField()
    estimate_to_minor = models.BigIntegerField()
    authorize_minor = models.BigIntegerField()
    tier_rank = models.SmallIntegerField(null=True)
    total_minor = models.BigIntegerField(null=True)
    excluded = ArrayField(models.UUIDField(), default=list)
    requested_at = models.DateTimeField()
    is_proposal = models.BooleanField(default=False)
    proposed_local = models.TextField(default="")
    proposed_fold = models.SmallIntegerField(null=True)
    proposed_until = models.DateTimeField(null=True)
    deadline_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    logged_minutes = models.IntegerField(null=True)
    break_minutes = models.IntegerField(default=0)
    contested_minutes = models.IntegerField(null=True)
    settled_minutes = models.IntegerField(null=True)
    is_flagged = models.BooleanField(default=False)
    notes = models.TextField(default="")
    reason = models.TextField(default="")
    cancelled_by = models.TextField(default="")
    cancellation_fee_minor = models.BigIntegerField(default=0)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=_STATUSES), name="bookings_status_is_known"),
            models.CheckConstraint(condition=Q(mode__in=["asap", "scheduled"]), name="bookings_mode_is_known"),
            models.CheckConstraint(
                condition=~Q(status__in=sorted(map(str, WITH_PROVIDER))) | Q(provider__isnull=False),
                name="bookings_work_has_a_provider",
            ),
            models.CheckConstraint(
                condition=Q(status__in=sorted(map(str, WITHOUT_DEADLINE))) | Q(deadline_at__isnull=False),
                name="bookings_nobody_waits_without_a_deadline",
            ),
            models.CheckConstraint(
                condition=Q(is_proposal=False) | Q(status__in=["awaiting_card", "cancelled", "closed"]),
                name="bookings_nothing_happens_before_the_customers_yes",
            ),
            models.CheckConstraint(
                condition=Q(proposed_local="", proposed_fold__isnull=True, proposed_until__isnull=True)
                | (~Q(proposed_local="") & Q(proposed_until__isnull=False)),
                name="bookings_a_proposed_time_has_an_end",
            ),
            models.CheckConstraint(
                condition=Q(minutes_from__gte=1, minutes_to__gte=F("minutes_from"), buffer_minutes__gte=0),
                name="bookings_last_from_to",
            ),
            models.CheckConstraint(
                condition=Q(estimate_from_minor__gte=0)
                & Q(estimate_to_minor__gte=F("estimate_from_minor"))
                & Q(authorize_minor__gte=F("estimate_to_minor"))
                & Q(cancellation_fee_minor__gte=0),
                name="bookings_amounts_are_ordered",
            ),
            models.CheckConstraint(
                condition=~Q(status="settled") | Q(settled_minutes__gte=0, total_minor__gte=0),
                name="bookings_settled_knows_its_hours",
            ),
        ]
        indexes = [
            models.Index("customer", *_LATEST_FIRST, name="bookings_by_customer_and_time"),
            models.Index("provider", *_LATEST_FIRST, name="bookings_by_provider_and_time"),
            models.Index(fields=["status", "deadline_at"], name="bookings_pending", condition=~Q(status="closed")),
        ]

    @property
    def reference(self) -> str:
        """The name by which contexts below know this booking."""
        return f"booking:{self.id}"

    @property
    def place(self) -> Position:
        """Where the job is."""
        return Position(latitude=self.latitude, longitude=self.longitude)

    @property
    def starts_at(self) -> datetime:
        """Begin of the planned time (UTC)."""
        lower: datetime | None = self.planned.lower
        assert lower is not None
        return lower

    @property
    def ends_at(self) -> datetime:
        """End of the planned time, travel buffer included (UTC)."""
        upper: datetime | None = self.planned.upper
        assert upper is not None
        return upper

    @property
    def proposed_starts_at(self) -> datetime | None:
        """The other time that was proposed (UTC), or None."""
        if not self.proposed_local:
            return None
        wall = datetime.fromisoformat(self.proposed_local)
        return wall.replace(tzinfo=ZoneInfo(self.time_zone), fold=self.proposed_fold or 0).astimezone(UTC)

    @property
    def agreed_mode(self) -> Mode:
        """As soon as possible, or at a time."""
        return "asap" if self.mode == "asap" else "scheduled"

    @property
    def promised(self) -> Terms:
        """The frozen terms."""
        return Terms.model_validate(self.terms)

    def move(self, move: Move, **values: Any) -> None:
        """
        Take an arrow, and count the version.

        :raises MoveRefused: when the booking is not in a status from which the arrow leaves.
        """
        if not change(self, {"status": move.target, "version": ONE_MORE_VERSION, **values}, among=move.sources):
            raise move.refusal(self.status)

    def touch(self, **values: Any) -> None:
        """Change something that is not the status, and count the version."""
        change(self, {"version": ONE_MORE_VERSION, **values})


class Break(models.Model):
    """A pause in the work; at most one is open."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="+")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["booking"], condition=Q(ended_at__isnull=True), name="bookings_one_open_break"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")), name="bookings_breaks_end_after"
            ),
        ]


class Evidence(models.Model):
    """A photograph of the work: which picture, by whom, when. Kept with the booking; nothing of it is changed."""

    id = models.UUIDField(primary_key=True, default=new_id)
    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="+")
    media = models.OneToOneField(Media, on_delete=models.PROTECT, related_name="+")
    added_by = models.CharField(max_length=80)
    added_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["booking", "added_at"], name="bookings_evidence_of")]


class Whereabouts(models.Model):
    """
    Where a provider is who is on the way with a job: the last place only.

    The database lets a row in only then, takes it out when the booking goes on, and keeps it out of its journal and backups.
    """

    booking = models.OneToOneField(Booking, on_delete=models.PROTECT, primary_key=True, related_name="+")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="+")
    latitude = models.FloatField()
    longitude = models.FloatField()
    accuracy_metres = models.IntegerField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180),
                name="bookings_whereabouts_on_earth",
            ),
        ]
