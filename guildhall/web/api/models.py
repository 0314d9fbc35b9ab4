"""Answers that were given to keys."""

from django.db import models


class IdempotencyKey(models.Model):
    """The first answer to a key of an account: the same key with the same request gets it again. Its age is real time."""

    owner = models.TextField()
    key = models.TextField()
    fingerprint = models.BinaryField()
    status = models.SmallIntegerField(null=True)
    body = models.TextField(default="")
    content_type = models.TextField(default="")
    created_at = models.DateTimeField()

    class Meta:
        db_table = "api_idempotency_key"
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="api_one_answer_per_key")]
        indexes = [models.Index(fields=["created_at"], name="api_key_age")]
