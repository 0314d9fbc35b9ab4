"""
Server time of every page in a full city, against the cheapest page of somebody who is signed in.

The running server is asked over loopback by one client on one kept connection, so by one of its processes; the pages take turns, in
another order each round. An asking during which the machine's host took processor time away says nothing about the server: it is
made again. A page that no row asks for, and that takes more than forms, ends the measurement.
"""

import argparse
import gzip
import random
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from typing import Any
from uuid import UUID

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.common import Target, percentile, report, say, stolen_ticks
from bench.pages_data import City, look_around
from bench.pages_rows import Row, rows, without_row

ROUNDS, ROUNDS_LEAST = 60, 50
TIMES_MOST = 5
_WARM_UP = 3
# How often an asking is made again while the host takes processor time away; then it counts as it is.
_AGAIN_MOST = 20
_OK, _NO_CONTENT, _SEE_OTHER, _NOT_ALLOWED = 200, 204, 303, 405
_SEED = 20270301
_DOCUMENT = b"<!doctype html>"


@dataclass
class Page:
    """A page as it is asked for, and what came of it: `is_whole` a document for somebody who is signed in."""

    name: str
    path: str
    headers: dict[str, str]
    status: int
    is_whole: bool
    bytes: int
    queries: int = 0
    milliseconds: list[float] = field(default_factory=list)

    @property
    def p95(self) -> float:
        """Milliseconds that 19 of 20 answers stayed below."""
        return percentile(self.milliseconds, 0.95)

    @property
    def median(self) -> float:
        """Milliseconds of the answer in the middle."""
        return percentile(self.milliseconds, 0.5)


class Refused(SystemExit):
    """The measurement cannot be taken."""


def main_in_city(run: dict[str, Any], arguments: list[str]) -> int:
    """Ask every page, and say whether the targets hold."""
    parser = argparse.ArgumentParser(prog="guild bench pages", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"how often each page is asked (default: {ROUNDS})")
    options = parser.parse_args(arguments)
    if options.rounds < ROUNDS_LEAST:
        parser.error(f"argument --rounds: at least {ROUNDS_LEAST}, or a p95 says nothing")
    server = Server(run["ports"]["server"])
    city = look_around()
    _assert_takes_forms_only(server, city)
    pages = [page for route, asked in sorted(rows().items()) for page in _pages(server, city, route, asked)]
    say(f"{len(pages)} pages, {options.rounds} times each")
    made_again = _measure(server, pages, options.rounds)
    for page in pages:
        page.queries = _queries(page)
    cheapest = min((page for page in pages if page.is_whole), key=lambda page: page.p95)
    return report(
        "pages",
        baselines={"cheapest page of somebody signed in": {"page": cheapest.name, **_figures(cheapest)}},
        results={
            "city": _size(),
            "connections opened": server.connections,
            "rounds": options.rounds,
            "made again": made_again,
            "pages": {page.name: _figures(page) for page in pages},
        },
        targets=[
            Target(f"p95 of {page.name}, times the cheapest", round(page.p95 / cheapest.p95, 2), TIMES_MOST, "at_most")
            for page in sorted(pages, key=lambda page: -page.p95)
        ],
        as_json=options.json,
    )


class Server:
    """The web role, on one connection that is kept; `connections` counts how many it took."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=30)
        self.connections = 0

    def ask(self, path: str, headers: dict[str, str]) -> tuple[HTTPResponse, bytes, float]:
        """Ask once; gives the answer, its body and how many milliseconds it took."""
        if self._connection.sock is None:
            self._connection.connect()
            self.connections += 1
        began = time.perf_counter()
        self._connection.request("GET", path, headers={"Accept-Encoding": "gzip", **headers})
        answer = self._connection.getresponse()
        body = answer.read()
        return answer, body, (time.perf_counter() - began) * 1000


def _assert_takes_forms_only(server: Server, city: City) -> None:
    """:raises Refused: when a page without a row answers anything but "not by this method"."""
    open_ones = []
    for route in sorted(without_row()):
        path = re.sub(r"<(\w+):\w+>", lambda part: _PLACEHOLDERS[part[1]], f"/{route}")
        who = {"my": "customer", "pro": "provider", "ops": "operator"}.get(path.split("/")[1], "")
        _, headers = city.question(Row(path, who))
        status = server.ask(path, headers)[0].status
        open_ones += [route] if status != _NOT_ALLOWED else []
    if open_ones:
        message = f"add a row to bench/pages_rows.py for: {', '.join(open_ones)}"
        raise Refused(message)


_PLACEHOLDERS = {"str": "none", "int": "1", "uuid": str(UUID(int=0))}


def _pages(server: Server, city: City, route: str, asked: Sequence[Row]) -> list[Page]:
    """Ask for a page once. :raises Refused: when it is not shown."""
    found = []
    for row in asked:
        path, headers = city.question(row)
        answer, body, _ = server.ask(path, headers)
        if answer.status not in {_OK, _NO_CONTENT} and not (row.leads and answer.status == _SEE_OTHER):
            message = f"{path} ({route}) answered {answer.status}, not a page"
            raise Refused(message)
        is_whole = bool(row.who) and answer.status == _OK and _is_document(answer, body)
        name = f"/{route}" if len(asked) == 1 else _named(route, row)
        found.append(Page(name, path, headers, answer.status, is_whole, len(body)))
    return found


def _is_document(answer: HTTPResponse, body: bytes) -> bool:
    """Whether it is a page that somebody opens, and not a part of one that asks for itself."""
    text = gzip.decompress(body) if answer.getheader("Content-Encoding") == "gzip" else body
    return text.lstrip()[: len(_DOCUMENT)].lower() == _DOCUMENT


def _named(route: str, row: Row) -> str:
    """Tell rows of the same page apart: by the booking's status, or by what is asked."""
    query = row.url.partition("?")[2]
    return f"/{route}" + (f" ({row.stage[0]})" if row.stage else f"?{query}" if query else "")


def _measure(server: Server, pages: list[Page], rounds: int) -> int:
    """Ask every page so often; gives how many askings were made again."""
    dice = random.Random(_SEED)
    turns = list(pages)
    made_again = 0
    for number in range(-_WARM_UP, rounds):
        dice.shuffle(turns)
        for page in turns:
            took, again = _ask_undisturbed(server, page)
            if number >= 0:
                page.milliseconds.append(took)
                made_again += again
        if number % 10 == 0:
            say(f"round {number} of {rounds}")
    return made_again


def _ask_undisturbed(server: Server, page: Page) -> tuple[float, int]:
    """Give the milliseconds of an answer during which the host took nothing away, and how often it had to be asked again."""
    again = 0
    while True:
        before = stolen_ticks()
        answer, _, took = server.ask(page.path, page.headers)
        if answer.status != page.status:
            message = f"{page.path} answered {answer.status}, and {page.status} before"
            raise Refused(message)
        if stolen_ticks() == before or again == _AGAIN_MOST:
            return took, again
        again += 1


def _queries(page: Page) -> int:
    """Count what the page asks of the database, in this process: the same code on the same rows."""
    client = Client(headers=page.headers)
    client.get(page.path, HTTP_HOST="localhost")  # what is read once a process is read by now
    with CaptureQueriesContext(connection) as asked:
        client.get(page.path, HTTP_HOST="localhost")
    return len(asked)


def _figures(page: Page) -> dict[str, Any]:
    return {
        "median_ms": round(page.median, 2),
        "p95_ms": round(page.p95, 2),
        "queries": page.queries,
        "bytes": page.bytes,
        "status": page.status,
    }


def _size() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select (select count(*) from providers_provider), (select count(*) from identity_account), (select count(*) from bookings_booking)"
        )
        return dict(zip(("providers", "accounts", "bookings"), cursor.fetchone(), strict=True))
