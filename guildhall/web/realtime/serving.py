"""The loop of the `realtime` role: one server, many open streams."""

import threading

import uvicorn

from guildhall.web.realtime.app import make_application

_GRACE_SECONDS = 2
_SOCKETS = 20_000


def run_realtime(stop: threading.Event, *, port: int, host: str = "127.0.0.1") -> None:
    """Serve live pages until `stop` is set; open streams end, and their clients come back with their last position."""
    app = make_application()
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        ws="none",
        limit_concurrency=_SOCKETS,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        server_header=False,
    )
    server = uvicorn.Server(config)

    def end() -> None:
        stop.wait()
        server.should_exit = True

    threading.Thread(target=end, daemon=True, name="end").start()
    server.run()
