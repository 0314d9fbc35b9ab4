"""Words of credentialing."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class Right:
    """A provider's right to work: until when, and, once revoked, since when not and why."""

    provider_id: UUID
    valid_until: datetime
    revoked_at: datetime | None
    reason: str
