"""What seldom changes, as one database connection knows it: read again after a second."""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from django.db import connection, transaction

T = TypeVar("T")
_SECONDS = 1.0


@dataclass
class _Known:
    """Kept per connection, so that no thread, database or closed connection hands its values to another."""

    values: dict[str, tuple[float, Any]] = field(default_factory=dict)
    has_uncommitted: bool = False


class Remembered:
    """Values by name: at most a second old, and always with what the transaction itself has changed."""

    def __init__(self) -> None:
        self._known: WeakKeyDictionary[Any, _Known] = WeakKeyDictionary()

    def get(self, name: str, read: Callable[[], T], *, afresh: bool = False) -> T:
        """Give a value, by `read` when it is not known, was read too long ago or is wanted `afresh`. Whoever gets it must not change it."""
        known = self._of_connection()
        read_at, value = known.values.get(name, (float("-inf"), None))
        if afresh or known.has_uncommitted or monotonic() - read_at > _SECONDS:
            value = read()
            known.values[name] = (monotonic(), value)
        return cast("T", value)

    def distrust(self) -> None:
        """Read from the database until the open transaction commits. After a rollback this connection goes on reading, which is right too."""
        known = self._of_connection()
        known.has_uncommitted = True

        def trust() -> None:
            known.values.clear()
            known.has_uncommitted = False

        transaction.on_commit(trust)

    def forget(self) -> None:
        """Know nothing any more, and trust every connection again."""
        self._known.clear()

    def _of_connection(self) -> _Known:
        connection.ensure_connection()
        return self._known.setdefault(connection.connection, _Known())
