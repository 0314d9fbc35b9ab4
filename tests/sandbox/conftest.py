"""One sandbox process for the whole run; each test finds its guildhall empty and no fault armed."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.sandbox.running import FakeGuildhall, SandboxProcess, sandbox_process


@pytest.fixture(scope="session")
def _guildhall() -> Iterator[FakeGuildhall]:
    server = FakeGuildhall()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def _sandbox(_guildhall: FakeGuildhall, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    with sandbox_process(tmp_path_factory.mktemp("sandbox"), _guildhall.url) as process:
        yield process


@pytest.fixture
def guildhall(_guildhall: FakeGuildhall) -> FakeGuildhall:
    offset = _guildhall.offset  # the clock of a running sandbox cannot go back, so neither does this one
    _guildhall.begin_anew()
    _guildhall.offset = offset
    return _guildhall


@pytest.fixture
def sandbox(_sandbox: SandboxProcess, guildhall: FakeGuildhall) -> Iterator[SandboxProcess]:
    yield _sandbox
    _sandbox.http.delete("/sandbox/faults")


@pytest.fixture
def start_sandbox(tmp_path: Path) -> Callable[[str], AbstractContextManager[SandboxProcess]]:
    return lambda guildhall_url: sandbox_process(tmp_path / "state", guildhall_url)


@pytest.fixture
def eventually() -> Callable[[Callable[[], object]], object]:
    """Ask until the answer is truthy, for at most ten seconds."""

    def ask(question: Callable[[], object]) -> object:
        give_up_at = time.monotonic() + 10
        while not (answer := question()):
            assert time.monotonic() < give_up_at, "It did not happen within ten seconds."
            time.sleep(0.02)
        return answer

    return ask
