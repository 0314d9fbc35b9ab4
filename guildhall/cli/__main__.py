"""`./guild COMMAND`: each command lives in its own module, imported only when it is asked for."""

from __future__ import annotations

import importlib
import os
import sys

COMMANDS: dict[str, tuple[str, str]] = {
    "up": ("up", "start the whole system and stay until Ctrl-C (--check: prove it and stop)"),
    "test": ("testing", "run every test; arguments go to pytest (--long: the long forms too)"),
    "lint": ("lint", "formatting, types, layers, templates, missing migrations"),
    "ci": ("ci", "lint, then test"),
    "build": ("frontend", "build the pages' styles, scripts and catalogues, also when nothing changed"),
    "messages": ("messages", "collect what has to be translated (--check: say what is not)"),
    "verify": ("verification", "check every invariant in the database of a running or of the newest state"),
    "bench": ("bench", "run one of the measurements in bench/ on a database of its own"),
    "screens": ("screens", "take the pictures of docs/screens/ anew"),
    "migrate": ("manage", "bring the database of a state up to date"),
    "shell": ("manage", "a Python shell with the system loaded, on the database of a state"),
    "psql": ("manage", "the database of a state in psql (--owner: as the owner of the tables)"),
    "version": ("version", "what is installed"),
}


def usage() -> str:
    """Return the list of commands, a line each."""
    lines = [f"  {name:<9}{text}" for name, (_module, text) in COMMANDS.items()]
    return "\n".join(["usage: ./guild COMMAND [OPTIONS]    (./guild COMMAND --help says more)", "", *lines])


def main(arguments: list[str]) -> int:
    """Run one command and return its exit status; 2 for a command that does not exist."""
    if not arguments or arguments[0] in {"help", "-h", "--help"}:
        print(usage())
        return 0
    name = arguments[0]
    if name not in COMMANDS:
        print(f"guild: there is no command {name!r}.\n\n{usage()}", file=sys.stderr)
        return 2
    # Numeric libraries would start a thread per core in every process, and threads do not survive a fork.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    module = importlib.import_module(f"guildhall.cli.{COMMANDS[name][0]}")
    try:
        return int(module.main(arguments))
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
