"""Photographs of the work, as those may see them who may see the booking."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from guildhall.bookings.types import Photograph
from guildhall.media.queries import signed_url
from guildhall.media.types import MediaId

_SECONDS = 3_600


@dataclass(frozen=True)
class Picture:
    """A photograph of the work, by links that last an hour."""

    small: str
    large: str
    added_at: datetime


def pictures_of(photographs: Sequence[Photograph]) -> list[Picture]:
    """Give links to photographs, in their order."""
    return [
        Picture(
            signed_url(MediaId(one.media_id), 400, seconds=_SECONDS),
            signed_url(MediaId(one.media_id), 1600, seconds=_SECONDS),
            one.added_at,
        )
        for one in photographs
    ]
