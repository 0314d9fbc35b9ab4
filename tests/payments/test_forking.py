"""A process that is forked off asks the vendor over a connection of its own: over a shared one, either could read the other's answer."""

import multiprocessing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from guildhall.payments import gateway


class _Vendor(ThreadingHTTPServer):
    def __init__(self) -> None:
        self.callers: list[tuple[str, int]] = []
        super().__init__(("127.0.0.1", 0), _Answers)


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # Connections are kept, as the vendor keeps them.
    server: _Vendor

    def do_POST(self) -> None:
        self.server.callers.append(self.client_address)
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_a_forked_process_does_not_share_the_connection(settings):
    with _Vendor() as vendor:
        Thread(target=vendor.serve_forever, daemon=True).start()
        settings.STRIPE_API_BASE = f"http://127.0.0.1:{vendor.server_port}"
        gateway.keep_platform_money()
        child = multiprocessing.get_context("fork").Process(target=gateway.keep_platform_money)
        child.start()
        child.join(timeout=60)
        gateway.keep_platform_money()
        vendor.shutdown()

    before, forked, after = vendor.callers
    assert child.exitcode == 0
    assert before == after, "no connection is kept: this shows nothing"
    assert forked != before
