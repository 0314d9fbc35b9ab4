"""The proxy in front: one origin for pages, API and live pages; it waits for a server that is being replaced."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from guildhall.cli.environment import Ports, Unusable
from guildhall.cli.processes import Program

_LIVE_PATHS = ("/api/v1/live", "/my/live/events", "/pro/live/events", "/ops/live/events")
# A server that was killed is back within seconds: who asks meanwhile waits instead of hearing of it.
_WAIT_FOR_SERVER = "10s"
_UNAVAILABLE = "The service is starting again. Please ask again in a moment."

# Live pages need no `flush_interval`: event streams are passed on as they come. With one, the stream of a page that somebody left would
# stay open until the next sign of life, and who goes through some pages quickly would get no more of them.
#
# It neither compresses nor asks for what is compressed of its own accord: what it packs or unpacks loses its length, and an answer
# that broke off would be passed on as a whole one.
_CADDYFILE = """\
{{
	admin off
	auto_https off
	log {{
		level ERROR
	}}
	servers {{
		protocols h1
	}}
}}

http://:{ports.web} {{
	bind 127.0.0.1
	header -Server
	@live path {live}
	handle @live {{
		reverse_proxy 127.0.0.1:{ports.realtime} {{
			lb_try_duration {wait}
			transport http {{
				compression off
			}}
		}}
	}}
	handle {{
		reverse_proxy 127.0.0.1:{ports.server} {{
			lb_try_duration {wait}
			transport http {{
				compression off
			}}
		}}
	}}
	handle_errors {{
		header Retry-After 1
		header Cache-Control no-store
		@api path /api/*
		handle @api {{
			header Content-Type application/problem+json
			respond `{{"type": "about:blank", "title": "Unavailable", "status": 503, "code": "unavailable", "detail": "{unavailable}"}}` 503
		}}
		handle {{
			header Content-Type "text/html; charset=utf-8"
			respond `<!doctype html><html lang="en"><meta http-equiv="refresh" content="2"><title>One moment</title><p>{unavailable}</p></html>` 503
		}}
	}}
}}
"""


def program(ports: Ports, folder: Path) -> Program:
    """
    Give the proxy's program, its configuration written to `folder`.

    :raises Unusable: when the program is not on this machine.
    """
    caddy = shutil.which("caddy")
    if caddy is None:
        message = "caddy is missing (it serves pages, API and live pages as one origin): apt-get install caddy"
        raise Unusable(message)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "Caddyfile"
    file.write_text(
        _CADDYFILE.format(ports=ports, live=" ".join(_LIVE_PATHS), wait=_WAIT_FOR_SERVER, unavailable=_UNAVAILABLE)
    )
    # Its own folders: nothing of this system in the home of whoever runs it.
    environment = {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    return Program([caddy, "run", "--config", str(file), "--adapter", "caddyfile"], environment)
