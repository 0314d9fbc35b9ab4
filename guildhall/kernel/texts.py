"""What people type: made harmless once, where a command takes it in. Markup is stored as text and escaped where it is shown."""

import unicodedata
from typing import Any

from guildhall.kernel.refusals import Refused

# They turn the reading direction around, or cannot be seen: a name must not be able to look like another.
_STRIPPED = dict.fromkeys(
    [0x061C, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), 0x2060, *range(0x2066, 0x206A), 0xFEFF], None
)


class BadText(Refused):
    """A text is too long, empty where something must stand, or holds characters that no keyboard writes."""

    code = "invalid_field"
    status = 400
    default_detail = "One of the fields cannot be used as it is."

    def __init__(self, field: str, detail: str = "", **extra: Any) -> None:
        super().__init__(detail, **extra)
        self.extra["errors"] = [{"field": field, "detail": self.detail}]


class EmptyText(BadText):
    """Nothing stands where something must."""

    default_detail = "This field must not be empty."


class LongText(BadText):
    """More was written than is kept."""

    default_detail = "At most %(length_max)d characters fit here."


class UnreadableText(BadText):
    """It holds characters that no keyboard writes."""

    default_detail = "This text holds characters that cannot be shown."


def clean_line(text: str, *, field: str, length_max: int, required: bool = True) -> str:
    """
    Give a one-line text without direction marks and spaces around it.

    :raises BadText: over `length_max` characters, with control characters, or empty although `required`.
    """
    cleaned = _clean(text, field=field, length_max=length_max, allowed="")
    if required and not cleaned:
        raise EmptyText(field)
    return cleaned


def clean_text(text: str, *, field: str, length_max: int) -> str:
    """
    Give a text of any number of lines, without direction marks and spaces around it.

    :raises BadText: over `length_max` characters, or with control characters other than line ends and tabs.
    """
    return _clean(text.replace("\r\n", "\n"), field=field, length_max=length_max, allowed="\n\t")


def _clean(text: str, *, field: str, length_max: int, allowed: str) -> str:
    if len(text) > length_max:
        raise LongText(field, length_max=length_max)
    if any(unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"} and letter not in allowed for letter in text):
        raise UnreadableText(field)
    cleaned = unicodedata.normalize("NFC", text.translate(_STRIPPED)).strip()
    if len(cleaned) > length_max:
        raise LongText(field, length_max=length_max)
    return cleaned
