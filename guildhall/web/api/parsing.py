"""Reading JSON strictly: what two readers could understand differently is refused."""

import json
import math
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from ninja.parser import Parser

from guildhall.kernel.refusals import Refused
from guildhall.web.problems import TooLarge

_DEPTH_MAX = 64
_DIGITS_MAX = 30


class MalformedBody(Refused):
    """The body is not a JSON object in UTF-8."""

    code = "malformed_body"
    status = 400
    default_detail = "The body must be one JSON object."


class TooDeep(MalformedBody):
    """The body is nested more than 64 deep."""

    code = "too_deep"
    default_detail = "The body is nested too deeply."


class DuplicateKey(MalformedBody):
    """An object has a key twice."""

    code = "duplicate_key"
    default_detail = "A key stands twice in the body."


class WrongMediaType(Refused):
    """The body is not sent as JSON in UTF-8."""

    code = "unsupported_media_type"
    status = 415
    default_detail = "Send application/json in UTF-8, not compressed."


class StrictParser(Parser):
    """Ninja's parser, with the doors closed."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        """Read the body; see `read_body`."""
        return read_body(request)


def read_body(request: HttpRequest) -> dict[str, Any]:
    """
    Read the body.

    :raises WrongMediaType: unless it is sent as application/json, in UTF-8 and not compressed.
    :raises TooLarge: over the limit of the settings.
    :raises MalformedBody: unless it is one JSON object without duplicate keys, NaN, NUL or lone surrogates.
    """
    charset = (request.content_params or {}).get("charset", "utf-8").lower()
    if request.content_type != "application/json" or charset != "utf-8" or "Content-Encoding" in request.headers:
        raise WrongMediaType
    try:
        raw = request.body
    except RequestDataTooBig:
        raise TooLarge from None
    return read_object(raw)


def read_object(raw: bytes) -> dict[str, Any]:
    """
    Read one JSON object.

    :raises MalformedBody: when it is anything else, or could be read in two ways.
    """
    try:
        text = raw.decode("utf-8")
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_refuse_constant,
            parse_int=_integer,
            parse_float=_number,
        )
    except RecursionError:
        raise TooDeep from None
    except ValueError:
        raise MalformedBody from None
    if not isinstance(value, dict):
        raise MalformedBody
    _check(value, 1)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise DuplicateKey
    return found


def _refuse_constant(name: str) -> None:
    raise MalformedBody(f"{name} is not a JSON number.")


def _integer(text: str) -> int:
    if len(text) > _DIGITS_MAX:
        raise MalformedBody("A number has too many digits.")
    return int(text)


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value) or len(text) > _DIGITS_MAX:
        raise MalformedBody("A number is too large.")
    return value


def _check(value: Any, depth: int) -> None:
    """Refuse depth, NUL and lone surrogates anywhere, keys included."""
    if depth > _DEPTH_MAX:
        raise TooDeep
    if isinstance(value, str):
        check_text(value)
    elif isinstance(value, dict):
        for key, member in value.items():
            check_text(key)
            _check(member, depth + 1)
    elif isinstance(value, list):
        for member in value:
            _check(member, depth + 1)


def check_text(text: str) -> None:
    """
    Refuse what PostgreSQL cannot store.

    :raises MalformedBody: for U+0000 and lone surrogates.
    """
    if not is_storable(text):
        raise MalformedBody("The text holds a character that cannot be stored.")


def is_storable(text: str) -> bool:
    """Whether a text is free of U+0000 and lone surrogates."""
    return "\0" not in text and (text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text))
