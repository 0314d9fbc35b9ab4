"""
What the measurements share.

`./guild bench NAME` makes an empty, migrated database on a private cluster, loads Django on it as the application's role, and
calls `main(arguments)` of the module. Figures are of that machine and that moment: every claim is a ratio or a limit within one run.
A virtual machine may be given less than it shows: `stolen_share` of `machine` says what share of the processors others had meanwhile.
"""

import json
import os
import platform
import resource
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
_COLUMNS = 8  # of a processor's times in /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal


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
        "stolen_share": _stolen_share(),
        "python": platform.python_version(),
        "postgresql": server.split(" on ")[0],
        "settings": options,
    }


def _processor_ticks() -> tuple[int, int] | None:
    """The processors' time since the machine started, and how much of it its host gave to others; None where that is not counted."""
    try:
        columns = [int(value) for value in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    except (OSError, ValueError):
        return None
    return (sum(columns), columns[7]) if len(columns) == _COLUMNS else None


_at_start = _processor_ticks()


def stolen_ticks() -> int:
    """Give the processors' time that the host gave to others since the machine started: hundredths of a second, 0 where it is not counted."""
    ticks = _processor_ticks()
    return ticks[1] if ticks else 0


def _stolen_share() -> float | None:
    now = _processor_ticks()
    if _at_start is None or now is None:
        return None
    return round((now[1] - _at_start[1]) / max(1, now[0] - _at_start[0]), 3)


@dataclass
class Spent:
    """Seconds of processor, however long they took; None where the system does not tell."""

    seconds: float | None = None

    def per(self, count: float) -> float | None:
        """Give the seconds of one of so many, in three significant figures."""
        return None if self.seconds is None else float(f"{self.seconds / max(1, count):.3g}")


@contextmanager
def processor() -> Iterator[Spent]:
    """Count what the processes that are started and joined inside use, and the whole database server meanwhile."""
    spent = Spent()
    with as_app() as database:
        server = _parent(database.info.backend_pid)
    ours, theirs = resource.getrusage(resource.RUSAGE_CHILDREN), _server_seconds(server)
    yield spent
    after, end = resource.getrusage(resource.RUSAGE_CHILDREN), _server_seconds(server)
    if theirs is not None and end is not None:
        spent.seconds = end - theirs + (after.ru_utime + after.ru_stime) - (ours.ru_utime + ours.ru_stime)


def _parent(pid: int) -> int | None:
    figures = _figures_of(Path(f"/proc/{pid}"))
    return figures[1] if figures else None


def _server_seconds(server: int | None) -> float | None:
    """What the server used so far: itself, its processes that ended, and those that live. One that ends meanwhile is looked for again."""
    home = Path(f"/proc/{server}")
    mine = _figures_of(home)
    while server is not None and mine is not None:
        others = [_figures_of(entry) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
        ticks = sum(mine[11:15]) + sum(sum(one[11:13]) for one in others if one and one[1] == server)
        ended, mine = mine[13:15], _figures_of(home)
        if mine is not None and mine[13:15] == ended:
            return ticks / os.sysconf("SC_CLK_TCK")
    return None


def _figures_of(process: Path) -> list[int] | None:
    """The columns of a process's `stat` behind its name; the first is a letter, here 0."""
    try:
        return [0, *map(int, (process / "stat").read_text().rpartition(")")[2].split()[1:])]
    except OSError:
        return None


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
