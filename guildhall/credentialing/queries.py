"""Who may work."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from guildhall.credentialing.models import WorkRight
from guildhall.credentialing.types import Right


def has_right(provider_id: UUID, until: datetime) -> bool:
    """Whether a provider may do work that lasts until then. Good for a message; the database decides (`assert_right`)."""
    return WorkRight.objects.filter(provider_id=provider_id, revoked_at=None, valid_until__gte=until).exists()


def get_right(provider_id: UUID) -> Right | None:
    """Give what is known of a provider's right, or None when there never was one."""
    row = WorkRight.objects.filter(provider_id=provider_id).first()
    return Right(row.provider_id, row.valid_until, row.revoked_at, row.reason) if row else None


def get_rights(provider_ids: Collection[UUID]) -> dict[UUID, Right]:
    """Give what is known of the rights of providers, by id, in one query; who never had one is left out."""
    rows = WorkRight.objects.filter(provider_id__in=provider_ids)
    return {row.provider_id: Right(row.provider_id, row.valid_until, row.revoked_at, row.reason) for row in rows}
