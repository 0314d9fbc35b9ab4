"""Tables of media. A row is written when its object exists, never before; objects and rows do not change."""

from django.db import models


class Media(models.Model):
    """A picture that somebody gave us. The original is not kept: it carries places, names and whatever else was hidden in it."""

    id = models.UUIDField(primary_key=True)
    owner = models.CharField(max_length=80)
    original_sha256 = models.CharField(max_length=64)
    original_bytes = models.IntegerField()
    stored_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["owner", "stored_at"], name="media_by_owner")]


class Rendition(models.Model):
    """The picture in one size. Its id is also the object's name."""

    id = models.UUIDField(primary_key=True)
    media = models.ForeignKey(Media, on_delete=models.CASCADE, related_name="+")
    size = models.SmallIntegerField()
    width = models.SmallIntegerField()
    height = models.SmallIntegerField()
    byte_count = models.IntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["media", "size"], name="media_one_rendition_per_size")]
