"""What must hold at every commit, said in SQL."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Invariant:
    """A query that gives no rows while the invariant holds. `code` is the row of the design's table, for example B1."""

    code: str
    name: str
    sql: str
