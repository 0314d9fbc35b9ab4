"""No committed fact is skipped and none overtakes another of its aggregate: 8 writers, an idempotency row written first."""

import threading
import time
from collections.abc import Callable
from uuid import UUID

import psycopg
import pytest
from psycopg.types.json import Jsonb

from guildhall.kernel.ids import new_id

WRITERS = 8
ROUNDS = 150
AGGREGATES = 6
pytestmark = pytest.mark.committed

Reader = Callable[[psycopg.Connection], list[int]]
PUBLISH = "select eventlog.publish('test.counted', %s, %s, '', 'system:test', now(), %s)"


def by_position(reader: psycopg.Connection) -> Callable[[], list[int]]:
    """The house's way: number, then read on from the last position."""
    last = 0

    def read() -> list[int]:
        nonlocal last
        reader.execute("select eventlog.sequence_batch(5000)")
        rows = reader.execute(
            "select position, seq from eventlog_position where position > %s order by position", [last]
        ).fetchall()
        last = rows[-1][0] if rows else last
        return [row[1] for row in rows]

    return read


def by_id(reader: psycopg.Connection) -> Callable[[], list[int]]:
    """What is usually written: everything above the highest id seen."""
    last = 0

    def read() -> list[int]:
        nonlocal last
        rows = reader.execute("select seq from eventlog_event where seq > %s order by seq", [last]).fetchall()
        last = rows[-1][0] if rows else last
        return [row[0] for row in rows]

    return read


def by_transaction(reader: psycopg.Connection) -> Callable[[], list[int]]:
    """What is recommended against the first: (transaction id, id) below the oldest running transaction."""
    last = (0, 0)

    def read() -> list[int]:
        nonlocal last
        rows = reader.execute(
            """
            select xmin::text::bigint, seq from eventlog_event
            where (xmin::text::bigint, seq) > (%s, %s) and xmin::text::xid8 < pg_snapshot_xmin(pg_current_snapshot())
            order by xmin::text::bigint, seq
            """,
            list(last),
        ).fetchall()
        last = rows[-1] if rows else last
        return [row[1] for row in rows]

    return read


def write(url: str, aggregates: list[UUID], number: int) -> None:
    """
    Write facts as the edge does: the key first (the transaction gets its id), then wait for the aggregate's lock.

    Now and then one is slow before the lock, so that others with later ids overtake it, or before it commits.
    """
    with psycopg.connect(url) as connection:
        for turn in range(ROUNDS):
            with connection.transaction():
                connection.execute(
                    "insert into first_written (key) values (%s)",
                    [f"{number}-{turn}"],
                )
                if turn % 10 == (number + 5) % 10:
                    time.sleep(0.002)
                aggregate = aggregates[(number * 7 + turn) % AGGREGATES]
                version = connection.execute(
                    "update counted_thing set version = version + 1 where id = %s returning version", [aggregate]
                ).fetchone()[0]
                connection.execute(PUBLISH, [f"test:{aggregate}", version, Jsonb({})])
                if turn % 10 == number:
                    time.sleep(0.002)


def run(url: str, owner: str, reading: Callable[[psycopg.Connection], Callable[[], list[int]]]) -> tuple[int, int]:
    """Write and read at once; gives how many facts were never read, and how many came before an earlier one of theirs."""
    aggregates = [new_id() for _ in range(AGGREGATES)]
    with psycopg.connect(owner, autocommit=True) as setting:
        setting.execute("create table counted_thing (id uuid primary key, version int not null default 0)")
        setting.execute("create table first_written (key text primary key)")
        setting.execute("grant all on counted_thing, first_written to guildhall_app")
        for aggregate in aggregates:
            setting.execute("insert into counted_thing (id) values (%s)", [aggregate])
    writers = [threading.Thread(target=write, args=(url, aggregates, number)) for number in range(WRITERS)]
    seen: list[int] = []
    with psycopg.connect(url, autocommit=True) as reader:
        read = reading(reader)
        for writer in writers:
            writer.start()
        while any(writer.is_alive() for writer in writers):
            seen += read()
        for _ in range(3):
            seen += read()
        rows = reader.execute(
            "select seq, aggregate, version from eventlog_event where name = 'test.counted'"
        ).fetchall()
    assert len(rows) == WRITERS * ROUNDS
    facts = {seq: (aggregate, version) for seq, aggregate, version in rows}
    latest: dict[str, int] = {}
    overtaken = 0
    for seq in seen:
        aggregate, version = facts[seq]
        overtaken += version < latest.get(aggregate, 0)
        latest[aggregate] = max(version, latest.get(aggregate, 0))
    return len(facts) - len(set(seen)), overtaken


def test_the_sequencer_skips_nothing_and_keeps_each_aggregate_in_order(committed_db: str, owner_url: str):
    assert run(committed_db, owner_url, by_position) == (0, 0)


def test_reading_by_id_loses_facts(committed_db: str, owner_url: str):
    """Negative control: this is the load under which the usual way fails."""
    skipped, _ = run(committed_db, owner_url, by_id)

    assert skipped > 0


def test_reading_by_transaction_misorders_facts(committed_db: str, owner_url: str):
    """Negative control: so does the recommended way."""
    _, overtaken = run(committed_db, owner_url, by_transaction)

    assert overtaken > 0
