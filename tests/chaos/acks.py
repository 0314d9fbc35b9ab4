"""What the clients asked for and what they were told, in memory and in a file that outlives them."""

import json
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Ack:
    """A 2xx: when (seconds of the run), which road's step asked what under which key, after how many tries, and the ids in the answer."""

    after_seconds: float
    road: int
    step: str
    method: str
    path: str
    key: str
    status: int
    tries: int
    was_replayed: bool
    booking_id: str
    booking_status: str


class Acks:
    """The clients' own account. Thread safe."""

    def __init__(self, file: Path) -> None:
        """Begin a file with a JSON line for each 2xx."""
        self._file = file.open("w", buffering=1)
        self._lock = threading.Lock()
        self._began = time.monotonic()
        self.acks: list[Ack] = []
        self.asked: dict[tuple[str, str], set[str]] = defaultdict(set)
        self.refusals: Counter[str] = Counter()
        self.surprises: list[str] = []
        self.retried = 0

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def elapsed(self) -> float:
        """Seconds since the beginning."""
        return round(time.monotonic() - self._began, 2)

    def note_asked(self, booking_id: str, step: str, key: str) -> None:
        """Remember, before anything is sent, that a step will be asked for under a key."""
        with self._lock:
            self.asked[booking_id, step].add(key)

    def note_ack(self, ack: Ack) -> None:
        """Write a 2xx down."""
        with self._lock:
            self.acks.append(ack)
            self.retried += ack.tries > 1
            self._file.write(json.dumps(asdict(ack)) + "\n")

    def note_refusal(self, code: str) -> None:
        """Count a refusal that belongs to the game."""
        with self._lock:
            self.refusals[code] += 1

    def note_surprise(self, sentence: str) -> None:
        """Remember an answer that no client should ever get."""
        with self._lock:
            self.surprises.append(sentence)

    @property
    def replayed(self) -> int:
        """How many answers were those given before."""
        return sum(ack.was_replayed for ack in self.acks)

    @property
    def booking_ids(self) -> set[str]:
        """Every booking that a client was told of."""
        return {ack.booking_id for ack in self.acks if ack.booking_id}

    def acked(self) -> Mapping[tuple[str, str], set[str]]:
        """Give the keys that were answered with 2xx, by booking and step."""
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        for ack in self.acks:
            found[ack.booking_id, ack.step].add(ack.key)
        return found


def ids_in(body: Any) -> tuple[str, str]:
    """Give the booking's id and status that an answer names; empty when it names none."""
    if not isinstance(body, dict):
        return "", ""
    if "booking_id" in body:
        return str(body["booking_id"]), ""
    is_booking = str(body.get("id", "")).startswith("bk_")
    return (str(body["id"]), str(body["status"])) if is_booking else ("", "")
