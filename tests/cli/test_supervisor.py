"""The supervisor keeps its roles alive, stops them in order and leaves nobody behind."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.helpers import descendants, eventually, is_alive, processes

ROOT = Path(__file__).parents[2]


class Toy:
    """A running toy system."""

    def __init__(self, state: Path, *options: str) -> None:
        self.state = state
        self.output = (state / "output").open("a+")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.cli.toy_system", str(state), *options],
            cwd=ROOT,
            stdout=self.output,
            stderr=subprocess.STDOUT,
        )

    def said(self) -> str:
        """Everything written so far."""
        return (self.state / "output").read_text()

    def running(self) -> dict[str, int]:
        """Role to process number once all are there."""
        eventually(lambda: "once 7" in self.said())
        return processes(self.state)

    def end(self) -> None:
        """Stop it if it still runs."""
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(timeout=30)
        self.output.close()


@pytest.fixture
def toy(folder: Path) -> Iterator[type[Toy]]:
    """Start toy systems on the test's folder."""
    made: list[Toy] = []

    def start(*options: str) -> Toy:
        made.append(Toy(folder, *options))
        return made[-1]

    yield start
    for system in made:
        system.end()


def test_a_killed_role_starts_again_and_the_log_says_so(toy):
    system = toy()
    before = system.running()

    os.kill(before["first"], signal.SIGKILL)

    after = eventually(lambda: (now := processes(system.state)).get("first") not in {None, before["first"]} and now)
    assert after["second"] == before["second"]
    eventually(lambda: f"first restarted (process {after['first']})" in system.said())
    assert f"first (process {before['first']}) was killed by signal 9; it starts again in 0.2 s" in system.said()


def test_a_role_that_keeps_failing_is_started_ever_more_slowly(toy):
    system = toy("--broken")
    system.running()

    eventually(lambda: "it starts again in 0.8 s" in system.said())

    pauses = re.findall(r"broken \(process \d+\) ended with status 3; it starts again in (\S+) s", system.said())
    assert pauses == ["0.2", "0.4", "0.8"]


def test_sigterm_stops_in_order_and_leaves_no_process(toy):
    system = toy()
    before = system.running()
    eventually(lambda: system.said().count(" ready") == 2)
    everybody = eventually(lambda: len(found := descendants(system.process.pid)) == 4 and found)

    system.process.terminate()

    assert system.process.wait(timeout=15) == 0
    said = system.said()
    assert re.search(r"first +done", said).start() < re.search(r"second +done", said).start()
    assert said.rstrip().endswith("stopped")
    assert [pid for pid in everybody | set(before.values()) if is_alive(pid)] == []
    assert processes(system.state) == {"supervisor": system.process.pid}


def test_killing_the_supervisor_takes_its_roles_along_and_the_next_start_works(toy):
    system = toy()
    before = system.running()

    system.process.kill()
    system.process.wait()

    eventually(lambda: not any(is_alive(before[role]) for role in ("first", "second", "nested")))
    again = toy()
    eventually(lambda: again.said().count("once 7") == 2)
    assert processes(again.state)["first"] != before["first"]


def test_what_a_killed_supervisor_left_is_ended_by_the_next(toy, folder):
    from guildhall.cli.state import State

    orphan = subprocess.Popen(["sleep", "600"])
    State(folder).record_processes({"worker": orphan.pid})

    toy().running()

    assert orphan.wait(timeout=10) == -signal.SIGKILL


def test_another_process_with_a_recycled_number_is_left_alone(toy, folder):
    from guildhall.cli.state import State

    stranger = subprocess.Popen(["sleep", "600"])
    State(folder).write("started.json", {"worker": [stranger.pid, 1]})

    toy().running()

    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_second_supervisor_of_the_same_state_is_refused_and_disturbs_nothing(toy):
    system = toy()
    before = system.running()

    second = toy()

    assert second.process.wait(timeout=10) == 2
    assert "already running" in system.said()
    assert processes(system.state) == before


def test_a_killed_database_server_starts_again_and_is_stopped_last(toy):
    system = toy("--postgres")
    before = system.running()

    os.kill(before["postgres"], signal.SIGKILL)
    after = eventually(
        lambda: (now := processes(system.state)).get("postgres") not in {None, before["postgres"]} and now
    )
    assert after["first"] == before["first"]

    system.process.send_signal(signal.SIGINT)
    assert system.process.wait(timeout=20) == 0
    assert not is_alive(after["postgres"])


def test_a_database_server_left_by_a_killed_supervisor_is_used_again(toy):
    system = toy("--postgres")
    before = system.running()

    system.process.kill()
    system.process.wait()
    again = toy("--postgres")
    eventually(lambda: again.said().count("once 7") == 2)

    assert processes(again.state)["postgres"] == before["postgres"]
