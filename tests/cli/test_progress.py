"""While the past is lived the pages' port says how far it is, and that it is not ready."""

import json
import socket
import threading
from pathlib import Path

import httpx

from guildhall.cli import progress
from tests.clients import eventually


def test_every_address_answers_503_with_a_page_that_looks_again(tmp_path: Path):
    file = tmp_path / "progress.json"
    file.write_text(json.dumps({"part": 0.417, "line": "250 of 600 bookings <b>asked</b> for"}))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    stop = threading.Event()
    server = threading.Thread(target=progress.show, args=(stop,), kwargs={"port": port, "file": file})
    server.start()
    try:
        answer = eventually(lambda: _ask(f"http://127.0.0.1:{port}/"))
        posted = httpx.post(f"http://127.0.0.1:{port}/api/v1/bookings", json={})
    finally:
        stop.set()
        server.join()

    assert answer.status_code == posted.status_code == 503
    assert answer.headers["retry-after"] == "2"
    assert 'http-equiv="refresh"' in answer.text
    assert "42 % · 250 of 600 bookings b>asked/b> for" in answer.text
    assert "<script" not in answer.text


def test_a_page_without_a_file_begins_at_nothing(tmp_path: Path):
    assert "0 % · starting" in progress.page_of(tmp_path / "none.json")


def _ask(url: str) -> httpx.Response | None:
    try:
        return httpx.get(url)
    except httpx.HTTPError:
        return None
