"""HTTP to the running system and to the sandbox, written down as it happens."""

from __future__ import annotations

import json
import secrets
from collections import deque
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urljoin

import httpx

_ANSWER_SECONDS = 30.0
_JOURNEY_SECONDS = 600.0
_SHOWN = 4
_BODY_SHOWN = 4_000
_SECRET = ("password", "token", "code")


class Unexpected(Exception):
    """An edge answered something else than the road needs."""


class _Form(HTMLParser):
    """Reads a page's form as a browser does: where it goes, and the fields somebody can fill in."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.fields: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember the form's address and the names of its fields."""
        given = dict(attrs)
        if tag == "form":
            self.action = given.get("action") or ""
        elif tag == "input" and given.get("name"):
            self.fields.append(str(given["name"]))


class Edges:
    """The two servers. Every exchange goes to the log; the last few are kept for whoever has to say what went wrong."""

    def __init__(self, guildhall_url: str, sandbox_url: str, *, log: Path) -> None:
        self._guildhall = httpx.Client(base_url=guildhall_url, timeout=_ANSWER_SECONDS, trust_env=False)
        self._sandbox = httpx.Client(base_url=sandbox_url, timeout=_JOURNEY_SECONDS, trust_env=False)
        log.parent.mkdir(parents=True, exist_ok=True)
        self._log = log.open("w")
        self._last: deque[str] = deque(maxlen=_SHOWN)

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close what is open."""
        self._guildhall.close()
        self._sandbox.close()
        self._log.close()

    def note(self, line: str) -> None:
        """Write a line into the log."""
        self._log.write(f"{line}\n")
        self._log.flush()

    def last_exchanges(self) -> str:
        """Give the last requests with their answers."""
        return "\n".join(self._last)

    def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        token: str = "",
        wanted: tuple[int, ...] = (200, 201, 202, 204),
        query: Mapping[str, Any] | None = None,
    ) -> httpx.Response:
        """
        Ask the API; what changes something carries a key of its own.

        :raises Unexpected: when the status is none of those wanted.
        """
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if method != "GET":
            headers["Idempotency-Key"] = secrets.token_hex(16)
        request = self._guildhall.build_request(method, path, json=body, headers=headers, params=query)
        return self._send(self._guildhall, request, wanted, body)

    def sandbox(self, path: str, **query: str) -> Any:
        """Look into the sandbox: its mailbox, its text messages, its books, its health."""
        request = self._sandbox.build_request("GET", path, params=query, headers={"Accept": "application/json"})
        return self._send(self._sandbox, request, (200,), None).json()

    def travel(self, **where: str) -> dict[str, Any]:
        """Move the whole system's clock forward: `to` an instant or `by` a length."""
        request = self._sandbox.build_request("POST", "/sandbox/clock", json=where)
        answer: dict[str, Any] = self._send(self._sandbox, request, (200,), where).json()
        return answer

    def fill_in(self, url: str, values: Mapping[str, str]) -> str:
        """
        Open a vendor's hosted page, fill in its form and send it; gives where the page leads back to.

        :raises Unexpected: when the page asks for something else than `values`, or refuses them.
        """
        page = self._send(self._sandbox, self._sandbox.build_request("GET", url), (200,), None)
        form = _Form()
        form.feed(page.text)
        if set(form.fields) != set(values):
            raise Unexpected(f"the page asks for {form.fields}, not for {list(values)}")
        request = self._sandbox.build_request("POST", urljoin(url, form.action), data=dict(values))
        return self._send(self._sandbox, request, (302, 303), None).headers["location"]

    def _send(
        self, client: httpx.Client, request: httpx.Request, wanted: tuple[int, ...], body: Mapping[str, Any] | None
    ) -> httpx.Response:
        try:
            response = client.send(request)
        except httpx.HTTPError as error:
            self._write(f"{request.method} {request.url} {_shown(body)}\n  {error!r}")
            raise Unexpected(f"{request.method} {request.url.path}: {error!r}") from error
        self._write(
            f"{request.method} {request.url} {_shown(body)}\n  {response.status_code} {_shown_answer(response)}"
        )
        if response.status_code not in wanted:
            raise Unexpected(f"{request.method} {request.url.path} answered {response.status_code}, not {wanted}")
        return response

    def _write(self, exchange: str) -> None:
        self._last.append(exchange)
        self.note(exchange)


def _shown(body: Mapping[str, Any] | None) -> str:
    if body is None:
        return ""
    return json.dumps({name: "..." if name in _SECRET else value for name, value in body.items()})


def _shown_answer(response: httpx.Response) -> str:
    if "token" in response.text[:_BODY_SHOWN]:
        return "(tokens)"
    kind = response.headers.get("content-type", "")
    return f"({kind})" if "html" in kind and response.is_success else response.text[:_BODY_SHOWN]
