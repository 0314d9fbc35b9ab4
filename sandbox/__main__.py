"""`python -m sandbox`: start the sandbox, say where it listens, stop on SIGTERM."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import signal
import socket
import sys
from pathlib import Path

import uvicorn

from sandbox.app import Sandbox
from sandbox.settings import Settings
from sandbox.store import Store
from sandbox.travel import first_clock

log = logging.getLogger("sandbox")
_STOP_SECONDS = 3
# Vendors keep an idle connection for minutes: closed after seconds, it is often closed while the next request is on its way.
_IDLE_SECONDS = 300


class _Server(uvicorn.Server):
    """Says where the sandbox listens once it does."""

    def __init__(self, config: uvicorn.Config, ports: dict[str, int], ready_file: Path | None) -> None:
        super().__init__(config)
        self._ports, self._ready_file = ports, ready_file

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        line = json.dumps(self._ports)
        print(line, flush=True)
        if self._ready_file is not None:
            # Whoever waits for the file must never read a part of it.
            unfinished = self._ready_file.with_name(self._ready_file.name + ".new")
            unfinished.write_text(line + "\n")
            unfinished.replace(self._ready_file)


def main() -> int:
    """Read the command line and serve until told to stop."""
    arguments = _arguments()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    for chatty in ("mail.log", "httpx", "uvicorn", "asyncio"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    for number in (signal.SIGTERM, signal.SIGINT):
        # uvicorn raises the signal again once it has stopped; by then it has been obeyed.
        signal.signal(number, lambda *_: None)
    asyncio.run(_serve(arguments))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="HTTP; 0 takes a free one")
    parser.add_argument("--smtp-port", type=int, default=0, help="SMTP; 0 takes a free one")
    parser.add_argument("--state", type=Path, required=True, help="the folder for what must survive a restart")
    parser.add_argument("--guildhall-url", required=True, help="where guildhall is reached")
    parser.add_argument("--ready-file", type=Path, help="written when both ports listen")
    return parser.parse_args()


async def _serve(arguments: argparse.Namespace) -> None:
    arguments.state.mkdir(parents=True, exist_ok=True)
    http, smtp = (_listen(arguments.host, port) for port in (arguments.port, arguments.smtp_port))
    ports = {"port": http.getsockname()[1], "smtp_port": smtp.getsockname()[1]}
    guildhall_url = arguments.guildhall_url.rstrip("/")
    settings = Settings(
        public_url=os.environ.get("SANDBOX_URL") or f"http://localhost:{ports['port']}",
        guildhall_url=guildhall_url,
        guildhall_public_url=(os.environ.get("GUILDHALL_PUBLIC_URL") or guildhall_url).rstrip("/"),
        environment=os.environ,
    )
    store = Store(arguments.state / "sandbox.sqlite")
    sandbox = Sandbox(settings, store, await first_clock(store, guildhall_url))
    config = uvicorn.Config(
        sandbox.app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_STOP_SECONDS,
        timeout_keep_alive=_IDLE_SECONDS,
    )
    mail = await asyncio.get_running_loop().create_server(sandbox.smtp.protocol, sock=smtp)
    await _Server(config, ports, arguments.ready_file).serve(sockets=[http])
    mail.close()
    store.close()
    log.info("stopped")


def _listen(host: str, port: int) -> socket.socket:
    # Only with the protocol named does asyncio switch Nagle's delay off: 40 ms for each answer on a kept connection.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    return listener


if __name__ == "__main__":
    sys.exit(main())
