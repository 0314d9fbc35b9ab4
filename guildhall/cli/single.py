"""Everything in one process, a thread for each role: for tests and for machines with little memory."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from guildhall.cli.processes import Work

_FINISH_SECONDS = 10.0
_WEB_THREADS = 8


class _Server(WSGIServer):
    """Answers in a fixed number of threads: each keeps its database connection."""

    request_queue_size = 128

    def __init__(self, *arguments: Any) -> None:
        self._threads = ThreadPoolExecutor(_WEB_THREADS, thread_name_prefix="web")
        super().__init__(*arguments)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread of the pool."""
        self._threads.submit(self._answer, request, client_address)

    def _answer(self, request: Any, client_address: Any) -> None:
        try:
            self.finish_request(request, client_address)
        except Exception:  # noqa: BLE001 - one broken request or connection must not end a thread of the pool
            self.handle_error(request, client_address)
        finally:
            self.shutdown_request(request)

    def server_close(self) -> None:
        """Stop listening and let running answers finish."""
        super().server_close()
        self._threads.shutdown()


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in the base class
        """Say nothing: requests are not the log's business."""


def run_all(stop: threading.Event, *, port: int, works: Mapping[str, Work]) -> int:
    """Serve HTTP and do every role's work until `stop` is set; a role that fails ends all, with status 1."""
    from guildhall.wsgi import application  # noqa: PLC0415 - loads Django

    server = make_server("127.0.0.1", port, application, server_class=_Server, handler_class=_Quiet)
    failed: list[str] = []
    threads = [
        threading.Thread(target=partial(_work, name, work, stop, failed), name=name, daemon=True)
        for name, work in works.items()
    ]
    web = threading.Thread(target=server.serve_forever, name="web", daemon=True)
    for thread in (*threads, web):
        thread.start()
    stop.wait()
    server.shutdown()
    server.server_close()
    for thread in threads:
        thread.join(timeout=_FINISH_SECONDS)
    return 1 if failed else 0


def _work(name: str, work: Work, stop: threading.Event, failed: list[str]) -> None:
    try:
        work(stop)
    finally:
        if not stop.is_set():
            failed.append(name)
            stop.set()
