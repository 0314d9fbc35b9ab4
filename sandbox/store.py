"""JSON documents in SQLite: what an emulator knows survives a restart or a kill of its process."""

from __future__ import annotations

import json
import re
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Document = dict[str, Any]
_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")


class Store:
    """Documents by (kind, id), listed in the order they were first put. Thread safe; a nested `atomic` joins the outer one."""

    def __init__(self, path: Path | str) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self.changes = 0
        """How often something was put or deleted since the start: equal numbers, equal documents."""
        self._indexed: set[str] = set()
        self._db = sqlite3.connect(str(path), isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute("PRAGMA busy_timeout = 5000")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS document"
            " (seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (kind, id))"
        )

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """All writes of the block, or none of them. Other threads wait; never await inside."""
        with self._lock:
            if self._depth == 0:
                self._db.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                if self._depth == 0:
                    self._db.execute("ROLLBACK")
                raise
            self._depth -= 1
            if self._depth == 0:
                self._db.execute("COMMIT")

    def put(self, kind: str, id: str, document: Mapping[str, Any]) -> None:  # noqa: A002 - the vendor's word
        """Insert or replace; a replaced document keeps its place in the order."""
        with self._lock:
            self.changes += 1
            self._db.execute(
                "INSERT INTO document (kind, id, body) VALUES (?, ?, ?) ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body",
                (kind, id, json.dumps(document)),
            )

    def get(self, kind: str, id: str) -> Document | None:  # noqa: A002 - the vendor's word
        """The document, or None."""
        with self._lock:
            row = self._db.execute("SELECT body FROM document WHERE kind = ? AND id = ?", (kind, id)).fetchone()
        return None if row is None else _load(row[0])

    def delete(self, kind: str, id: str) -> bool:  # noqa: A002 - the vendor's word
        """Forget the document; whether there was one."""
        with self._lock:
            self.changes += 1
            return self._db.execute("DELETE FROM document WHERE kind = ? AND id = ?", (kind, id)).rowcount > 0

    def count(self, kind: str, *, where: Mapping[str, Any] | None = None) -> int:
        """How many documents of the kind have these values."""
        condition, values = self._condition(kind, where)
        with self._lock:
            found: int = self._db.execute(f"SELECT count(*) FROM document WHERE {condition}", values).fetchone()[0]  # noqa: S608 - checked names
        return found

    def smallest(self, kind: str, field: str, *, where: Mapping[str, Any] | None = None) -> Any:
        """The least value of a top-level field among those documents, or None."""
        column = self._column(field)
        condition, values = self._condition(kind, where)
        query = f"SELECT {column} FROM document WHERE {condition} AND {column} IS NOT NULL ORDER BY {column} LIMIT 1"  # noqa: S608 - checked names
        with self._lock:
            row = self._db.execute(query, values).fetchone()
        return None if row is None else row[0]

    def close(self) -> None:
        """Close the file; the store cannot be used afterwards."""
        with self._lock:
            self._db.close()

    def list(
        self,
        kind: str,
        *,
        where: Mapping[str, Any] | None = None,
        ranges: Mapping[str, tuple[float | None, float | None]] | None = None,
        after: str | None = None,
        upto: tuple[str, float] | None = None,
        newest_first: bool = False,
        limit: int | None = None,
    ) -> list[Document]:
        """
        The documents of a kind in the order they were first put.

        :param where: equal values of fields (dots reach into objects); None finds null or absent.
        :param ranges: lowest and highest values of numeric fields, either may be None.
        :param after: go on behind the document of this id, in the order of the listing.
        :param upto: only documents whose field is at most this number, smallest first.
        """
        condition, values = self._condition(kind, where)
        for field, bounds in (ranges or {}).items():
            for sign, bound in zip((">=", "<="), bounds, strict=True):
                if bound is not None:
                    condition, values = f"{condition} AND {self._column(field)} {sign} ?", [*values, bound]
        if after is not None:
            behind = "seq < " if newest_first else "seq > "
            condition += f" AND {behind} (SELECT seq FROM document WHERE kind = ? AND id = ?)"  # noqa: S608 - one of two signs
            values = [*values, kind, after]
        order = "seq DESC" if newest_first else "seq"
        if upto is not None:
            column = self._column(upto[0])
            condition, values, order = f"{condition} AND {column} <= ?", [*values, upto[1]], f"{column}, {order}"
        query = f"SELECT body FROM document WHERE {condition} ORDER BY {order} LIMIT ?"  # noqa: S608 - checked names
        with self._lock:
            rows = self._db.execute(query, [*values, -1 if limit is None else limit]).fetchall()
        return [_load(row[0]) for row in rows]

    def _condition(self, kind: str, where: Mapping[str, Any] | None) -> tuple[str, Any]:
        condition, values = "kind = ?", [kind]
        for field, value in (where or {}).items():
            column = self._column(field)
            condition += f" AND {column} IS NULL" if value is None else f" AND {column} = ?"
            values += [] if value is None else [value]
        return condition, values

    def _column(self, field: str) -> str:
        """The SQL of a field, with an index on it from its first use on, so that long runs stay fast."""
        if not _FIELD.fullmatch(field):
            raise ValueError(f"Not a field name: {field!r}")
        column = f"json_extract(body, '$.{field}')"
        if field not in self._indexed:
            with self._lock:
                name = f"document_by_{field.replace('.', '__')}"
                self._db.execute(f"CREATE INDEX IF NOT EXISTS {name} ON document (kind, {column}, seq)")
                self._indexed.add(field)
        return column


def _load(text: str) -> Document:
    document: Document = json.loads(text)
    return document
