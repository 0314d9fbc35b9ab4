"""The policies in force as one database connection knows them, read again after a second."""

from dataclasses import dataclass, field
from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection, transaction

from guildhall.policy.models import Document
from guildhall.policy.types import P

_SECONDS = 1.0


@dataclass
class _Known:
    """Kept per connection, so that no thread, database or closed connection hands its values to another."""

    policies: dict[str, tuple[float, int, Any]] = field(default_factory=dict)
    has_uncommitted: bool = False


_known: WeakKeyDictionary[Any, _Known] = WeakKeyDictionary()


def current(kind: type[P]) -> tuple[int, P]:
    """Give the version in force and its value: version 0 and the defaults when none was ever set."""
    known = _of_connection()
    read_at, version, value = known.policies.get(kind.document, (float("-inf"), 0, None))
    if known.has_uncommitted or monotonic() - read_at > _SECONDS:
        version, value = _read(kind)
        known.policies[kind.document] = (monotonic(), version, value)
    return version, value


def distrust() -> None:
    """Read from the database until the open transaction commits. After a rollback this connection goes on reading, which is right too."""
    known = _of_connection()
    known.has_uncommitted = True

    def trust() -> None:
        known.policies.clear()
        known.has_uncommitted = False

    transaction.on_commit(trust)


def _of_connection() -> _Known:
    connection.ensure_connection()
    return _known.setdefault(connection.connection, _Known())


def _read(kind: type[P]) -> tuple[int, P]:
    newest = Document.objects.filter(name=kind.document).order_by("-version").values_list("version", "value").first()
    if newest is None:
        return 0, kind()
    version, value = newest
    return version, kind.model_validate(value)
