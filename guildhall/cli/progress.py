"""What the pages' port answers while the city's past is lived: one page that says how far it is and looks again by itself."""

from __future__ import annotations

import json
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_AGAIN_SECONDS = 2
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="{again}">
<title>{percent} % · Guildhall is getting ready</title>
<link rel="icon" href="data:,">
<style>
:root {{ color-scheme: light dark; font: 1.0625rem/1.5 system-ui, sans-serif; }}
body {{ margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem; box-sizing: border-box;
  background: light-dark(#f5f5f4, #1c1917); color: light-dark(#1c1917, #f5f5f4); }}
main {{ width: 100%; max-width: 30rem; }}
h1 {{ font-size: 1.6rem; line-height: 1.2; margin: 0 0 .5rem; }}
p {{ margin: .5rem 0; color: light-dark(#57534e, #d6d3d1); }}
progress {{ width: 100%; height: .75rem; accent-color: light-dark(#4338ca, #a5b4fc); margin: 1rem 0 .25rem; }}
.now {{ font-variant-numeric: tabular-nums; }}
</style>
</head>
<body>
<main>
<h1>A city is coming to life</h1>
<p>Its people have signed up, and three months of their bookings are being lived before you meet them. This happens once.</p>
<progress max="100" value="{percent}" aria-label="How far it is">{percent} %</progress>
<p class="now" role="status">{percent} % · {line}</p>
<p>This page looks again every {again} seconds; the applications open here when it is done.</p>
</main>
</body>
</html>
"""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        """Show the page, whatever was asked for: nothing else is here yet."""
        body = page_of(self.server.file).encode()
        self.send_response(HTTPStatus.SERVICE_UNAVAILABLE)
        for name, value in {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Length": str(len(body)),
            "Retry-After": str(_AGAIN_SECONDS),
            "Cache-Control": "no-store",
            "Content-Security-Policy": _POLICY,
            "X-Content-Type-Options": "nosniff",
        }.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 - the names that the base class looks for

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in the base class
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, file: Path) -> None:
        self.file = file
        super().__init__(("127.0.0.1", port), _Handler)


def page_of(file: Path) -> str:
    """Write the page from what the file says: `part` (0 to 1) and `line`."""
    try:
        known = json.loads(file.read_text())
    except (OSError, ValueError):
        known = {}
    percent = round(100 * min(1.0, max(0.0, float(known.get("part", 0)))))
    line = str(known.get("line", "starting")).translate({ord("<"): None, ord("&"): None})
    return _PAGE.format(percent=percent, line=line, again=_AGAIN_SECONDS)


def show(stop: threading.Event, *, port: int, file: Path) -> None:
    """Answer on the port until `stop` is set."""
    server = _Server(port, file)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    stop.wait()
    server.shutdown()
    server.server_close()
