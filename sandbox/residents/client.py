"""One door to the API for all residents: their sessions, an upper limit on requests, and patience with refusals."""

from __future__ import annotations

import logging
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import httpx

from sandbox.residents.people import Cast

log = logging.getLogger("residents")
_SESSIONS_MAX = 200
_SESSION_SECONDS = 240.0  # an access token lives five minutes
_A_SECOND = 6.0
_BURST = 12.0
_LONGEST_WAIT_SECONDS = 30.0


class Refused(Exception):
    """The API said no: somebody else was first, it was too late, or the state is another by now."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status, self.code = status, code


class Busy(Exception):
    """The API asks to come back later, or does not answer."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"again in {seconds:.0f} s")
        self.seconds = seconds


class Residence:
    """Speaks for residents. At most `a_second` requests a second in the long run, and so many sessions are remembered."""

    def __init__(
        self,
        guildhall_url: str,
        cast: Cast,
        *,
        a_second: float = _A_SECOND,
        sleep: Callable[[float], object] = time.sleep,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._http = httpx.Client(base_url=guildhall_url, timeout=15.0, trust_env=False, transport=transport)
        self._cast, self._rate, self._sleep = cast, a_second, sleep
        self._tokens: OrderedDict[str, tuple[str, float]] = OrderedDict()
        self._allowance, self._counted_at = _BURST, time.monotonic()
        self.requests = 0

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def look(self) -> dict[str, Any]:
        """See which offers are open and which bookings go on. :raises Busy: when there is no answer."""
        seen: dict[str, Any] = self._read(self._send("GET", "/internal/waiting"))
        return seen

    def ask(self, who: str, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """
        Ask the API as a resident; logs in first, and once more when the session is over by then.

        :raises Refused: :raises Busy:
        """
        for is_last in (False, True):
            headers = {"authorization": f"Bearer {self._token(who)}", "idempotency-key": uuid.uuid4().hex}
            answer = self._send(method, f"/api/v1/{path}", json=body, headers=headers)
            if answer.status_code != httpx.codes.UNAUTHORIZED or is_last:
                return self._read(answer)
            self._tokens.pop(who, None)
        raise AssertionError("unreachable")

    def pay(self, url: str, fields: dict[str, str]) -> None:
        """Fill in the vendor's hosted page."""
        try:
            self._http.post(url, data=fields)
        except httpx.HTTPError as error:
            raise Busy(5.0) from error

    def _token(self, who: str) -> str:
        token, until = self._tokens.get(who, ("", 0.0))
        if time.monotonic() < until:
            self._tokens.move_to_end(who)
            return token
        body = {"email": self._cast.email(who), "password": self._cast.password}
        tokens = self._read(self._send("POST", "/api/v1/auth/login", json=body))
        self._tokens[who] = (str(tokens["access_token"]), time.monotonic() + _SESSION_SECONDS)
        self._tokens.move_to_end(who)
        while len(self._tokens) > _SESSIONS_MAX:
            self._tokens.popitem(last=False)
        return str(tokens["access_token"])

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        self._take_turn()
        self.requests += 1
        try:
            return self._http.request(method, path, **options)
        except httpx.HTTPError as error:
            raise Busy(2.0) from error

    def _take_turn(self) -> None:
        """Wait until the allowance has a request in it."""
        now = time.monotonic()
        self._allowance = min(_BURST, self._allowance + (now - self._counted_at) * self._rate)
        self._counted_at = now
        self._allowance -= 1
        if self._allowance < 0:
            self._sleep(-self._allowance / self._rate)

    @staticmethod
    def _read(answer: httpx.Response) -> Any:
        if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
            wait = answer.headers.get("retry-after", "")
            raise Busy(min(_LONGEST_WAIT_SECONDS, float(wait) if wait.isdigit() else 10.0))
        if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise Busy(5.0)
        if answer.is_success:
            return answer.json() if answer.content else None
        try:
            code = str(answer.json().get("code", ""))
        except ValueError:
            code = ""
        raise Refused(answer.status_code, code)
