"""The vendor of these tests: the emulator behind a real socket, with nothing of ours patched."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette

from guildhall.payments.types import FOLLOWED
from sandbox import stripe as emulation
from sandbox.clock import VirtualClock
from sandbox.store import Store
from sandbox.stripe import StripeEmulator, WebhookTarget
from tests.payments.vendor import Vendor

SECRETS = {"platform": "whsec_platform", "connect": "whsec_connect", "thin": "whsec_thin"}


class _Server:
    """One socket for the whole run; each test puts its own emulator behind it."""

    def __init__(self) -> None:
        self.app: Any = Starlette()
        config = uvicorn.Config(
            self._call, host="127.0.0.1", port=0, log_level="critical", lifespan="off", interface="asgi3", ws="none"
        )
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        while not self.server.started:
            time.sleep(0.01)
        self.url = f"http://127.0.0.1:{self.server.servers[0].sockets[0].getsockname()[1]}"

    async def _call(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(timeout=5)


@pytest.fixture(scope="session")
def _server() -> Iterator[_Server]:
    server = _Server()
    yield server
    server.stop()


@pytest.fixture
def vendor(_server: _Server, settings: Any, tmp_path: Path) -> Iterator[Vendor]:
    """An empty vendor account. Whatever we asked and whatever it answered kept to the vendor's own description."""
    settings.STRIPE_API_BASE = _server.url
    emulator = StripeEmulator(
        Store(tmp_path / "stripe.sqlite"),
        VirtualClock(),
        public_url=_server.url,
        secret_key=settings.STRIPE_SECRET_KEY,
        webhook_targets=[
            WebhookTarget(kind, "http://127.0.0.1:9/never", SECRETS[kind], followed)
            for kind, followed in FOLLOWED.items()
        ],
        check_contracts=True,
    )
    _server.app = Starlette(routes=emulation.routes(emulator))
    seen = Vendor(emulator, _server.url, SECRETS)
    yield seen
    seen.close()
    assert emulator.violations == []
