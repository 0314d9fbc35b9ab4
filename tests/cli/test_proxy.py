"""The proxy in front, really running, with two small servers behind it."""

import os
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from guildhall.cli import proxy
from guildhall.cli.environment import Ports, choose_ports
from tests.clients import eventually

_PORTS_FROM = 50_000  # Above those of the systems that other tests start (`tests.stack`).


@pytest.fixture
def ports() -> Ports:
    """Choose ports that no test of another process chooses at the same moment."""
    return choose_ports(_PORTS_FROM + os.getpid() % 1_000 * 8, exactly=False)


@pytest.fixture
def in_front(ports: Ports, tmp_path: Path) -> Iterator[str]:
    """Start the proxy and give its address."""
    program = proxy.program(ports, tmp_path)
    running = subprocess.Popen(program.arguments, env=dict(program.environment), stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{ports.web}"
    try:
        yield url
        assert running.poll() is None  # Who answered was this one.
    finally:
        running.terminate()
        running.wait(timeout=10)


@contextmanager
def server(port: int, name: str, promised: int | None = None) -> Iterator[None]:
    """Answer every request with a name and what came with it; one that has `promised` so many bytes says nothing and hangs up."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            if promised is not None:
                self.send_header("Content-Length", str(promised))
                if "gzip" in self.headers.get("Accept-Encoding", ""):
                    self.send_header("Content-Encoding", "gzip")
                self.end_headers()
                return
            self.end_headers()
            self.wfile.write(f"{name} {self.path} for {self.headers['X-Forwarded-For']}".encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in the base class
            pass

    serving = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=serving.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        serving.shutdown()
        serving.server_close()


def get(url: str, **headers: str) -> httpx.Response:
    return httpx.get(url, headers=headers, timeout=15, trust_env=False)


def is_up(url: str) -> bool:
    try:
        get(url)
    except httpx.RemoteProtocolError:
        return True  # It spoke.
    except httpx.TransportError:
        return False
    return True


def test_live_pages_and_everything_else_are_one_origin(ports: Ports, in_front: str) -> None:
    with server(ports.server, "web"), server(ports.realtime, "live"):
        eventually(lambda: is_up(in_front), 10, 0.05)
        for path in ("/api/v1/live", "/my/live/events", "/pro/live/events", "/ops/live/events"):
            assert get(f"{in_front}{path}?after=3").text.startswith(f"live {path}?after=3")
        for path in ("/", "/api/v1/bookings", "/my/live", "/my/live/events/more", "/static/app.js"):
            assert get(in_front + path).text.startswith(f"web {path} ")


def test_an_event_passes_at_once_and_a_page_that_is_left_leaves_no_stream(ports: Ports, in_front: str) -> None:
    heard: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            self.wfile.write(b"retry: 2000\n\n")
            heard.append(self.connection.recv(1))  # Nothing more is said: it returns when the other side hangs up.

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in the base class
            pass

    with ThreadingHTTPServer(("127.0.0.1", ports.realtime), Handler) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        eventually(lambda: is_up(in_front), 10, 0.05)
        with httpx.stream("GET", f"{in_front}/my/live/events", timeout=15, trust_env=False) as page:
            lines = page.iter_lines()  # Held: with it the page would be left.
            assert next(lines) == "retry: 2000"
            assert heard == []
        eventually(lambda: heard == [b""], 10, 0.05)
        serving.shutdown()


def test_nobody_speaks_for_another_address(ports: Ports, in_front: str) -> None:
    with server(ports.server, "web"):
        eventually(lambda: is_up(in_front), 10, 0.05)
        assert get(in_front, **{"X-Forwarded-For": "203.0.113.9"}).text.endswith("for 127.0.0.1")


def test_who_asks_while_the_server_is_replaced_waits(ports: Ports, in_front: str) -> None:
    with server(ports.server, "web"):
        eventually(lambda: is_up(in_front), 10, 0.05)
    answers: list[httpx.Response] = []
    asking = threading.Thread(target=lambda: answers.append(get(in_front)))
    asking.start()
    time.sleep(0.5)  # The question is under way; nobody is there to answer it.
    assert not answers
    with server(ports.server, "web again"):
        asking.join(timeout=15)
    assert answers[0].status_code == 200
    assert answers[0].text.startswith("web again")


@pytest.mark.parametrize("asks_for", ["gzip", "identity", None])
def test_an_answer_that_broke_off_is_not_passed_on_as_a_whole_one(
    asks_for: str | None, ports: Ports, in_front: str
) -> None:
    """A server that is killed has sometimes said 200 already, and how much would come."""
    with server(ports.server, "web", promised=5_000), httpx.Client(trust_env=False, timeout=15) as client:
        del client.headers["Accept-Encoding"]
        asking = {"Accept-Encoding": asks_for} if asks_for else {}
        eventually(lambda: is_up(in_front), 10, 0.05)
        for path in ("/", "/api/v1/bookings"):
            with pytest.raises(httpx.RemoteProtocolError):
                client.get(in_front + path, headers=asking)


def test_a_server_that_stays_away_is_said_in_words(
    ports: Ports, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proxy, "_WAIT_FOR_SERVER", "0.3s")
    program = proxy.program(ports, tmp_path)
    running = subprocess.Popen(program.arguments, env=dict(program.environment), stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{ports.web}"
    try:
        eventually(lambda: is_up(url), 10, 0.05)
        problem = get(f"{url}/api/v1/bookings")
        page = get(f"{url}/my/")
    finally:
        running.terminate()
        running.wait(timeout=10)
    assert (problem.status_code, problem.json()["code"]) == (503, "unavailable")
    assert problem.headers["Content-Type"] == "application/problem+json"
    assert (page.status_code, page.headers["Retry-After"]) == (503, "1")
    assert "starting again" in page.text
