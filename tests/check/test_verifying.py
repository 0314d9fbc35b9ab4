"""Every invariant finds the breach that it is there for, and nothing in a sound database."""

import json
from collections.abc import Iterator

import psycopg
import pytest

from guildhall.cli import postgres, verify
from guildhall.timers.queries import travelled_seconds
from tests.check.breaches import BREACHES
from tests.check.unguarded import Owner
from tests.conftest import DATABASES
from tests.racing import as_owner

INVARIANTS = {(context, invariant.name): invariant for context, invariant in verify.invariants()}


@pytest.fixture(scope="module")
def unguarded() -> Iterator[Owner]:
    """A database of its own, empty, without constraints and triggers."""
    name = DATABASES.clone()
    with psycopg.connect(DATABASES.cluster.url(postgres.OWNER, name)) as connection:
        yield Owner(connection)
    DATABASES.drop(name)


def test_every_invariant_has_a_name_of_its_own_and_a_breach_and_no_breach_is_left_over():
    assert len(INVARIANTS) == len(verify.invariants())
    assert set(BREACHES) == set(INVARIANTS)


@pytest.mark.parametrize(("of", "name"), list(INVARIANTS), ids=lambda text: text[:60])
def test_a_breach_is_found(unguarded, of, name):
    sql = INVARIANTS[of, name].sql
    assert unguarded.run(sql) == []

    BREACHES[of, name](unguarded)

    assert unguarded.run(sql) != []
    unguarded.connection.rollback()
    assert unguarded.run(sql) == []


@pytest.mark.committed
def test_a_sound_database_passes(capsys):
    status = verify.run()

    lines = capsys.readouterr().out.splitlines()
    assert status == 0
    assert len(lines) == len(INVARIANTS) + 1
    assert all(line.startswith("ok ") for line in lines[:-1])
    assert lines[-1] == f"{len(INVARIANTS)} invariants hold"


@pytest.mark.committed
def test_a_breach_is_shown_with_its_rows_and_ends_with_1(owner_url, capsys):
    for number in range(7):
        as_owner(
            owner_url,
            "insert into timers_timer (kind, reference, due_at, attempts, error, is_parked)"
            f" values ('booking.deadline', 'b{number}', now(), 3, 'boom', true)",
        )

    status = verify.run()

    lines = capsys.readouterr().out.splitlines()
    broken = next(index for index, line in enumerate(lines) if line.startswith("BREACH"))
    assert status == 1
    assert "no timer is parked" in lines[broken]
    assert lines[broken + 1].strip() == "kind booking.deadline, reference b0, error boom"
    assert lines[broken + 6].strip() == "... 7 rows in all"
    assert lines[-1] == f"{len(INVARIANTS)} invariants, 1 broken"


@pytest.mark.committed
def test_what_came_due_while_the_system_was_stopped_is_no_breach(owner_url, capsys):
    as_owner(
        owner_url,
        "insert into timers_timer (kind, reference, due_at, attempts, error, is_parked)"
        " values ('booking.deadline', 'b', now() - interval '10 minutes', 0, '', false)",
    )

    assert verify.run() == 1
    assert "no timer is more than a minute past its deadline" in capsys.readouterr().out
    assert verify.run(stopped_seconds=900) == 0
    assert verify.run(stopped_seconds=300) == 1
    assert travelled_seconds() == 0


@pytest.mark.committed
def test_json_says_the_same(owner_url, capsys):
    as_owner(owner_url, "update eventlog_sequencer_head set position = 7")

    status = verify.run(as_json=True)

    found = json.loads(capsys.readouterr().out)
    broken = [one for one in found["invariants"] if not one["ok"]]
    assert status == 1
    assert found["ok"] is False
    assert len(found["invariants"]) == len(INVARIANTS)
    assert [(one["code"], one["context"], one["breaches"]) for one in broken] == [("E2", "eventlog", 1)]


@pytest.mark.committed
def test_an_invariant_that_cannot_be_asked_is_no_invariant_that_holds(owner_url, capsys):
    as_owner(owner_url, "drop function eventlog.broken_seals()")

    status = verify.run()

    assert status == 1
    assert "ERROR" in capsys.readouterr().out
