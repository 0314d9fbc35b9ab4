"""
A state folder as the first `./guild up --no-demo` leaves it, made once and copied.

Making a cluster and migrating it takes most of a start. Whatever changes about the tables changes the fingerprint; the rest of a
start happens anew with each copy.
"""

import fcntl
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from guildhall.cli import testing
from guildhall.cli.state import fingerprint
from guildhall.customers import zip_codes

_HOME = testing.place() / "stacks"
_KEPT = ("pg", "sandbox", "settings.json", "secrets.json")


def copy_to(folder: Path, make: Callable[[], Path]) -> None:
    """Fill an empty folder with a prepared state; `make` gives the folder of one that was started and stopped, and is moved from there."""
    made = _HOME / fingerprint(vertical="av")
    _HOME.mkdir(parents=True, exist_ok=True)
    _HOME.chmod(0o755)
    with (_HOME / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            for old in _HOME.iterdir():
                if old.is_dir():
                    shutil.rmtree(old)
            _keep(make(), made)
    for part in _KEPT:
        if (made / part).exists():
            subprocess.run(["cp", "--archive", "--reflink=auto", made / part, folder / part], check=True)
    zip_codes.find("92101")  # From now on they are kept, and each process of the system need not make them anew.
    shutil.copytree(settings.STATE / "cache", folder / "cache")


def _keep(state: Path, made: Path) -> None:
    growing = made.with_name("growing")
    growing.mkdir()
    for part in _KEPT:
        if (state / part).exists():
            shutil.move(state / part, growing / part)
    shutil.rmtree(state)
    growing.rename(made)
