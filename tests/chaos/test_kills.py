"""
Fifty roads in flight, and `kill -9` of everything, again and again.

What a client was told stays; what it asked for happens once, in our books and in the vendors'; nobody waits longer than was
promised; in the end every road is closed or an operator has it before them. With the one index gone that makes a key count
once, the same load is caught making two bookings for it.
"""

import json
import sys
from collections import Counter
from pathlib import Path

import psycopg
import pytest

from tests.chaos.crowd import Size
from tests.chaos.findings import TWO_BOOKINGS
from tests.chaos.kills import ROLES
from tests.chaos.run import Plan, Report, run
from tests.stack import Stack

pytestmark = [pytest.mark.xdist_group("stack")]
SEED = 20261121
TOWNS = Size(towns=2, providers_each=6, customers_each=4)


@pytest.mark.timeout(600)
def test_twelve_kills_under_load_lose_nothing_and_double_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Two kills of each role."""
    _survives(Plan(seed=SEED, size=TOWNS), tmp_path, capfd)


@pytest.mark.long
@pytest.mark.timeout(1_800)
def test_a_hundred_and_twenty_kills_under_load_lose_nothing_and_double_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Twenty kills of each role."""
    plan = Plan(
        seed=SEED + 1,
        size=TOWNS,
        kills_each=20,
        pause_seconds=(2.0, 7.0),
        think_seconds=(2.0, 10.0),
        tail_seconds=20.0,
    )
    _survives(plan, tmp_path, capfd)


@pytest.mark.timeout(420)
def test_without_the_index_of_keys_two_bookings_for_one_key_are_found(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Negative control: nothing breaks, nobody gets an error, and the comparison still sees it."""
    plan = Plan(
        seed=SEED + 2,
        size=Size(towns=1, providers_each=1, customers_each=3),
        in_flight=6,
        kills_each=1,
        roles=("web",),
        under_way=0,
        pause_seconds=(4.0, 5.0),
        tail_seconds=1.0,
        haste=0.5,
        endings={"no_card": 1},
        until_the_end=False,
    )
    with Stack() as stack:

        def drop_the_index() -> None:
            with psycopg.connect(stack.owner_url, autocommit=True) as owner:
                owner.execute("alter table api_idempotency_key drop constraint api_one_answer_per_key")

        report = run(stack, plan, tmp_path / "acks.jsonl", before_load=drop_the_index)
        _print(report, capfd)

    assert report.kinds == {TWO_BOOKINGS}, _told(report)
    assert report.acks.surprises == []


def _survives(plan: Plan, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with Stack() as stack:
        report = run(stack, plan, folder / "acks.jsonl")
        _print(report, capfd)
        assert report.findings == [], f"{_told(report)}\n{_faults(stack)}"
        stack.verify()
    killed = Counter(kill.role.partition(" ")[0] for kill in report.kills)
    assert killed == dict.fromkeys(ROLES, plan.kills_each)
    assert [kill for kill in report.kills if kill.recovery_seconds is None] == []
    assert report.roads >= plan.in_flight
    assert report.acks.replayed > 0, "no answer was ever lost: the load proves nothing about keys"
    # A message goes out twice only when its sender dies between the vendor's yes and ours: eight at work in each killed worker.
    deaths = sum(kill.role in {"worker", "postgres"} for kill in report.kills)
    assert sum(report.sent_twice.values()) <= 8 * deaths


def _print(report: Report, capfd: pytest.CaptureFixture[str]) -> None:
    with capfd.disabled():
        sys.stdout.write(f"\nkills: {json.dumps(report.as_json())}\n")


def _faults(stack: Stack) -> str:
    """What the log says of answers that were our fault."""
    lines = stack.state.log_file.read_text().splitlines()
    places = [number for number, line in enumerate(lines) if "unhandled" in line]
    return "\n".join(line for number in places[:3] for line in lines[number : number + 60])


def _told(report: Report) -> str:
    return "\n".join(f"{finding.kind}: {finding.what}" for finding in report.findings[:60])
