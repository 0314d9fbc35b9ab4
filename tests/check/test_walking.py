"""The check says what it did, fails loudly, and knows the system from outside only."""

import ast
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from guildhall.cli import check
from guildhall.cli.check.edges import Edges, Unexpected

ROOT = Path(__file__).parents[2]
ANSWERS = {
    "/ready": (200, {}),
    "/sandbox/health": (200, {"contract_breaches": ["GET /v1/x: no member y"]}),
    "/api/v1/categories": (503, {"code": "unavailable"}),
}
FORM = '<form method="post" action="/pay/1"><input name="number"><input name="zip"></form>'


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/pay/1":
            self._say(200, FORM.encode(), "text/html")
            return
        status, body = ANSWERS.get(self.path.partition("?")[0], (404, {}))
        self._say(status, json.dumps(body).encode(), "application/json")

    def do_POST(self) -> None:
        self.send_response(303)
        self.send_header("location", "https://shop.example/back")
        self.send_header("content-length", "0")
        self.end_headers()

    def _say(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def toy() -> Iterator[str]:
    """A server that answers a little."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_the_check_imports_nothing_of_the_system():
    imported = set()
    for file in (ROOT / "guildhall" / "cli" / "check").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom):
                imported.add(str(node.module))
            elif isinstance(node, ast.Import):
                imported |= {name.name for name in node.names}

    inner = {name for name in imported if name.startswith(("guildhall", "django", "psycopg", "sandbox"))}
    assert {name for name in inner if not name.startswith("guildhall.cli.check")} == set()


def test_a_failing_step_ends_with_1_one_json_object_and_what_was_asked_and_answered(toy, tmp_path, capsys):
    (tmp_path / "demo.json").write_text('{"log_ins": []}')

    status = check.run(guildhall_url=toy, sandbox_url=toy, state=tmp_path)

    said = capsys.readouterr()
    last = json.loads(said.out.splitlines()[-1])
    assert status == 1
    assert last["ok"] is False
    assert [(step["actor"], step["status"]) for step in last["steps"]] == [("visitor", "failed")]
    assert "breaches of the vendors' contracts: ['GET /v1/x: no member y'], expected []" in said.err
    assert f'GET {toy}/sandbox/health \n  200 {{"contract_breaches"' in said.err
    assert f"GET {toy}/ready" in (tmp_path / "log" / "check.log").read_text()


def test_a_state_without_log_ins_is_named(toy, tmp_path, capsys):
    status = check.run(guildhall_url=toy, sandbox_url=toy, state=tmp_path)

    said = capsys.readouterr()
    assert status == 1
    assert json.loads(said.out.splitlines()[-1]) == {"ok": False, "steps": []}
    assert "the walk needs the log-ins" in said.err


def test_an_unexpected_status_is_refused_by_name(toy, tmp_path):
    with (
        Edges(toy, toy, log=tmp_path / "check.log") as edges,
        pytest.raises(Unexpected, match="GET /api/v1/categories answered 503"),
    ):
        edges.call("GET", "/api/v1/categories")


def test_a_form_that_asks_for_something_else_is_not_filled_in(toy, tmp_path):
    with Edges(toy, toy, log=tmp_path / "check.log") as edges:
        assert edges.fill_in(f"{toy}/pay/1", {"number": "4242", "zip": "92101"}) == "https://shop.example/back"
        with pytest.raises(Unexpected, match="asks for"):
            edges.fill_in(f"{toy}/pay/1", {"number": "4242"})


@pytest.mark.long
@pytest.mark.timeout(400)
def test_the_whole_road_is_walked_beside_a_running_system(tmp_path):
    environment = {name: value for name, value in os.environ.items() if not name.endswith("DATABASE_URL")}
    environment |= {"PYTHONPATH": str(ROOT), "GUILDHALL_STATE": str(tmp_path / "state")}

    done = subprocess.run(
        [sys.executable, "-P", "-m", "guildhall.cli", "up", "--check"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=390,
        check=False,
    )

    last = json.loads(done.stdout.splitlines()[-1])
    assert done.returncode == 0, done.stderr
    assert last["ok"] is True
    assert len(last["steps"]) >= 25
    assert {step["status"] for step in last["steps"]} == {"ok"}
    assert all(set(step) == {"name", "actor", "status", "milliseconds", "ids"} for step in last["steps"])
