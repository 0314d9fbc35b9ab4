"""`./guild version`."""

from __future__ import annotations

import argparse
import platform
import tomllib
from importlib.metadata import version as package_version
from pathlib import Path

from guildhall.cli.cluster import ClusterError, find_binaries

CHECKOUT = Path(__file__).parents[2]


def main(arguments: list[str]) -> int:
    """Print the versions of what a fault report needs."""
    argparse.ArgumentParser(prog="guild version").parse_args(arguments[1:])
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    try:
        postgres = find_binaries().parent.name
    except ClusterError:
        postgres = "not installed"
    print(f"guildhall {project['version']}")
    print(f"python {platform.python_version()}, django {package_version('django')}, postgresql {postgres}")
    return 0
