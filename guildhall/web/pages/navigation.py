"""Places of an application, as its tab bar or rail shows them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """One place: where, what it is called (already in the reader's language), an icon, how much waits there."""

    href: str
    label: str
    icon: str
    count: int = 0
    is_loud: bool = False
    is_current: bool = False
