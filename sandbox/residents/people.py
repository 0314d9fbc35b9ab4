"""Whom the residents play, and how they tend to behave: drawn from who and what it is about, the same each time."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_ACCEPTS = {1: 0.6, 2: 0.7, 3: 0.85}
_DECLINES = {1: 0.25, 2: 0.18, 3: 0.08}


@dataclass(frozen=True)
class Cast:
    """E-mail address and tier (0: a customer) of everybody who is played, by public id; all have one password."""

    password: str
    people: dict[str, tuple[str, int]]

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read who was made with the city."""
        known = json.loads(file.read_text())
        return cls(known["password"], {key: (email, tier) for key, (email, tier) in known["people"].items()})

    def plays(self, public_id: str | None) -> bool:
        """Whether somebody is a resident; visitors and the printed log-ins are not."""
        return public_id in self.people

    def email(self, public_id: str) -> str:
        """What a resident logs in with."""
        return self.people[public_id][0]

    def tier(self, public_id: str) -> int:
        """A provider's tier; 0 for customers."""
        return self.people[public_id][1]

    @property
    def customers(self) -> list[str]:
        """All customers."""
        return [key for key, (_, tier) in self.people.items() if tier == 0]


def dice(about: str) -> random.Random:
    """Give the dice for one question."""
    return random.Random(f"resident:{about}")  # noqa: S311 - play, nothing secret


def answer(offer_id: str, tier: int) -> str:
    """Say how a provider takes an offer: `accept`, `decline`, or `` for no answer at all."""
    roll = dice(f"answer {offer_id}").random()
    accepts, declines = _ACCEPTS.get(tier, 0.7), _DECLINES.get(tier, 0.15)
    return "accept" if roll < accepts else "decline" if roll < accepts + declines else ""
