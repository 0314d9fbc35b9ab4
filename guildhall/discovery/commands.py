"""Keeping the reach index."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from guildhall.discovery import statements
from guildhall.discovery.indexing import post


@transaction.atomic
def rebuild_reach(*, provider_ids: Sequence[UUID], at: datetime) -> None:
    """Make the index say of these providers what is true now. Whoever cannot be asked any more leaves it."""
    statements.queue_for_index()
    sources = statements.read_sources(provider_ids)
    statements.write(provider_ids, [post(source, at) for source in sources])


def rebuild_all_reach(*, at: datetime) -> int:
    """Make the whole index anew, a hundred providers at a time and without a gap for searchers; says how many it looked at."""
    everybody = statements.ids_to_index()
    for first in range(0, len(everybody), statements.CHUNK):
        rebuild_reach(provider_ids=everybody[first : first + statements.CHUNK], at=at)
    return len(everybody)


def extend_free_busy(*, at: datetime) -> int:
    """Carry the working hours in the index on to five weeks from now; the same as making it anew. Run every night."""
    return rebuild_all_reach(at=at)
