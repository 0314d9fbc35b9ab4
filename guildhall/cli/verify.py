"""Every invariant of every context, asked of the database: `run` prints a line for each and counts the breaches."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction

from guildhall.kernel.invariants import Invariant

_ROWS_SHOWN = 5
_STATEMENT_SECONDS = 600
_TURN_BACK = "update timers_clock set travelled = travelled - make_interval(secs => %s)"


@dataclass(frozen=True)
class Result:
    """What came of one invariant: how many rows break it, and the first few; `error` when it could not be asked at all."""

    context: str
    invariant: Invariant
    breaches: int
    rows: Sequence[dict[str, Any]]
    milliseconds: int
    error: str = ""

    @property
    def holds(self) -> bool:
        """Whether the database was asked and no row breaks it."""
        return not self.breaches and not self.error


def invariants() -> list[tuple[str, Invariant]]:
    """Give every context's invariants, lowest layer first."""
    found: list[tuple[str, Invariant]] = []
    for context in settings.CONTEXTS:
        name = f"guildhall.{context}.invariants"
        if find_spec(f"guildhall.{context}") is not None and find_spec(name) is not None:
            found.extend((context, invariant) for invariant in import_module(name).INVARIANTS)
    return found


def check(context: str, invariant: Invariant, *, stopped_seconds: float = 0) -> Result:
    """
    Ask one invariant, in a transaction that keeps nothing. It is one statement, so it sees one moment of a running system.

    :param stopped_seconds: how long the system has not been running: what has come due since then is nobody's fault.
    """
    began = time.monotonic()
    error = ""
    rows: list[dict[str, Any]] = []
    breaches = 0
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            if stopped_seconds:
                cursor.execute(_TURN_BACK, [stopped_seconds])
            cursor.execute("set transaction read only")
            cursor.execute(f"set local statement_timeout = '{_STATEMENT_SECONDS}s'")
            cursor.execute(invariant.sql)
            columns = [column[0] for column in cursor.description or ()]
            rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchmany(_ROWS_SHOWN)]
            breaches = cursor.rowcount
            transaction.set_rollback(True)
    except DatabaseError as broken:
        error = str(broken).strip()
    return Result(context, invariant, breaches, rows, round(1000 * (time.monotonic() - began)), error)


def run(*, as_json: bool = False, stopped_seconds: float = 0) -> int:
    """Ask every invariant and print what came of it; 1 when one is broken or cannot be asked, else 0. See `check`."""
    results = []
    for context, invariant in invariants():
        result = check(context, invariant, stopped_seconds=stopped_seconds)
        results.append(result)
        if not as_json:
            for line in _lines(result):
                print(line, flush=True)
    broken = [result for result in results if not result.holds]
    if as_json:
        print(json.dumps({"ok": not broken, "invariants": [_as_json(result) for result in results]}, default=str))
    else:
        print(f"{len(results)} invariants, {len(broken)} broken" if broken else f"{len(results)} invariants hold")
    return 1 if broken else 0


def _lines(result: Result) -> Iterator[str]:
    verdict = "ok" if result.holds else "ERROR" if result.error else "BREACH"
    where = f"{result.invariant.code:<4}{result.context:<14}"
    yield f"{verdict:<7}{where}{result.invariant.name} ({result.milliseconds} ms)"
    if result.error:
        yield f"       {result.error}"
    for row in result.rows:
        yield "       " + ", ".join(f"{column} {value}" for column, value in row.items())
    if result.breaches > len(result.rows):
        yield f"       ... {result.breaches} rows in all"


def _as_json(result: Result) -> dict[str, Any]:
    return {
        "context": result.context,
        "code": result.invariant.code,
        "name": result.invariant.name,
        "ok": result.holds,
        "breaches": result.breaches,
        "rows": result.rows,
        "error": result.error,
        "milliseconds": result.milliseconds,
    }
