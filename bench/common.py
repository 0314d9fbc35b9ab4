"""
What the measurements share.

`./guild bench NAME` makes an empty, migrated database on a private cluster, loads Django on it as the application's role, and
calls `main(arguments)` of the module. Figures are of that machine and that moment: every claim is a ratio or a limit within one run.
"""

import json
import os
import platform
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Target:
    """A promise about one figure: `value` must be at least, or at most, `limit`."""

    name: str
    value: float
    limit: float
    direction: Literal["at_least", "at_most"]

    @property
    def holds(self) -> bool:
        """Whether the promise was kept in this run."""
        return self.value >= self.limit if self.direction == "at_least" else self.value <= self.limit


def report(
    name: str,
    *,
    baselines: dict[str, Any],
    results: dict[str, Any],
    targets: Sequence[Target],
    as_json: bool,
) -> int:
    """Print what was measured, as one JSON object if asked, else for people; gives the exit status 0, whatever holds."""
    if as_json:
        told = {"name": name, "machine": machine(), "baselines": baselines, "results": results}
        print(json.dumps({**told, "targets": [{**asdict(target), "holds": target.holds} for target in targets]}))
    else:
        for title, figures in (("machine", machine()), ("baselines", baselines), ("results", results)):
            print(f"\n{title}\n" + "\n".join(f"  {key}: {value}" for key, value in figures.items()))
        print("\ntargets")
        for target in targets:
            kept = "holds" if target.holds else "MISSED"
            print(f"  {kept}  {target.name}: {target.value:g} ({target.direction.replace('_', ' ')} {target.limit:g})")
    return 0


def machine() -> dict[str, Any]:
    """Describe where the figures come from."""
    with connection.cursor() as cursor:
        cursor.execute("select version()")
        server = cursor.fetchone()[0]
        cursor.execute(
            "select name, setting from pg_settings where name in ('shared_buffers', 'synchronous_commit', 'fsync')"
        )
        options = dict(cursor.fetchall())
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_mb": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20,
        "load": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "postgresql": server.split(" on ")[0],
        "settings": options,
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()


def say(text: str) -> None:
    """Tell how far the measurement is, beside its result."""
    print(text, file=sys.stderr, flush=True)


def percentile(values: Sequence[float], share: float) -> float:
    """Give the value below which a share (0 to 1) of the values lies: the nearest one that was measured."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def as_owner() -> psycopg.Connection[Row]:
    """Connect as the owner of the tables, for filling and vacuuming them; what is measured never runs as the owner."""
    return psycopg.connect(settings.MIGRATION_DATABASE_URL, autocommit=True)


def as_app() -> psycopg.Connection[Row]:
    """Connect directly as the role that the system runs as."""
    return psycopg.connect(settings.DIRECT_DATABASE_URL, autocommit=True)


@contextmanager
def without_foreign_keys(owner: psycopg.Connection[Row], *tables: str) -> Iterator[None]:
    """Fill tables without looking up each row's keys; afterwards all keys are back, and checked."""
    keys = owner.execute(
        """
        select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint
        where contype = 'f' and conrelid::regclass::text = any(%s)
        """,
        [list(tables)],
    ).fetchall()
    for table, name, _ in keys:
        owner.execute(sql.SQL("alter table {} drop constraint {}").format(sql.Identifier(table), sql.Identifier(name)))
    yield
    for table, name, definition in keys:
        owner.execute(
            sql.SQL("alter table {} add constraint {} {}").format(
                sql.Identifier(table), sql.Identifier(name), sql.SQL(definition)
            )
        )
