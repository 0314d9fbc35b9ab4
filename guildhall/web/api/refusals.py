"""What the API itself refuses before any command is asked: fields and parameters of the wrong shape."""

from typing import Any

from guildhall.kernel.refusals import DoesNotExist, NotFound, Refused

MISSING_OBJECT = "does_not_exist"
"""The error type of a field that names an object by an id which cannot be one."""
_READ_ONLY = frozenset(
    {
        "id",
        "role",
        "is_staff",
        "state",
        "status",
        "price",
        "total",
        "total_price",
        "verified",
        "owner_id",
        "balance",
        "provider_user_id",
        "seeker_user_id",
        "payment_state",
        "payout_state",
    }
)


class InvalidField(Refused):
    """A member of the request has the wrong shape."""

    code = "invalid_field"
    status = 400
    default_detail = "A field of the request cannot be read."


class InvalidFilter(InvalidField):
    """A parameter of the query has the wrong shape."""

    code = "invalid_filter"
    default_detail = "A parameter of the query cannot be read."


class UnknownField(InvalidField):
    """The request has a member, or the query a parameter, that this address does not know."""

    code = "unknown_field"
    default_detail = "The request has a field that does not exist here."


class ReadOnly(InvalidField):
    """The request tries to set what is not the asker's to set."""

    code = "read_only"
    default_detail = "The request has a field that cannot be set."


def unknown_field(*names: str) -> Refused:
    """Refuse members that do not belong here; those that exist but are not the asker's to set get their own code."""
    kind = ReadOnly if any(name in _READ_ONLY for name in names) else UnknownField
    return kind(errors=[{"field": name[:80], "code": kind.code} for name in names])


def refusal_of_fields(errors: list[dict[str, Any]]) -> Refused:
    """Say in one refusal what is wrong with which fields. An id in the address that cannot be one is simply not found."""
    found = [{"field": _field(error["loc"]), "code": _code(error), "detail": error["msg"]} for error in errors]
    sources = {error["loc"][0] for error in errors}
    codes = {item["code"] for item in found}
    if "path" in sources:
        return NotFound()
    if "query" in sources:
        return InvalidFilter(errors=found)
    for kind in (ReadOnly, UnknownField, DoesNotExist):
        if kind.code in codes and (kind is not DoesNotExist or codes == {kind.code}):
            return kind(errors=found)
    return InvalidField(errors=found)


def _code(error: dict[str, Any]) -> str:
    if error["type"] == MISSING_OBJECT:
        return DoesNotExist.code
    if error["type"] != "extra_forbidden":
        return InvalidField.code
    return ReadOnly.code if error["loc"][-1] in _READ_ONLY else UnknownField.code


def _field(loc: tuple[str | int, ...]) -> str:
    """Name a field as its sender does: without `body` and the name of our argument."""
    inner = loc[2:] if loc[:1] == ("body",) else loc[1:]
    return ".".join(str(part)[:80] for part in inner)
