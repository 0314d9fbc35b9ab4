"""A sandbox in a process of its own, and a stand-in for guildhall that says when it is busy and keeps what it is told."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx

ROOT = Path(__file__).parents[2]
SID = "AC" + "ab" * 16
TOKEN = "the-token-of-the-tests"
STRIPE_KEY = "sk_test_of_the_tests"


class FakeGuildhall(ThreadingHTTPServer):
    """The internal clock with scripted deadlines, and every webhook that came in."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.lock = threading.Lock()
        self.begin_anew()
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def begin_anew(self) -> None:
        self.offset = 0.0
        self.offsets: list[float] = []
        self.deadlines: list[datetime] = []
        self.fired: list[tuple[datetime, datetime]] = []
        self.busy_looks_per_deadline = 1
        self.busy_looks = 0
        self.on_fire: Callable[[datetime], None] = lambda deadline: None
        self.webhooks: list[tuple[str, dict[str, Any], dict[str, str]]] = []
        self.webhook_status = 204
        self.asked: list[str] = []

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.offset)

    def clock(self) -> dict[str, object]:
        with self.lock:
            now = self.now()
            for deadline in sorted(one for one in self.deadlines if one < now):
                self.deadlines.remove(deadline)
                self.fired.append((deadline, now))
                self.busy_looks = self.busy_looks_per_deadline
                self.on_fire(deadline)
            idle = self.busy_looks == 0
            self.busy_looks = max(0, self.busy_looks - 1)
            following = min(self.deadlines, default=None)
            return {
                "now": now.isoformat(),
                "offset_seconds": self.offset,
                "next_deadline": following and following.isoformat(),
                "idle": idle,
                "waiting": {} if idle else {"worker": 1},
            }

    def set_offset(self, offset: float) -> None:
        with self.lock:
            assert offset >= self.offset
            self.offset = offset
            self.offsets.append(offset)

    def told(self, path: str) -> list[dict[str, Any]]:
        return [fields for at, fields, _ in self.webhooks if at == path]


class _Handler(BaseHTTPRequestHandler):
    server: FakeGuildhall
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self._answer(200, self.server.clock())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.path == "/internal/clock":
            self.server.set_offset(json.loads(body)["offset_seconds"])
            self._answer(200, self.server.clock())
        else:
            is_json = self.headers.get("content-type", "").startswith("application/json")
            fields = json.loads(body) if is_json else dict(parse_qsl(body.decode(), keep_blank_values=True))
            self.server.webhooks.append((self.path, fields, dict(self.headers)))
            self._answer(self.server.webhook_status, None)

    def _answer(self, status: int, body: object) -> None:
        content = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        return


class SandboxProcess:
    """`python -m sandbox`, running."""

    def __init__(self, state: Path, guildhall_url: str, **environment_added: str) -> None:
        self.ready_file = state / "ready.json"
        environment = {
            **os.environ,
            "TWILIO_ACCOUNT_SID": SID,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "STRIPE_SECRET_KEY": STRIPE_KEY,
            "GUILDHALL_PUBLIC_URL": "https://guildhall.example",
            **environment_added,
        }
        command = [sys.executable, "-m", "sandbox", "--port", "0", "--smtp-port", "0", "--state", str(state)]
        self.log = (state / "log").open("ab")
        self.process = subprocess.Popen(
            [*command, "--guildhall-url", guildhall_url, "--ready-file", str(self.ready_file)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=self.log,
        )
        assert self.process.stdout is not None
        self.first_line = self.process.stdout.readline()
        assert self.first_line, (state / "log").read_text()
        ports = json.loads(self.first_line)
        self.smtp_port = ports["smtp_port"]
        self.url = f"http://127.0.0.1:{ports['port']}"
        self.http = httpx.Client(base_url=self.url, timeout=30, trust_env=False)

    def stop(self) -> int:
        self.http.close()
        self.process.terminate()
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.log.close()
        return self.process.wait(timeout=10)


@contextmanager
def sandbox_process(state: Path, guildhall_url: str, **environment_added: str) -> Iterator[SandboxProcess]:
    state.mkdir(exist_ok=True)
    process = SandboxProcess(state, guildhall_url, **environment_added)
    try:
        yield process
    finally:
        if process.process.poll() is None:
            process.stop()
