"""Places of an application, as its tab bar or rail shows them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """
    One place: where, what it is called (already in the reader's language), an icon, how much waits there, and where that is asked anew.

    What `live` answers may bring the counts of other places along: those have a `tally`, the name under which theirs is
    found, and say after how many `seconds` it will have changed without news (0: never).
    """

    href: str
    label: str
    icon: str
    count: int = 0
    is_loud: bool = False
    is_current: bool = False
    live: str = ""
    tally: str = ""
    seconds: int = 0
