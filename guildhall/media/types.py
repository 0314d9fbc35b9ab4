"""Words of media."""

from dataclasses import dataclass
from typing import Literal, NewType
from uuid import UUID

MediaId = NewType("MediaId", UUID)
Size = Literal[1600, 400]
SIZES: tuple[Size, ...] = (1600, 400)
"""Renditions by the longest edge in pixels; a smaller picture is not enlarged."""
CONTENT_TYPE = "image/webp"


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A rendition that a signed link opens."""

    media_id: MediaId
    rendition_id: UUID
    size: int
    width: int
    height: int
    byte_count: int
    sha256: str
    content_type: str = CONTENT_TYPE
