"""A person's client that asks until it is answered: the same key again after every lost or empty-handed answer."""

import time
from random import Random
from typing import Any

import httpx

from tests.chaos.acks import Ack, Acks, ids_in
from tests.clients import Api, Refusal
from tests.stack import PASSWORD, Person

_ASK_AGAIN = frozenset({429, 502, 503, 504})
_PATIENCE_SECONDS = 120.0
_HASTY_SECONDS = 0.03


class Silent(Exception):
    """No answer within the bound, however often we asked."""


class Stubborn:
    """
    Wraps one person's `Api` for many threads.

    With `haste` (a probability) the first try hangs up after 30 ms, as a telephone in a tunnel does: the request has been
    sent, the answer is not heard, and the same key goes out again.
    """

    def __init__(self, person: Person, acks: Acks, *, haste: float) -> None:
        """Use the person's session; their password opens another when it ends."""
        self.person = person
        self._acks = acks
        self._haste = haste
        self._hasty = Api(person.api.url)
        self._hasty.http.timeout = httpx.Timeout(30, read=_HASTY_SECONDS)

    def close(self) -> None:
        """Close the connections."""
        self._hasty.close()
        self.person.api.close()

    def read(self, path: str, **query: Any) -> Any:
        """Read, however long it takes to be answered. Raises Refusal."""
        response, _ = self._until_answered("GET", path, None, "", Random(0), query)
        return _body(response)

    def items(self, path: str, **query: Any) -> list[Any]:
        """Read a list to its end."""
        found: list[Any] = []
        cursor: dict[str, str] = {}
        while True:
            page = self.read(path, **query, **cursor)
            found.extend(page["items"])
            if page["next_cursor"] is None:
                return found
            cursor = {"cursor": page["next_cursor"]}

    def change(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        step: str,
        road: int,
        key: str,
        rng: Random,
        booking_id: str = "",
    ) -> Any:
        """
        Ask for a change until it is answered, and write the answer down.

        :raises Refusal: for an answer from 400 on. :raises Silent: when there is none.
        """
        self._acks.note_asked(booking_id, step, key)
        response, tries = self._until_answered(method, path, body, key, rng, {})
        found = _body(response)
        named_id, named_status = ids_in(found)
        self._acks.note_ack(
            Ack(
                after_seconds=self._acks.elapsed(),
                road=road,
                step=step,
                method=method,
                path=path,
                key=key,
                status=response.status_code,
                tries=tries,
                was_replayed=response.headers.get("Idempotent-Replayed") == "true",
                booking_id=booking_id or named_id,
                booking_status=named_status,
            )
        )
        return found

    def _until_answered(
        self, method: str, path: str, body: Any, key: str, rng: Random, query: dict[str, Any]
    ) -> tuple[httpx.Response, int]:
        give_up_at = time.monotonic() + _PATIENCE_SECONDS
        last = ""
        for tries in range(1, 10_000):
            is_hasty = method != "GET" and tries == 1 and rng.random() < self._haste
            try:
                response = self._send(method, path, body, key, query, is_hasty=is_hasty)
            except httpx.TransportError as error:
                last = repr(error)
            else:
                if not _is_empty_handed(response):
                    if response.status_code == 500:
                        self._acks.note_surprise(f"500 to {method} {path}: {response.text[:300]}")
                    return response, tries
                last = f"{response.status_code} {response.text[:200]}"
            if time.monotonic() > give_up_at:
                break
            if not is_hasty:
                time.sleep(0.1 + 0.4 * rng.random())
        raise Silent(f"{method} {path}: no answer in {_PATIENCE_SECONDS:.0f} s; last: {last}")

    def _send(
        self, method: str, path: str, body: Any, key: str, query: dict[str, Any], *, is_hasty: bool
    ) -> httpx.Response:
        api = self.person.api
        if is_hasty:
            self._hasty.tokens = {"access_token": api.tokens.get("access_token", "")}
            return self._hasty.send(method, path, body, key=key, **query)
        try:
            response = api.send(method, path, body, key=key, **query)
        except Refusal:  # The answer to an exchange of tokens was lost, so the token counts as stolen.
            response = httpx.Response(401)
        if response.status_code == 401:
            api.log_in(self.person.email, PASSWORD)
            response = api.send(method, path, body, key=key, **query)
        return response


def _is_empty_handed(response: httpx.Response) -> bool:
    """Not an answer: the system is away for a moment, or the same key is still being worked on."""
    if response.status_code in _ASK_AGAIN:
        return True
    return response.status_code == 409 and response.json().get("code") == "request_in_progress"


def _body(response: httpx.Response) -> Any:
    if response.status_code >= 400:
        is_problem = response.headers.get("content-type", "").startswith("application/problem+json")
        raise Refusal(response.status_code, response.json() if is_problem else {"detail": response.text[:500]})
    return response.json() if response.content else None
