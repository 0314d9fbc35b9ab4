"""Who is listening in this process, and the one connection on which the database wakes them. Wake-ups are hints; the feed is the truth."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import psycopg
from django.conf import settings

from guildhall.kernel.refusals import Refused

log = logging.getLogger("guildhall.realtime")
SOCKETS_AT_MOST = 8
_CHANNEL = "feed"
_NUDGES = "nudge"
_EVERYBODY = "*"
_RECONNECT_SECONDS = 0.5


class TooManySockets(Refused):
    """Each open page holds one."""

    code = "too_many_streams"
    status = 429
    default_detail = "Too many live pages are open for this account. Close one."


class Wake(asyncio.Event):
    """Set whenever there may be something new; `is_nudge` when it is something that no feed tells."""

    is_nudge = False


class Hub:
    """The listeners of this process, by account."""

    def __init__(self) -> None:
        self._wakes: dict[UUID, set[Wake]] = {}
        self.is_closing = False

    def require_room(self, account_id: UUID) -> None:
        """
        Let an account open one more stream.

        :raises TooManySockets: when so many of its pages are open already.
        """
        if len(self._wakes.get(account_id, ())) >= SOCKETS_AT_MOST:
            raise TooManySockets(retry_after=30)

    @contextmanager
    def listening(self, account_id: UUID) -> Iterator[Wake]:
        """Give an event that is set whenever there may be something new for the account."""
        wakes = self._wakes.setdefault(account_id, set())
        wake = Wake()
        wakes.add(wake)
        try:
            yield wake
        finally:
            wakes.discard(wake)
            if not wakes:
                self._wakes.pop(account_id, None)

    def close(self) -> None:
        """End every stream."""
        self.is_closing = True
        self._wake_everybody()

    async def run(self) -> None:
        """Listen until cancelled; after a lost connection everybody looks, since a wake-up may have been missed."""
        while True:
            try:
                await self._listen()
            except psycopg.Error:
                log.warning("realtime: the database is away, trying again")
                await asyncio.sleep(_RECONNECT_SECONDS)

    async def _listen(self) -> None:
        url = settings.DIRECT_DATABASE_URL
        async with await psycopg.AsyncConnection.connect(url, autocommit=True, application_name="realtime") as direct:
            await direct.execute(f"listen {_CHANNEL}; listen {_NUDGES}")
            self._wake_everybody()
            async for note in direct.notifies():
                if note.channel == _NUDGES:
                    self._nudge(UUID(note.payload))
                    continue
                if note.payload == _EVERYBODY:
                    self._wake_everybody()
                    continue
                for name in note.payload.split(","):
                    self._wake(UUID(name))

    def _nudge(self, account_id: UUID) -> None:
        for wake in self._wakes.get(account_id, ()):
            wake.is_nudge = True
            wake.set()

    def _wake(self, account_id: UUID) -> None:
        for wake in self._wakes.get(account_id, ()):
            wake.set()

    def _wake_everybody(self) -> None:
        for account_id in self._wakes:
            self._wake(account_id)
