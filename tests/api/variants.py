"""
The rows of the bad-input catalogue that the API meets, each with the addresses it makes sense for and what is sent there.

| row | where | why not elsewhere |
| --- | --- | --- |
| X01-X08, X12 (body) | every POST, PUT and DELETE, those without a body included | GET reads none |
| X09 | every address with an id in its path | the others have none |
| X10, X11, X13, X12 (query) | every GET with such a parameter; an unknown one everywhere | - |
| X14, X16 | every address that takes dates, lengths or windows | - |
| X15 | asking and rescheduling: the two that read wall time | the others take instants |
| X25-X27 | everything that changes something and is not under auth/ | `guildhall/web/api/v1/auth.py`, quotes and the position say why |
| X28 | everything that is not public | public addresses do not look at tokens |
| X39 | every address with a body, for each field it does not have | a field that is the address's own is no attack |
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from guildhall.web.api.v1.openapi import description
from tests.api.addressbook import addresses
from tests.api.examples import EXAMPLES, path_of

DEEP = b'{"x":' + b"[" * 70 + b"]" * 70 + b"}"
READ_ONLY = ("id", "role", "is_staff", "state", "status", "price", "verified", "owner_id", "balance")
BAD_IDS = ("9" * 26, "-1", "abc", "٣٤", "bk_" + "a" * 26, "bk_%00", "..%2f..", "us_" + "a" * 26)
BAD_DATES = (
    "2027-02-29T10:00:00Z",
    "2027-03-01T10:00:60Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-12:00",
    "2027-13-01T00:00:00Z",
    "tomorrow",
    "1772352000",
)
PUBLIC = ("auth/", "categories", "services/", "quotes")


@dataclass(frozen=True)
class Variant:
    """One bad request at an address, and the answer it must get."""

    row: str
    address: str
    status: int
    code: str
    what: str
    raw: bytes | None = None
    body: Any = None
    path: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.row} {self.what} {self.address}"


def method_of(address: str) -> str:
    """GET, POST, PUT or DELETE."""
    return address.partition(" ")[0]


def is_public(address: str) -> bool:
    """Whether anybody may ask without signing in."""
    path = address.partition(" ")[2]
    return path.startswith(PUBLIC) or path in {"providers/{provider_id}", "providers/{provider_id}/reviews"}


def takes_key(address: str) -> bool:
    """Whether the address changes something under an Idempotency-Key."""
    return method_of(address) != "GET" and not is_public(address) and not address.endswith("/position")


def writing() -> list[str]:
    """Addresses that read a body, or make sure that there is none."""
    return [address for address in addresses() if method_of(address) != "GET"]


def reading() -> list[str]:
    """Addresses that only read."""
    return [address for address in addresses() if method_of(address) == "GET"]


def keyed() -> list[str]:
    """Addresses that want an Idempotency-Key."""
    return [address for address in addresses() if takes_key(address)]


def all_variants() -> Iterator[Variant]:
    """Every bad request to every address it makes sense for."""
    for address in writing():
        yield from _bodies(address)
        yield from _read_only(address)
    for address in addresses():
        yield from _paths(address)
        yield from _queries(address)
    for address in keyed():
        yield from _keys(address)
    yield from _dates()
    yield from _lengths()
    yield from _positions()


def _bodies(address: str) -> Iterator[Variant]:
    malformed = {
        "truncated": b'{"a": 1',
        "an array": b"[]",
        "a string": b'"text"',
        "null": b"null",
        "not UTF-8": b'{"a": "\xff"}',
    }
    for what, raw in malformed.items():
        yield Variant("X01", address, 400, "malformed_body", what, raw=raw)
    yield Variant("X02", address, 400, "malformed_body", "NUL in a value", raw=b'{"a": "x\\u0000"}')
    yield Variant("X02", address, 400, "malformed_body", "NUL in a key", raw=b'{"a\\u0000": 1}')
    yield Variant("X03", address, 400, "malformed_body", "lone surrogate", raw=b'{"a": {"b": ["\\ud800"]}}')
    yield Variant("X04", address, 400, "too_deep", "nested 70 deep", raw=DEEP)
    yield Variant("X04", address, 400, "too_deep", "nested 100,000 deep", raw=b'{"x":' + b"[" * 100_000)
    for number in (b"NaN", b"Infinity", b"-Infinity", b"1e400", b"9" * 5_000):
        yield Variant("X05", address, 400, "malformed_body", f"{number[:9]!r}", raw=b'{"a": ' + number + b"}")
    yield Variant("X06", address, 400, "duplicate_key", "a key twice", raw=b'{"a": 1, "a": 2}')
    yield Variant("X06", address, 400, "duplicate_key", "a key twice within", raw=b'{"a": {"b": 1, "b": 1}}')
    yield Variant("X07", address, 413, "too_large", "2 MB", raw=b'{"a": "' + b"x" * 2_000_000 + b'"}')
    for what, headers in {
        "gzip": {"Content_Encoding": "gzip"},
        "a form": {"Content_Type": "application/x-www-form-urlencoded"},
        "plain text": {"Content_Type": "text/plain"},
        "UTF-16": {"Content_Type": "application/json; charset=utf-16"},
        "unknown charset": {"Content_Type": "application/json; charset=klingon"},
    }.items():
        row = "X07" if what == "gzip" else "X08"
        yield Variant(row, address, 415, "unsupported_media_type", what, raw=b'{"a": 1}', headers=headers)
    unknown = {**(EXAMPLES[address].body or {}), "surprise": 1}
    yield Variant("X12", address, 400, "unknown_field", "an unknown field", body=unknown)


def _read_only(address: str) -> Iterator[Variant]:
    body = EXAMPLES[address].body or {}
    for name in READ_ONLY:
        if name not in _members(address):
            yield Variant("X39", address, 400, "read_only", name, body={**body, name: "x"})


def _members(address: str) -> set[str]:
    """The members that the description gives a request's body."""
    method, _, path = address.partition(" ")
    operation = description()["paths"][f"/api/v1/{path}"][method.lower()]
    if "requestBody" not in operation:
        return set()
    name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    return set(description()["components"]["schemas"][name]["properties"])


def _paths(address: str) -> Iterator[Variant]:
    path = address.partition(" ")[2]
    if "_id}" not in path:
        return
    filled = EXAMPLES[address].path
    name = next(part for part, given in zip(path.split("/"), filled.split("/"), strict=True) if part.endswith("_id}"))
    for bad in BAD_IDS:
        at = path.split("/").index(name)
        parts = filled.split("/")
        parts[at] = bad
        yield Variant("X09", address, 404, "not_found", f"id {bad[:12]}", path="/".join(parts))


def _queries(address: str) -> Iterator[Variant]:
    path = path_of(address)
    bare, _, query = path.partition("?")
    joint = "&" if query else "?"
    for row, extra in {"X12": "surprise=1", "X13": "ordering=user__password", "X13b": "fields=*"}.items():
        yield Variant(row[:3], address, 400, "unknown_field", extra, path=f"{path}{joint}{extra}")
    if not query:
        return
    wanted = dict(part.split("=") for part in query.split("&"))
    for name, good in wanted.items():
        for bad in ("zz", "%00", "", f"{good}&{name}={good}"):
            if name == "category" and bad == "zz":
                continue
            code = "unknown_field" if "&" in bad else "invalid_filter"
            changed = "&".join(f"{key}={bad if key == name else value}" for key, value in wanted.items())
            yield Variant("X10", address, 400, code, f"{name}={bad}", path=f"{bare}?{changed}")
    if "limit" in wanted:
        for limit in ("-1", "0", "101", "1" + "0" * 22, "1.5"):
            changed = "&".join(f"{key}={limit if key == 'limit' else value}" for key, value in wanted.items())
            yield Variant("X11", address, 400, "invalid_filter", f"limit={limit}", path=f"{bare}?{changed}")
        for cursor in ("x", "AAAA", "W10", "%F0%9F%92%A9", "eyJhIjoxfQ"):
            yield Variant("X11", address, 400, "bad_cursor", f"cursor={cursor}", path=f"{path}&cursor={cursor}")


def _keys(address: str) -> Iterator[Variant]:
    body = EXAMPLES[address].body
    for what, key in {
        "no key": "",
        "256 characters": "k" * 256,
        "a control character": "a\tb",
        "not ASCII": "clé",
    }.items():
        headers = {"Idempotency_Key": key}
        yield Variant("X25", address, 400, "idempotency_key_required", what, body=body, headers=headers)


def _dates() -> Iterator[Variant]:
    later = EXAMPLES["POST bookings"].body
    off = EXAMPLES["POST providers/me/time-off"].body
    for bad in BAD_DATES:
        for address, body in {
            "POST bookings": {**later, "scheduled_start_time": bad},
            "POST bookings/{booking_id}/rescheduling": {"scheduled_start_time": bad},
            "POST operator/bookings/{booking_id}/proposal": {"scheduled_start_time": bad},
            "POST providers/me/time-off": {**off, "ends_at": bad},
        }.items():
            yield Variant("X14", address, 400, "invalid_field", bad, body=body)
        shown = bad.replace("+", "%2B")
        search = "services/search?latitude=32.7&longitude=-117.1&category=audio"
        yield Variant(
            "X14", "GET services/search", 400, "invalid_filter", bad, path=f"{search}&start={shown}&end={shown}"
        )
        yield Variant(
            "X14", "GET providers/me/agenda", 400, "invalid_filter", bad, path=f"providers/me/agenda?start={shown}"
        )


def _lengths() -> Iterator[Variant]:
    later = EXAMPLES["POST bookings"].body
    for start in ("2027-03-01T08:00:00", "2027-03-01T09:30:00", "2020-01-01T10:00:00", "2029-01-01T10:00:00"):
        yield Variant("X16", "POST bookings", 422, "bad_time", start, body={**later, "scheduled_start_time": start})
        for address in ("POST bookings/{booking_id}/rescheduling", "POST operator/bookings/{booking_id}/proposal"):
            yield Variant("X16", address, 422, "bad_time", start, body={"scheduled_start_time": start})
    for minutes in (0, -60, 1_000_000):
        job = {**later, "minutes_from": minutes, "minutes_to": minutes}
        yield Variant("X16", "POST bookings", 422, "bad_length", f"{minutes} minutes", body=job)
        quote = {"category": "audio", "minutes_from": minutes}
        yield Variant("X16", "POST quotes", 422, "bad_length", f"{minutes} minutes", body=quote)
        hours = {"minutes": minutes}
        yield Variant("X16", "POST bookings/{booking_id}/hours", 422, "bad_hours", f"{minutes} minutes", body=hours)
    for minutes in (-1, 1_000_000):
        contest = {"minutes": minutes, "reason": "x"}
        yield Variant(
            "X16", "POST bookings/{booking_id}/contest", 422, "bad_contest", f"{minutes} minutes", body=contest
        )
        decision = {"settled_minutes": minutes, "reason": "x"}
        address = "POST operator/bookings/{booking_id}/decision"
        yield Variant("X16", address, 422, "bad_settlement", f"{minutes} minutes", body=decision)
    for minor in (0, -1, 99, 50_001):
        tip = {"amount_minor": minor}
        yield Variant("X16", "POST bookings/{booking_id}/tip", 422, "bad_tip", f"{minor} cents", body=tip)
    for rating in (0, 6, -1):
        body = {"booking_id": "{completed}", "rating": rating}
        yield Variant("X16", "POST reviews", 422, "bad_rating", f"{rating} stars", body=body)
    swapped = {"starts_at": "2027-07-08T00:00:00Z", "ends_at": "2027-07-01T00:00:00Z"}
    past = {"starts_at": "2026-07-01T00:00:00Z", "ends_at": "2026-07-08T00:00:00Z"}
    for what, body in {"end before start": swapped, "in the past": past}.items():
        yield Variant("X16", "POST providers/me/time-off", 422, "time_off_is_empty", what, body=body)
    search = "services/search?latitude=32.7&longitude=-117.1&category=audio"
    for what, window in {
        "end before start": "start=2027-03-08T18:00:00Z&end=2027-03-08T17:00:00Z",
        "no end": "start=2027-03-08T18:00:00Z",
        "in the past": "start=2026-03-08T18:00:00Z&end=2026-03-08T19:00:00Z",
    }.items():
        yield Variant("X16", "GET services/search", 422, "bad_window", what, path=f"{search}&{window}")
    for what, window in {
        "end before start": "start=2027-03-08T18:00:00Z&end=2027-03-08T17:00:00Z",
        "a year": "start=2027-03-08T18:00:00Z&end=2028-03-08T17:00:00Z",
    }.items():
        yield Variant("X16", "GET providers/me/agenda", 422, "bad_window", what, path=f"providers/me/agenda?{window}")


def _positions() -> Iterator[Variant]:
    good = {"latitude": 32.7, "longitude": -117.1, "accuracy_metres": 15}
    address = "PUT bookings/{booking_id}/position"
    for name, values in {
        "latitude": (91, -91, "32.7"),
        "longitude": (181, -181, None),
        "accuracy_metres": (-1, True),
    }.items():
        for value in values:
            body = {**good, name: value}
            yield Variant("X17", address, 400, "invalid_field", f"{name} {value}", body=body)
    rough = {**good, "accuracy_metres": 2_001}
    yield Variant("X17", address, 422, "position_too_rough", "known within two kilometres", body=rough)
