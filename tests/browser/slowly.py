"""A bad line between the browser and the system."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

_PIECES = 8
_PIECE_SECONDS = 0.06
_FONT_SECONDS = 0.8
_PASSED_ON = ("Content-Type", "Content-Security-Policy")


class _Line(BaseHTTPRequestHandler):
    site: str

    def do_GET(self) -> None:
        if self.path.endswith("/live/events"):  # Never ends, and a page shows itself without it.
            self.send_error(503)
            return
        there = HTTPConnection(self.site, timeout=10)
        there.request("GET", self.path, headers={"Host": self.site, "Cookie": self.headers["Cookie"] or ""})
        answer = there.getresponse()
        body = answer.read()
        there.close()
        is_page = str(answer.headers["Content-Type"]).startswith("text/html")
        if self.path.endswith(".woff2"):
            time.sleep(_FONT_SECONDS)
        self.send_response(answer.status)
        self.send_header("Content-Length", str(len(body)))
        for name in _PASSED_ON:
            if name in answer.headers:
                self.send_header(name, answer.headers[name])
        self.end_headers()
        size = max(1, len(body) // _PIECES) if is_page else max(1, len(body))
        for start in range(0, len(body), size):
            if start:
                time.sleep(_PIECE_SECONDS)
            self.wfile.write(body[start : start + size])

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def slowly(site: str) -> Iterator[str]:
    """Give an address at which `site` is read over a line that brings a page in pieces, and its font last of all."""
    handler = type("Line", (_Line,), {"site": urlsplit(site).netloc})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as line:
        Thread(target=line.serve_forever, daemon=True).start()
        try:
            yield f"http://localhost:{line.server_port}"
        finally:
            line.shutdown()
