"""Lifecycles: statuses move only along named arrows."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from guildhall.kernel.refusals import Refused


class MoveRefused(Refused):
    """The object is not in a status from which this arrow leaves."""

    code = "illegal_transition"
    status = 409

    def said(self, translate: Callable[[str], str]) -> str:
        """Give the sentence; who reads another language gets the general one, because arrows and statuses are named in English only."""
        words, general = super().said(translate), translate(self.default_detail)
        is_left_in_english = words == super().said(str) and general != self.default_detail
        return general if is_left_in_english else words


@dataclass(frozen=True)
class Move:
    """One arrow in a lifecycle diagram."""

    name: str
    sources: Collection[str]
    target: str

    def apply(self, status: str) -> str:
        """
        Give the status at the arrow's end.

        :raises MoveRefused: when the arrow does not leave from `status`.
        """
        if status not in self.sources:
            raise self.refusal(status)
        return self.target

    def refusal(self, status: str) -> MoveRefused:
        """Say in words that this arrow does not leave from `status`."""
        words = self.name.replace("_", " ")
        return MoveRefused(
            f"Cannot {words} while {status.replace('_', ' ')}.", status=status, allowed=sorted(self.sources)
        )


def pairs(moves: Collection[Move]) -> set[tuple[str, str]]:
    """Every (old, new) that the arrows allow: what the database's transition table holds."""
    return {(source, move.target) for move in moves for source in move.sources}
