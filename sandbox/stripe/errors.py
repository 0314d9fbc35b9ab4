"""Refusals in the vendor's own envelope."""

from __future__ import annotations

from typing import Any

from sandbox.stripe.fixtures import ERRORS


class VendorError(Exception):
    """
    An error answer.

    `kept` says whether the answer is stored under the idempotency key: the vendor keeps what it refused while executing
    (declines, states, balances, 500s) and forgets what it never began (bad parameters, unknown ids, conflicts, limits).
    """

    def __init__(self, status: int, error: dict[str, Any], *, kept: bool) -> None:
        super().__init__(error.get("message"))
        self.status, self.error, self.kept = status, error, kept

    @property
    def body(self) -> dict[str, Any]:
        """The JSON of the answer."""
        return {"error": self.error}


def from_fixture(name: str, *, kept: bool, **changes: Any) -> VendorError:
    """One of the vendor's error bodies, without the objects of its example."""
    fixture = ERRORS[name]
    error = {key: value for key, value in fixture["body"]["error"].items() if key not in {"payment_intent", "charge"}}
    return VendorError(fixture["http_status"], {**error, **changes}, kept=kept)


def invalid(message: str, *, param: str | None = None, code: str | None = None) -> VendorError:
    """A parameter that cannot be accepted; nothing has begun."""
    return _request_error(message, param=param, code=code, kept=False)


def impossible(message: str, *, param: str | None = None, code: str | None = None) -> VendorError:
    """A good request that the object's state does not allow."""
    return _request_error(message, param=param, code=code, kept=True)


def missing(kind: str, wanted: str, param: str) -> VendorError:
    """404: the account has no such object."""
    return from_fixture("resource_missing", kept=False, message=f"No such {kind}: '{wanted}'", param=param)


def balance_insufficient(message: str | None = None) -> VendorError:
    """The balance does not cover it; the vendor does not try again by itself."""
    return from_fixture("balance_insufficient", kept=True, **({"message": message} if message else {}))


def failure(status: int) -> dict[str, Any]:
    """The vendor's error body for a status, for faults that tests order."""
    name = {409: "lock_timeout", 429: "rate_limit"}.get(status)
    fixture = "resource_missing" if status == 404 else name or "api_error"  # noqa: PLR2004 - HTTP's number
    return from_fixture(fixture, kept=False).body


def _request_error(message: str, *, param: str | None, code: str | None, kept: bool) -> VendorError:
    error = {"type": "invalid_request_error", "message": message}
    error |= {"param": param} if param else {}
    error |= {"code": code} if code else {}
    return VendorError(400, error, kept=kept)
