"""The named steps of a walk: who did what, how long it took, what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

from guildhall.cli.check.edges import Edges, Unexpected

_PATIENCE_SECONDS = 60.0
_PAUSE_SECONDS = 0.1
T = TypeVar("T")


class Failed(Exception):
    """A step did not go as it should; the walk ends there."""


@dataclass
class Step:
    """One step. `ids` are the names of what was made or met in it."""

    name: str
    actor: str
    status: str = "running"
    milliseconds: int = 0
    ids: dict[str, str] = field(default_factory=dict)

    def expect(self, what: str, found: object, wanted: object) -> None:
        """
        Compare.

        :raises Failed: when they differ.
        """
        if found != wanted:
            raise Failed(f"{what}: {found!r}, expected {wanted!r}")


class Steps:
    """All steps of a walk, and the edges it goes through."""

    def __init__(self, edges: Edges) -> None:
        self.edges = edges
        self._steps: list[Step] = []

    @contextmanager
    def step(self, actor: str, name: str) -> Iterator[Step]:
        """
        Take one step and say so.

        :raises Failed: when anything goes wrong in it.
        """
        step = Step(name, actor)
        self._steps.append(step)
        self.edges.note(f"=== {len(self._steps)}. {actor}: {name}")
        began = time.monotonic()
        try:
            yield step
            step.status = "ok"
        except (Failed, Unexpected) as error:
            step.status = "failed"
            message = f"step {len(self._steps)}, {actor}: {name}: {error}"
            raise Failed(message) from error
        finally:
            step.status = "failed" if step.status == "running" else step.status
            step.milliseconds = round(1000 * (time.monotonic() - began))
            self._print(step)

    def until(self, what: str, look: Callable[[], T | None], seconds: float = _PATIENCE_SECONDS) -> T:
        """
        Look again and again until there is something to see; effects come a moment after their cause.

        :raises Failed: when nothing is seen in time.
        """
        deadline = time.monotonic() + seconds
        while not (found := look()):
            if time.monotonic() > deadline:
                raise Failed(f"{what}: not within {seconds:.0f} s")
            time.sleep(_PAUSE_SECONDS)
        return found

    def as_json(self) -> list[dict[str, Any]]:
        """Give every step taken."""
        return [asdict(step) for step in self._steps]

    def _print(self, step: Step) -> None:
        ids = " ".join(f"{name} {value}" for name, value in step.ids.items())
        line = f"{len(self._steps):>2}. {step.status:<7}{step.milliseconds:>6} ms  {step.actor:<9} {step.name}"
        print(f"{line}  {ids}".rstrip(), flush=True)
