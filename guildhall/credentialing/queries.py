"""Who may work."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from guildhall.credentialing.models import WorkRight
from guildhall.credentialing.types import Right
from guildhall.kernel.rows import fetch_all


def has_right(provider_id: UUID, until: datetime) -> bool:
    """Whether a provider may do work that lasts until then. Good for a message; the database decides (`assert_right`)."""
    right = get_right(provider_id)
    return right is not None and right.revoked_at is None and right.valid_until >= until


def get_right(provider_id: UUID) -> Right | None:
    """Give what is known of a provider's right, or None when there never was one."""
    return get_rights([provider_id]).get(provider_id)


def get_rights(provider_ids: Collection[UUID]) -> dict[UUID, Right]:
    """Give what is known of the rights of providers, by id, in one query; who never had one is left out."""
    rows = fetch_all(WorkRight, "provider", provider_ids)
    return {row.provider_id: Right(row.provider_id, row.valid_until, row.revoked_at, row.reason) for row in rows}
