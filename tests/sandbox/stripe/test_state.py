"""Documents survive a kill, transactions are all or nothing, and the clock only goes forward."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox.clock import VirtualClock
from sandbox.store import Store
from tests.sandbox.stripe.stage import Stage

KILLED = """
import os, sys
from sandbox.store import Store
store = Store(sys.argv[1])
store.put("thing", "kept", {"n": 1})
with store.atomic():
    store.put("thing", "lost", {"n": 2})
    os.kill(os.getpid(), 9)
"""


def test_what_was_put_survives_a_kill_and_what_was_not_finished_does_not(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    killed = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False)
    assert killed.returncode == -9

    store = Store(path)

    assert (store.get("thing", "kept"), store.get("thing", "lost")) == ({"n": 1}, None)
    store.close()


def test_a_failed_transaction_leaves_nothing_and_a_nested_one_joins_it(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.db")

    def fail_after_two_writes() -> None:
        with store.atomic():
            store.put("thing", "a", {"n": 1})
            with store.atomic():
                store.put("thing", "b", {"n": 2})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_two_writes()

    assert store.list("thing") == []
    store.close()


def test_threads_do_not_lose_each_others_writes(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.db")
    store.put("thing", "count", {"n": 0})

    def add(_: int) -> None:
        with store.atomic():
            store.put("thing", "count", {"n": (store.get("thing", "count") or {})["n"] + 1})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(200)))

    assert store.get("thing", "count") == {"n": 200}
    store.close()


def test_lists_filter_order_and_page(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.db")
    for number, owner in enumerate(["x", "y", "x", None, "x"]):
        store.put("thing", f"t{number}", {"id": f"t{number}", "owner": owner, "at": 10 - number, "deep": {"n": number}})
    store.put("thing", "t0", {"id": "t0", "owner": "x", "at": 10, "deep": {"n": 0}, "again": True})

    def ids(**how: object) -> list[str]:
        return [document["id"] for document in store.list("thing", **how)]  # type: ignore[arg-type]  # a test's shorthand

    assert ids(where={"owner": "x"}) == ["t0", "t2", "t4"]
    assert ids(where={"owner": None}) == ["t3"]
    assert ids(where={"deep.n": 1}) == ["t1"]
    assert ids(newest_first=True, limit=2) == ["t4", "t3"]
    assert ids(newest_first=True, after="t3") == ["t2", "t1", "t0"]
    assert ids(ranges={"at": (8, 9)}) == ["t1", "t2"]
    assert ids(upto=("at", 8)) == ["t4", "t3", "t2"]
    assert (store.smallest("thing", "at"), store.count("thing", where={"owner": "x"})) == (6, 3)
    assert (store.delete("thing", "t0"), store.delete("thing", "t0")) == (True, False)
    with pytest.raises(ValueError, match="Not a field name"):
        store.list("thing", where={"x') OR 1=1 --": 1})
    store.close()


def test_the_clock_only_goes_forward() -> None:
    clock = VirtualClock()

    clock.set_offset(3600)
    with pytest.raises(ValueError, match="cannot go back"):
        clock.set_offset(3599)

    assert clock.offset_seconds == 3600
    assert 3599 < (clock.now() - datetime.now(UTC)).total_seconds() < 3601


def test_deadlines_that_come_late_happen_in_order_and_at_their_own_time(stage: Stage) -> None:
    account, intent = stage.onboarded(), stage.charged(10000)
    stage.transfer(account, 8500, intent.latest_charge)

    stage.travel(days=30)

    payout = stage.v1.payouts.list(options={"stripe_account": account}).data[0]
    assert (payout.status, payout.created % 86400) == ("paid", 0)
    assert payout.created < stage.now() - 26 * 86400
    assert stage.emulator.next_deadline() is None
