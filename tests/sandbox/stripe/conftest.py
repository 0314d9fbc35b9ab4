"""A stage for each test; at its end the emulator has broken no contract and its books balance."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.stripe.stage import Receiver, Server, Stage


@pytest.fixture(scope="session")
def _server() -> Iterator[Server]:
    server = Server()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def _receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def stage(_server: Server, _receiver: Receiver, tmp_path: Path) -> Iterator[Stage]:
    _receiver.received.clear()
    _receiver.status = 200
    stage = Stage(_server, _receiver, tmp_path)
    yield stage
    books = stage.emulator.books()
    stage.close()
    assert books["violations"] == []
    assert books["sum"] == 0
