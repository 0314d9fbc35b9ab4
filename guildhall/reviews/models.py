"""Tables of reviews. `Review.move` and `Review.answer` are the only writers of what a review has become."""

from typing import Any

from django.db import models
from django.db.models import F, Q

from guildhall.bookings.models import Booking
from guildhall.identity.models import Account
from guildhall.kernel.ids import new_id
from guildhall.kernel.moves import Move
from guildhall.reviews.types import RATING_MAX, RATING_MIN, ReviewStatus, Side

_IS_PUBLISHED = Q(status=ReviewStatus.PUBLISHED.value)


class Window(models.Model):
    """Until when the two sides of a done job may review each other. Its row is the lock for writing and publishing."""

    booking = models.OneToOneField(Booking, on_delete=models.PROTECT, primary_key=True, related_name="+")
    customer = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    closes_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(closes_at__gt=F("opened_at")), name="reviews_window_has_a_length"),
        ]


class Review(models.Model):
    """What one side says of the other, and the other's reply."""

    id = models.UUIDField(primary_key=True, default=new_id)
    version = models.IntegerField(default=1)
    window = models.ForeignKey(Window, on_delete=models.PROTECT, related_name="+")
    side = models.TextField()
    reviewer = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    reviewee = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    rating = models.SmallIntegerField()
    comment = models.TextField(default="")
    status = models.TextField(default=ReviewStatus.HIDDEN)
    submitted_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    reply = models.TextField(default="")
    replied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["window", "side"], name="reviews_one_for_each_side"),
            models.CheckConstraint(condition=Q(side__in=[side.value for side in Side]), name="reviews_side_is_known"),
            models.CheckConstraint(
                condition=Q(rating__gte=RATING_MIN, rating__lte=RATING_MAX), name="reviews_rating_is_one_to_five"
            ),
            models.CheckConstraint(condition=~Q(reviewer=F("reviewee")), name="reviews_nobody_reviews_themselves"),
            models.CheckConstraint(
                condition=_IS_PUBLISHED & Q(published_at__isnull=False)
                | Q(status=ReviewStatus.HIDDEN.value, published_at__isnull=True),
                name="reviews_published_has_a_date",
            ),
            models.CheckConstraint(
                condition=Q(reply="", replied_at__isnull=True)
                | _IS_PUBLISHED & ~Q(reply="") & Q(replied_at__isnull=False),
                name="reviews_only_what_is_visible_is_answered",
            ),
        ]
        indexes = [
            models.Index(fields=["reviewee", "-published_at", "-id"], name="reviews_of", condition=_IS_PUBLISHED),
        ]

    def move(self, move: Move, **values: Any) -> None:
        """
        Take an arrow, and count the version.

        :raises MoveRefused: when the review is not in a status from which the arrow leaves.
        """
        rows = Review.objects.filter(id=self.id, status__in=move.sources)
        if not rows.update(status=move.target, version=F("version") + 1, **values):
            raise move.refusal(self.status)
        self.refresh_from_db()

    def answer(self, **values: Any) -> bool:
        """Write the reply of a published review that has none, and count the version; False when it has one."""
        rows = Review.objects.filter(id=self.id, status=ReviewStatus.PUBLISHED, reply="")
        if not rows.update(version=F("version") + 1, **values):
            return False
        self.refresh_from_db()
        return True
