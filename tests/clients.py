"""Clients of a running system: `Api` speaks with the system's own address, `Sandbox` with the emulators beside it."""

import re
import ssl
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import httpx

Found = TypeVar("Found")
VISA = "4242424242424242"
DECLINED = "4000000000000002"
DECLINED_LATER = "4000000000000341"
ASKS_ONCE = "4000002500003155"
ASKS_ALWAYS = "4000002760003184"
GOOD_BANK = "000123456789"
FAILING_BANK = "000111111116"
RETURNING_BANK = "000888888883"
_CODE = re.compile(r"\b\d{6}\b")


class Refusal(Exception):
    """The system said no; `body` is its problem+json."""

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        super().__init__(f"{status} {body.get('code')}: {body.get('detail')} {body.get('errors', '')}")
        self.status = status
        self.body = body
        self.code = str(body.get("code", ""))


def eventually(look: Callable[[], Found], seconds: float = 10.0, pause: float = 0.05) -> Found:
    """Return the first true answer of `look`; fail after `seconds` (real time) without one."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"nothing after {seconds} s"
        time.sleep(pause)
    return found


# Everything here speaks plain HTTP with this machine; to read the world's certificates for each client takes 20 ms.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@dataclass
class Api:
    """
    Somebody who speaks HTTP with the API, with an access token or without one.

    A request that changes something carries a fresh Idempotency-Key unless the caller gives one. A token that has ended is
    exchanged and the request sent again.
    """

    url: str
    tokens: dict[str, Any] = field(default_factory=dict, repr=False)
    http: httpx.Client = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=f"{self.url}/api/v1", timeout=30, trust_env=False, verify=NO_TLS)

    def send(self, method: str, path: str, body: Any = None, *, key: str = "", **query: Any) -> httpx.Response:
        """Send one request and give the answer, whatever it is. Raises httpx.TransportError when none came."""
        response = self._send(method, path, body, key or str(uuid.uuid4()), query)
        if response.status_code == 401 and self.tokens.get("refresh_token"):
            self.take_tokens(self.ask("POST", "auth/refresh", {"refresh_token": self.tokens.pop("refresh_token")}))
            response = self._send(method, path, body, key or str(uuid.uuid4()), query)
        return response

    def ask(self, method: str, path: str, body: Any = None, *, key: str = "", **query: Any) -> Any:
        """
        Send, and give the answer's JSON (None when it is empty).

        :raises Refusal: for every answer from 400 on.
        """
        response = self.send(method, path, body, key=key, **query)
        if response.status_code >= 400:
            is_problem = response.headers.get("content-type", "").startswith("application/problem+json")
            raise Refusal(response.status_code, response.json() if is_problem else {"detail": response.text[:500]})
        return response.json() if response.content else None

    def get(self, path: str, **query: Any) -> Any:
        """Read."""
        return self.ask("GET", path, **query)

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        """Ask for a change."""
        return self.ask("POST", path, body, **options)

    def put(self, path: str, body: Any = None, **options: Any) -> Any:
        """Set something."""
        return self.ask("PUT", path, body, **options)

    def delete(self, path: str, **options: Any) -> Any:
        """Take something away."""
        return self.ask("DELETE", path, **options)

    def items(self, path: str, **query: Any) -> list[Any]:
        """Read a list to its end, page by page."""
        found: list[Any] = []
        cursor: dict[str, str] = {}
        while True:
            page = self.get(path, **query, **cursor)
            found.extend(page["items"])
            if page["next_cursor"] is None:
                return found
            cursor = {"cursor": page["next_cursor"]}

    def log_in(self, email: str, password: str) -> "Api":
        """Sign in with e-mail and password."""
        self.take_tokens(self.post("auth/login", {"email": email, "password": password}))
        return self

    def take_tokens(self, tokens: Mapping[str, Any]) -> None:
        """Use a pair of tokens from now on."""
        self.tokens = dict(tokens)

    def close(self) -> None:
        """Close the connections."""
        self.http.close()

    def _send(self, method: str, path: str, body: Any, key: str, query: Mapping[str, Any]) -> httpx.Response:
        headers = {}
        if "access_token" in self.tokens:
            headers["Authorization"] = f"Bearer {self.tokens['access_token']}"
        if method != "GET":
            headers["Idempotency-Key"] = key
        params = {name: value for name, value in query.items() if value is not None}
        return self.http.request(method, path, json=body, params=params or None, headers=headers)


@dataclass
class Sandbox:
    """The control and the inspection of the emulators, and the pages that people visit at the vendors'."""

    url: str
    http: httpx.Client = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=self.url, timeout=290, trust_env=False, verify=NO_TLS)

    # Time

    def now(self) -> datetime:
        """Tell the system's time (virtual, UTC)."""
        return datetime.fromisoformat(self._get("/sandbox/clock")["now"])

    def travel(self, *, by: str | float | None = None, to: datetime | None = None) -> dict[str, Any]:
        """Go forward deadline by deadline (`by` as "2h", "35 min" or seconds) and wait until all is quiet."""
        target = {"by": by} if to is None else {"to": to.isoformat()}
        response = self.http.post("/sandbox/clock", json=target)
        assert response.is_success, response.text
        return dict(response.json())

    def quiet(self) -> None:
        """Wait until nothing is due, at work or on its way."""
        self.travel(by=0)

    # Mail and text messages

    def mails(self, to: str, subject: str = "", after: int = 0) -> list[dict[str, Any]]:
        """List somebody's mails, oldest first."""
        found = self._get("/sandbox/mailbox", to=to, subject=subject, after=after, limit=1000)["mails"]
        return list(reversed(found))

    def mail(self, number: int) -> dict[str, Any]:
        """Read one whole mail."""
        return self._get(f"/sandbox/mailbox/{number}")

    def code(self, email: str, *, after: int = 0) -> str:
        """Wait for the mail with the newest one-time code and give the code."""

        def look() -> str:
            for mail in reversed(self.mails(email, after=after)):
                if found := _CODE.search(f"{mail['subject']} {self.mail(mail['id'])['text']}"):
                    return found.group()
            return ""

        return eventually(look)

    def texts(self, to: str, after: int = 0) -> list[dict[str, Any]]:
        """List the text messages of a number, oldest first, both directions."""
        found = self._get("/sandbox/sms", to=to, after=after, limit=1000)["messages"]
        return sorted(found, key=lambda message: message["id"])

    def text_us(self, sender: str, body: str, recipient: str) -> dict[str, Any]:
        """Send a text message to the system, as a person would."""
        message = {"from": sender, "to": recipient, "body": body}
        response = self.http.post("/sandbox/sms/inbound", json=message)
        assert response.is_success, response.text
        return dict(response.json())

    # The vendors' pages

    def pay(self, page: str, card: str = VISA, *, authentication: str = "complete") -> httpx.Response:
        """
        Visit the hosted page and give a card; at the bank's step, `authentication` is `complete` or `fail`.

        Gives the last answer: 303 back to the shop, or the page with an alert (402, 422).
        """
        fields = {"number": card, "exp": "12/40", "cvc": "123", "zip": "92101"}
        response = self.http.post(page, data=fields)
        if response.status_code == 303 and response.headers["location"].endswith("/authenticate"):
            response = self.http.post(response.headers["location"], data={"outcome": authentication})
        return response

    def onboard(self, page: str, *, legal_name: str, bank: str = GOOD_BANK) -> None:
        """Visit the vendor's onboarding page and give a bank account."""
        fields = {"legal_name": legal_name, "routing_number": "110000000", "account_number": bank}
        response = self.http.post(page, data=fields)
        assert response.status_code == 303, response.text

    # Faults and books

    def fault(self, **order: Any) -> None:
        """Order a fault (see sandbox/faults.py)."""
        response = self.http.post("/sandbox/faults", json=order)
        assert response.is_success, response.text

    def clear_faults(self) -> None:
        """Disarm all faults."""
        assert self.http.delete("/sandbox/faults").is_success

    def books(self) -> dict[str, Any]:
        """Give the payment vendor's own account of what it did."""
        return self._get("/sandbox/books")

    def health(self) -> dict[str, Any]:
        """Give the sandbox's pulse, with every breach of a vendor's contract."""
        return self._get("/sandbox/health")

    def close(self) -> None:
        """Close the connections."""
        self.http.close()

    def _get(self, path: str, **query: Any) -> dict[str, Any]:
        response = self.http.get(path, params=query or None)
        assert response.is_success, response.text
        return dict(response.json())
