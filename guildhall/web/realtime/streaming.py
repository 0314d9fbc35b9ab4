"""One stream: the feed after a position, then what comes, with a sign of life in between, until the session ends."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC
from typing import Any
from uuid import UUID

from psycopg import OperationalError
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from guildhall.web.realtime.entering import Entry
from guildhall.web.realtime.hub import Hub, Wake

HEARTBEAT_SECONDS = 15.0
_BATCH = 200
_RETRY = b"retry: 2000\n\n"
_STILL_HERE = b": still here\n\n"
_THE_END = b"event: end\ndata: {}\n\n"
_LOOK = b"event: look\ndata: {}\n\n"
_ENDINGS = frozenset({"session.ended", "account.disabled"})
Row = tuple[int, str, dict[str, str], Any]


class Feed:
    """Reads feeds on a few connections for all streams of this process."""

    def __init__(self, pool: AsyncConnectionPool) -> None:
        self._pool = pool

    async def after(self, account_id: UUID, position: int) -> list[Row]:
        """Give the next rows after a position."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(
                "select place, kind, ids, told_at from notifications.feed_after(%s, %s, %s)",
                [account_id, position, _BATCH],
            )
            return await cursor.fetchall()

    async def head(self, account_id: UUID) -> int:
        """Give the last position."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute("select notifications.feed_head(%s)", [account_id])
            row = await cursor.fetchone()
        return int(row[0]) if row else 0


async def stream(hub: Hub, feed: Feed, entry: Entry, account_id: UUID, after: int) -> AsyncIterator[bytes]:
    """
    Send what follows `after` as server-sent events, each with its position as id, until the entry does not open any more.

    An event `look` has no position: something that is kept nowhere has changed, and a page that shows it asks anew.
    """
    yield _RETRY
    position = after
    with hub.listening(account_id) as wake:
        while not hub.is_closing:
            wake.clear()
            try:
                rows = await feed.after(account_id, position)
            except (OperationalError, PoolTimeout):
                return  # The client comes back with its last position.
            for row in rows:
                yield _event(row)
                position = row[0]
            if wake.is_nudge:
                wake.is_nudge = False
                yield _LOOK
            may_have_ended = bool(_ENDINGS.intersection(row[1] for row in rows))
            if not may_have_ended and len(rows) < _BATCH and not await _wakes(wake):
                yield _STILL_HERE
                may_have_ended = True
            if may_have_ended and await entry.account_id() != account_id:
                yield _THE_END
                return


async def _wakes(wake: Wake) -> bool:
    """Wait for something new; False when nothing came within a heartbeat."""
    try:
        await asyncio.wait_for(wake.wait(), HEARTBEAT_SECONDS)
    except TimeoutError:
        return False
    return True


def _event(row: Row) -> bytes:
    position, kind, ids, told_at = row
    at = told_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    data = json.dumps({"position": position, "kind": kind, "ids": ids, "at": at})
    return f"id: {position}\ndata: {data}\n\n".encode()
