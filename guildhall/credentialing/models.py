"""Tables of credentialing."""

from django.db import models
from django.db.models import Q

from guildhall.providers.models import Provider


class WorkRight(models.Model):
    """
    Until when a provider may work. In force: not revoked, and `valid_until` not before the work's end.

    Offers and confirmations are checked against this row by triggers above (`credentialing.assert_right`).
    """

    provider = models.OneToOneField(Provider, on_delete=models.PROTECT, primary_key=True, related_name="+")
    valid_until = models.DateTimeField()
    granted_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    reason = models.TextField(default="")
    version = models.IntegerField(default=0)

    class Meta:
        db_table = "credentialing_work_right"
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__gt=models.F("granted_at")), name="credentialing_right_lasts"
            )
        ]
