"""`./guild lint`: what a machine can say about the code, each check named with its time."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

from guildhall.cli.environment import Unusable
from guildhall.cli.frontend import ensure_built, install_packages, node, package_folder
from guildhall.cli.state import CHECKOUT

_BIN = Path(sys.executable).parent


def main(arguments: list[str]) -> int:
    """Run every check, also after one has failed; 1 when any did."""
    argparse.ArgumentParser(prog="guild lint", description=__doc__).parse_args(arguments[1:])
    try:
        ensure_built(print)
        install_packages(print)
    except Unusable as error:
        print(f"guild lint: {error}", file=sys.stderr)
        return 1
    failed = [name for name, command in _checks().items() if not _passes(name, command)]
    print(f"lint: {', '.join(failed)} failed" if failed else "lint: all passed", flush=True)
    return 1 if failed else 0


def _checks() -> dict[str, list[str]]:
    python_files = [
        str(folder) for folder in ("guildhall", "sandbox", "tests", "bench") if (CHECKOUT / folder).exists()
    ]
    checks = {
        "ruff check": [str(_BIN / "ruff"), "check", *python_files],
        "ruff format": [str(_BIN / "ruff"), "format", "--check", *python_files],
        "mypy": [str(_BIN / "mypy")],
        "import-linter": [str(_BIN / "lint-imports")],
        "migrations": [sys.executable, "-P", "-m", "django", "makemigrations", "--check", "--dry-run"],
    }
    if any(CHECKOUT.glob("guildhall/**/*.html")):
        checks["djlint"] = [str(_BIN / "djlint"), "--check", "--lint", "guildhall"]
    checks["messages"] = [sys.executable, "-P", "-m", "guildhall.cli", "messages", "--check"]
    checks["tsc"] = [
        node(),
        str(package_folder() / "node_modules" / "typescript" / "bin" / "tsc"),
        "--noEmit",
        "-p",
        str(package_folder()),
    ]
    # The emulators' few pages are Jinja without a router (J018 asks for one), and one shows the residents at work anew (H052).
    checks["djlint sandbox"] = [
        str(_BIN / "djlint"),
        "--profile",
        "jinja",
        "--ignore",
        "J018,H052",
        "--lint",
        "sandbox",
    ]
    return checks


def _passes(name: str, command: list[str]) -> bool:
    print(f"{name} ...", flush=True)
    began = time.monotonic()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "guildhall.settings",
        "GUILDHALL_ENV": "sandbox",
        "PYTHONPATH": str(CHECKOUT),
    }
    passed = (
        subprocess.run(command, cwd=CHECKOUT, env=environment, stdin=subprocess.DEVNULL, check=False).returncode == 0
    )
    print(f"{name}: {'passed' if passed else 'FAILED'} in {time.monotonic() - began:.1f} s", flush=True)
    return passed
