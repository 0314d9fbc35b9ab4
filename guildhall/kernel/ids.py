"""Ids: made here, and shown to the outside under an opaque, prefixed name."""

import base64
from uuid import UUID

import uuid6

from guildhall.kernel.refusals import NotFound

_ENCODED_LENGTH = 26
_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
# Two letters stand for ten bits; 13 such pairs hold an id's 128, with two bits to spare.
_PAIRS = tuple(first + second for first in _LETTERS for second in _LETTERS)
_SHIFTS = tuple(range(120, -10, -10))
_SPARE_BITS = 2


class BadPublicId(NotFound):
    """The text is not an id of this kind; told apart from a missing object by nobody."""


def new_id() -> UUID:
    """Make a time-ordered id (RFC 9562, version 7)."""
    return UUID(int=uuid6.uuid7().int)


def public_id(prefix: str, value: UUID) -> str:
    """Give the outside name of an id, for example `bk_01j...`: 26 letters and digits of base 32, lower case."""
    bits = value.int << _SPARE_BITS
    return f"{prefix}_{''.join([_PAIRS[bits >> shift & 1023] for shift in _SHIFTS])}"


def read_public_id(prefix: str, text: str) -> UUID:
    """
    Read an outside name back.

    :raises BadPublicId: when the text is of another kind or was not made by `public_id`.
    """
    head, _, body = text.partition("_")
    if head != prefix or len(body) != _ENCODED_LENGTH or not body.isascii():
        raise BadPublicId
    try:
        value = UUID(bytes=base64.b32decode(body.upper() + "======"))
    except ValueError:
        raise BadPublicId from None
    if public_id(prefix, value) != text:
        raise BadPublicId
    return value
