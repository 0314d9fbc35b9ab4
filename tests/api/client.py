"""Somebody who speaks HTTP with the API."""

import json
import time
from itertools import count
from typing import Any

import jwt
from django.test import Client

from guildhall.identity import keys
from guildhall.identity.commands import issue_tokens
from guildhall.kernel.ids import public_id
from guildhall.timers.queries import clock_now
from tests.given_people import Person

_keys = count(1)
_began = int(time.time())
_ANY_AGE = {"verify_exp": False, "verify_iat": False, "verify_aud": False}
BASE = "/api/v1"
PREFIXES = {"customer": "cu", "provider": "pr", "operator": "op"}


class Api:
    """A client with an access token, or without one (`person` None)."""

    def __init__(self, person: Person | None = None) -> None:
        self.person = person
        self.http = Client()
        self.token = issue_tokens(account_id=person.id, at=clock_now()).access if person else ""

    @property
    def id(self) -> str:
        """The person's outside name."""
        assert self.person is not None
        return public_id(PREFIXES[self.person.actor.kind], self.person.id)

    def ask(self, method: str, path: str, body: Any = None, *, raw: bytes | None = None, **headers: str) -> Any:
        """
        Ask with a fresh Idempotency-Key where something changes; `headers` add to or replace ours, an empty one takes it away.

        Header names are written with underscores.
        """
        sent = {"Authorization": f"Bearer {_kept_alive(self.token)}" if self.token else ""}
        if method in {"POST", "PUT", "DELETE"}:
            sent["Idempotency-Key"] = f"test-{next(_keys)}"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        content_type = sent.pop("Content-Type", "application/json")
        payload = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        address = path if path.startswith("/") else f"{BASE}/{path}"
        return self.http.generic(
            method,
            address,
            payload,
            content_type=content_type,
            headers={name: value for name, value in sent.items() if value},
        )

    def get(self, path: str, **headers: str) -> Any:
        """Read."""
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """Ask for a change."""
        return self.ask("POST", path, body, **headers)

    def put(self, path: str, body: Any = None, **headers: str) -> Any:
        """Set something."""
        return self.ask("PUT", path, body, **headers)

    def delete(self, path: str, **headers: str) -> Any:
        """Take something away."""
        return self.ask("DELETE", path, **headers)


def _kept_alive(token: str) -> str:
    """A genuine token with five more minutes: the world's transaction stands still at its beginning, tokens live by real time."""
    try:
        claims = jwt.decode(token, keys.derived("access token"), ["HS256"], options=_ANY_AGE)
    except jwt.InvalidTokenError:
        return token
    now = int(time.time())
    if claims["exp"] > now + 60 or claims["exp"] < _began:
        return token
    return jwt.encode({**claims, "iat": now, "exp": now + 300}, keys.derived("access token"), "HS256")
