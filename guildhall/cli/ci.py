"""`./guild ci`: lint, then test."""

from __future__ import annotations

from guildhall.cli import lint, testing


def main(arguments: list[str]) -> int:
    """Run both, the tests also after a failed lint; arguments go to pytest. 1 or pytest's status when one failed."""
    linted = lint.main(["lint"])
    return testing.run(arguments[1:]) or linted
