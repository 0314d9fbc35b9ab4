"""What every process of one running system is told through its environment."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, fields

from guildhall.cli.state import CHECKOUT, State
from guildhall.payments.types import FOLLOWED

LAST_PORT = 65535
_PASSED_TO_SANDBOX_NEVER = ("DATABASE_URL", "DIRECT_DATABASE_URL", "MIGRATION_DATABASE_URL", "GUILDHALL_SECRET_KEY")
_FROM_NUMBER = "+16195550100"


class Unusable(Exception):
    """What was asked for cannot be started; the message says what is missing or in the way."""


@dataclass(frozen=True)
class Ports:
    """
    The TCP ports of one running system, all on 127.0.0.1; the database has a unix socket instead.

    People and programs come to `web`, where the proxy hands them on to `server` and `realtime`.
    """

    web: int
    sandbox: int
    smtp: int
    realtime: int
    server: int


_claims: list[int] = []


def choose_ports(start: int, *, exactly: bool) -> Ports:
    """
    Find free ports from `start` on, and keep them from every other system of this machine until this process ends.

    :param exactly: the first port must be `start` itself.
    :raises Unusable: when it is taken, or none is left.
    """
    web = _free_port(start)
    if exactly and web != start:
        message = f"port {start} is taken; another one: --port {web}"
        raise Unusable(message)
    ports = [web]
    while len(ports) < len(fields(Ports)):
        ports.append(_free_port(ports[-1] + 1))
    return Ports(*ports)


def claims() -> list[int]:
    """Give the descriptors that keep this process's ports from others, for its children to close."""
    return _claims


def _free_port(start: int) -> int:
    for port in range(start, LAST_PORT + 1):
        if (claim := _claim(port)) is None:
            continue
        if _is_free(port):
            _claims.append(claim.detach())
            return port
        claim.close()
    message = f"no port from {start} on can be used"
    raise Unusable(message)


def _claim(port: int) -> socket.socket | None:
    """Take the name of a port, which one process has at a time: whoever only looks can be overtaken before their roles listen."""
    claim = socket.socket(socket.AF_UNIX)
    try:
        claim.bind(f"\0guildhall-port-{port}")  # An abstract address: no file, gone with its process.
    except OSError:
        claim.close()
        return None
    return claim


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def for_roles(state: State, *, app_url: str, owner_url: str, ports: Ports, vertical: str) -> dict[str, str]:
    """
    Return the environment of every role: what was set from outside wins, then this system's own values.

    :param app_url: the database as the role the system runs as. :param owner_url: the same as the owner of its tables.
    """
    sandbox_url = f"http://127.0.0.1:{ports.sandbox}"
    secrets = state.secrets()
    own = {
        "GUILDHALL_ENV": "sandbox",
        "GUILDHALL_PUBLIC_URL": f"http://localhost:{ports.web}",
        "GUILDHALL_SECRET_KEY": secrets["GUILDHALL_SECRET_KEY"],
        "DIRECT_DATABASE_URL": app_url,
    }
    if os.environ.get("GUILDHALL_ENV", "sandbox") == "sandbox":
        # Invented keys open the emulators only; real vendors' keys have to be given.
        own |= secrets
        own |= {
            "TWILIO_FROM_NUMBER": _FROM_NUMBER,
            "SANDBOX_URL": sandbox_url,
            "STRIPE_API_BASE": sandbox_url,
            "TWILIO_API_BASE": sandbox_url,
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(ports.smtp),
        }
    fixed = {
        "DATABASE_URL": app_url,
        "MIGRATION_DATABASE_URL": owner_url,
        "GUILDHALL_VERTICAL": vertical,
        "GUILDHALL_STATE": str(state.folder),
        "DJANGO_SETTINGS_MODULE": "guildhall.settings",
        "PYTHONPATH": str(CHECKOUT),
        "PYTHONUNBUFFERED": "1",
    }
    return {**own, **os.environ, **fixed}


def for_sandbox(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what the emulators may know: the secrets and the choice of events they share with the system, never its database."""
    known = {name: value for name, value in environment.items() if name not in _PASSED_TO_SANDBOX_NEVER}
    return {**known, "SANDBOX_STRIPE_EVENTS": json.dumps({name: sorted(types) for name, types in FOLLOWED.items()})}
