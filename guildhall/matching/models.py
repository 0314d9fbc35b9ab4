"""Tables of matching. Their rows are written by `statements.py` and by the functions of `sql/` only."""

from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.db import models
from django.db.models import F, Q

from guildhall.catalog.models import Category
from guildhall.matching.types import CascadeStatus, Mode, OfferStatus, WaveKind
from guildhall.providers.models import Provider

_LIVE = Q(status=CascadeStatus.LIVE.value)
_KINDS = [kind.value for kind in WaveKind]


class Cascade(models.Model):
    """
    One search for a provider. Its row is the lock for offering, accepting, expiring and withdrawing.

    `wave_*` describe the wave asked now (number 0: none yet), `next_*` the one that is ranked ahead of time: it is ready
    while `candidates_ready_wave` is `wave_number + 1`, and there is none when `next_kind` is empty. `look_ahead_at` is
    when ranking may (again) begin. `planned` is what acceptance will reserve; for ASAP it moves with every wave.
    """

    id = models.UUIDField(primary_key=True)
    reference = models.TextField()
    mode = models.TextField()
    status = models.TextField()
    version = models.IntegerField()
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.TextField(default="", db_default="")
    city_key = models.TextField()
    latitude = models.FloatField()
    longitude = models.FloatField()
    planned = DateTimeRangeField()
    planned_minutes = models.IntegerField()
    minutes_from = models.IntegerField()
    travel_minutes = models.IntegerField()
    ends_by = models.DateTimeField(null=True)
    direct_to = models.UUIDField(null=True)
    favourites = ArrayField(models.UUIDField())
    excluded = ArrayField(models.UUIDField())
    net_minor_by_tier = models.JSONField()
    currency = models.CharField(max_length=3)
    wave_number = models.SmallIntegerField()
    wave_kind = models.TextField()
    wave_tier_rank = models.SmallIntegerField(null=True)
    wave_turn = models.SmallIntegerField()
    wave_notified_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    candidates_ready_wave = models.SmallIntegerField()
    look_ahead_at = models.DateTimeField()
    next_kind = models.TextField()
    next_tier_rank = models.SmallIntegerField(null=True)
    next_turn = models.SmallIntegerField()
    next_size = models.SmallIntegerField()
    next_window_seconds = models.IntegerField()
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "matching_cascade"
        constraints = [
            models.UniqueConstraint(fields=["reference"], condition=_LIVE, name="matching_one_live_cascade"),
            models.CheckConstraint(condition=Q(mode__in=[m.value for m in Mode]), name="matching_mode_is_known"),
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in CascadeStatus]), name="matching_cascade_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(wave_number=0, wave_kind="") | Q(wave_number__gte=1, wave_kind__in=_KINDS),
                name="matching_a_wave_has_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(candidates_ready_wave__lte=F("wave_number") + 1), name="matching_one_wave_ahead"
            ),
            models.CheckConstraint(
                condition=Q(latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180),
                name="matching_place_on_earth",
            ),
            models.CheckConstraint(
                condition=Q(planned__isempty=False, planned__lower_inf=False, planned__upper_inf=False)
                & Q(planned_minutes__gt=0, travel_minutes__gte=0, minutes_from__gt=0),
                name="matching_planned_is_bounded",
            ),
            models.CheckConstraint(
                condition=_LIVE & Q(ended_at=None) | ~_LIVE & Q(ended_at__isnull=False),
                name="matching_ended_when_not_live",
            ),
        ]
        indexes = [
            # Those whose next wave is ranked, only: the first that is due is the first entry, however many are open.
            models.Index(
                fields=["expires_at"],
                condition=_LIVE & Q(candidates_ready_wave__gt=F("wave_number")),
                name="matching_to_end",
            ),
            models.Index(
                fields=["look_ahead_at"],
                condition=_LIVE & Q(candidates_ready_wave__lte=F("wave_number")),
                name="matching_to_rank",
            ),
            models.Index(fields=["reference", "opened_at"], name="matching_of_reference"),
        ]


class Candidate(models.Model):
    """Somebody who was considered for a wave: the reasons record. `position` orders the eligible ones first."""

    pk = models.CompositePrimaryKey("cascade_id", "wave_number", "position")
    cascade = models.ForeignKey(Cascade, on_delete=models.PROTECT, related_name="+", db_index=False)
    wave_number = models.SmallIntegerField()
    position = models.SmallIntegerField()
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="+", db_index=False)
    tier_rank = models.SmallIntegerField(null=True)
    distance_metres = models.IntegerField(null=True)
    score = models.FloatField()
    reasons = models.JSONField()
    eligible = models.BooleanField()
    refusal = models.TextField()

    class Meta:
        db_table = "matching_candidate"


class Offer(models.Model):
    """
    The question to one provider. `work_ends_at` is until when they must hold the right to work.

    No index names `status`: the end of a wave changes ten of these at once, and so touches no index. That `provider` exists
    is proved by the trigger on the right to work, whose rows are never deleted; a key would lock ten provider rows a wave.
    """

    id = models.UUIDField(primary_key=True)
    cascade = models.ForeignKey(Cascade, on_delete=models.PROTECT, related_name="+", db_index=False)
    provider = models.ForeignKey(
        Provider, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    wave_number = models.SmallIntegerField()
    tier_rank = models.SmallIntegerField()
    status = models.TextField()
    net_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    distance_metres = models.IntegerField()
    work_ends_at = models.DateTimeField()
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    reason = models.TextField()

    class Meta:
        db_table = "matching_offer"
        constraints = [
            models.UniqueConstraint(fields=["cascade", "provider"], name="matching_asked_once"),
            models.UniqueConstraint(
                fields=["cascade"], condition=Q(accepted_at__isnull=False), name="matching_one_accepted"
            ),
            models.CheckConstraint(
                condition=Q(status=OfferStatus.ACCEPTED.value, accepted_at__isnull=False)
                | ~Q(status=OfferStatus.ACCEPTED.value) & Q(accepted_at=None),
                name="matching_accepted_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in OfferStatus]), name="matching_offer_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(wave_number__gte=1, tier_rank__gte=1, net_minor__gte=0, distance_metres__gte=0),
                name="matching_offer_makes_sense",
            ),
        ]
        indexes = [models.Index(fields=["provider", "expires_at"], name="matching_offers_of")]
