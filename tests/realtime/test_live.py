"""Live pages over real sockets: nothing is missed or told twice, whatever is killed, and a stream ends with its session."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from psycopg_pool import PoolTimeout

from guildhall.eventlog import delivery
from guildhall.eventlog.commands import ensure_subscriptions
from guildhall.identity.commands import issue_tokens, revoke_tokens, sign_out
from guildhall.notifications.commands import nudge
from guildhall.notifications.queries import feed_after, feed_head
from guildhall.timers.queries import clock_now
from guildhall.web.realtime.app import make_application
from guildhall.web.realtime.hub import SOCKETS_AT_MOST
from tests import given_people as people

pytestmark = pytest.mark.committed
SERVER = """
import sys, threading, django
django.setup()
from guildhall.web.realtime.serving import run_realtime
run_realtime(threading.Event(), port=int(sys.argv[1]))
"""


class Live:
    """A process of the realtime role on a port of its own, which can be killed and started again."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen([sys.executable, "-c", SERVER, str(self.port)], env=dict(os.environ))
        give_up_at = time.monotonic() + 30
        while time.monotonic() < give_up_at:
            try:
                if httpx.get(f"{self.url}/health", trust_env=False).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise AssertionError("It does not answer.")

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=5)

    @contextmanager
    def stream(self, token: str, after: int | None = None) -> Iterator["Events"]:
        headers = {"Authorization": f"Bearer {token}"}
        if after is not None:
            headers["Last-Event-ID"] = str(after)
        with (
            httpx.Client(trust_env=False, timeout=20) as client,
            client.stream("GET", f"{self.url}/api/v1/live", headers=headers) as response,
        ):
            assert response.status_code == 200, response.read()
            assert response.headers["content-type"].startswith("text/event-stream")
            yield Events(response)

    def refusal(self, path: str, **headers: str):
        return httpx.get(f"{self.url}{path}", headers=headers, trust_env=False)


class Events:
    """What a stream says."""

    def __init__(self, response: httpx.Response) -> None:
        self.lines = response.iter_lines()

    def next(self) -> dict:
        """The next event; its id is its position."""
        seen = {}
        for line in self.lines:
            name, _, value = line.partition(": ")
            if name in {"id", "data", "event"}:
                seen[name] = value
            elif not line and "data" in seen:
                told = json.loads(seen["data"])
                assert seen.get("event") in {"end", "look"} or int(seen["id"]) == told["position"]
                return {"event": seen.get("event", "message"), **told}
        raise EOFError


@pytest.fixture
def live(committed_db):
    ensure_subscriptions()
    server = Live()
    server.start()
    yield server
    server.kill()


def happen(person) -> int:
    """Another sign-in of a person begins and ends: a fact that they may see. Gives its position."""
    tokens = issue_tokens(account_id=person.id, at=clock_now())
    sign_out(refresh=tokens.refresh, at=clock_now())
    delivery.drain()
    return feed_head(person.id)


def access(person) -> str:
    return issue_tokens(account_id=person.id, at=clock_now()).access


def test_a_client_over_three_kills_sees_each_position_once_and_in_order(live):
    ana = people.customer("Ana")
    token, seen = access(ana), []
    delivery.drain()

    for _ in range(3):
        last = happen(ana)
        with live.stream(token, after=seen[-1] if seen else 0) as events:
            while not seen or seen[-1] < last:
                seen.append(events.next()["position"])
            seen.append(_told_live(events, ana))
            live.kill()
        happen(ana)
        live.start()
    last = happen(ana)
    with live.stream(token, after=seen[-1]) as events:
        while seen[-1] < last:
            seen.append(events.next()["position"])

    assert seen == list(range(1, last + 1))
    assert len(seen) == len(feed_after(ana.id, 0, limit=1_000)) == last


def _told_live(events, person) -> int:
    """Something happens while the stream is open, and is told within a second."""
    position = happen(person)
    began = time.monotonic()
    event = events.next()
    assert event["position"] == position
    assert event["kind"] == "session.ended"
    assert time.monotonic() - began < 1
    return position


def test_without_a_position_only_what_comes_is_told_and_only_to_whom_it_concerns(live):
    ana, bea = people.customer("Ana"), people.customer("Bea")
    happen(ana)

    with live.stream(access(ana)) as events:
        happen(bea)
        position = happen(ana)

        assert events.next()["position"] == position


def test_a_stream_ends_with_its_session(live):
    ana = people.customer("Ana")
    delivery.drain()
    with live.stream(access(ana)) as events:
        revoke_tokens(account_id=ana.id, by=ana.actor, at=clock_now())
        delivery.drain()
        began = time.monotonic()

        told = [events.next()["event"]]
        while told[-1] != "end":
            told.append(events.next()["event"])

        assert time.monotonic() - began < 5
        with pytest.raises(EOFError):
            events.next()


def test_who_is_not_signed_in_or_asks_from_another_site_or_too_often_is_refused(live):
    ana = people.customer("Ana")
    token = access(ana)
    own = {"Authorization": f"Bearer {token}"}
    delivery.drain()

    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": f"Basic {token}"}):
        answer = live.refusal("/api/v1/live", **headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["x-request-id"] == answer.json()["request_id"]
    for method, path, status, code in (
        ("POST", "/api/v1/live", 405, "method_not_allowed"),
        ("DELETE", "/my/live/events", 405, "method_not_allowed"),
        ("GET", "/api/v1/alive", 404, "not_found"),
    ):
        answer = httpx.request(method, f"{live.url}{path}", headers=own, trust_env=False)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
        assert (answer.json()["code"], "GET" in answer.headers.get("allow", "")) == (code, status == 405)
        assert answer.headers["x-request-id"] == answer.json()["request_id"]
    for path in ("/my/live/events", "/pro/live/events", "/ops/live/events"):
        assert live.refusal(path).status_code == 401
        assert live.refusal(path, Cookie="guildhall_my=x; guildhall_pro=x").status_code == 401
        foreign = live.refusal(path, Origin="https://evil.example")
        assert (foreign.status_code, foreign.json()["code"]) == (403, "foreign_origin")
        assert live.refusal(path, **{"Sec-Fetch-Site": "cross-site"}).status_code == 403
    for after in ("-1", "x", "1e3", "9" * 30, "٣"):
        answer = httpx.get(f"{live.url}/api/v1/live", params={"after": after}, headers=own, trust_env=False)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_filter")
    with _many(live, token, SOCKETS_AT_MOST):
        answer = live.refusal("/api/v1/live", **own)
        assert (answer.status_code, answer.json()["code"]) == (429, "too_many_streams")
        assert answer.headers["retry-after"] == "30"


@contextmanager
def _many(live, token, left):
    if not left:
        yield
        return
    with live.stream(token, after=0) as events:
        events.next()
        with _many(live, token, left - 1):
            yield


def test_a_nudge_reaches_its_account_and_moves_no_position(live):
    ana, carl = people.customer("Ana"), people.customer("Carl")
    delivery.drain()
    head = feed_head(ana.id)

    with live.stream(access(ana), after=head) as events:
        nudge(account_id=carl.id)
        nudge(account_id=ana.id)
        assert events.next()["event"] == "look"
        position = happen(ana)
        assert head < events.next()["position"] <= position


@pytest.mark.parametrize(
    ("fault", "status", "code"), [(ZeroDivisionError, 500, "internal_error"), (PoolTimeout, 503, "unavailable")]
)
def test_a_fault_is_a_problem_with_an_id_under_which_the_log_has_it(monkeypatch, caplog, fault, status, code):
    def fails(_request):
        raise fault("secret")

    monkeypatch.setattr("guildhall.web.realtime.app.bearer", fails)
    transport = httpx.ASGITransport(make_application(), raise_app_exceptions=False)

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url="http://live") as client:
            return await client.get("/api/v1/live")

    answer = asyncio.run(ask())

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-request-id"] == answer.json()["request_id"]
    assert ("retry-after" in answer.headers) == (status == 503)
    assert "secret" not in answer.text
    assert [answer.json()["request_id"] in record.getMessage() for record in caplog.records if record.exc_info] == [
        True
    ]
