"""`./guild screens`: pictures of the main screens for docs/screens/, taken of a running city in Chromium."""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

from guildhall.cli import city
from guildhall.cli.state import CHECKOUT, default_folder


def main(arguments: list[str]) -> int:
    """Take the pictures; 2 when the city does not come up."""
    parser = argparse.ArgumentParser(prog="guild screens", description=__doc__, allow_abbrev=False)
    parser.add_argument(
        "--city",
        type=Path,
        default=default_folder() / "bench" / "city",
        help="the state folder of a city; made if needed",
    )
    parser.add_argument("--into", type=Path, default=CHECKOUT / "docs" / "screens", help="where the pictures go")
    options = parser.parse_args(arguments[1:])
    try:
        # Residents would act in the middle of a picture.
        with city.running(options.city, ["--no-residents"]) as run:
            importlib.import_module("bench.screens").take(run, options.into)
    except city.NotUp as error:
        print(f"guild screens: {error}", file=sys.stderr)
        return 2
    return 0
