"""A private PostgreSQL cluster: made once, reached over a unix socket only, no system service involved."""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

SUPERUSER = "postgres"
SERVER_USER = "postgres"
PORT = 5432
SOCKET_NAME = f".s.PGSQL.{PORT}"
LONGEST_SOCKET_PATH = 106
START_SECONDS = 8.0
STOP_SECONDS = 20
BINARIES = "/usr/lib/postgresql"
MAPS = "/usr/share/postgresql/{}/extension/postgis.control"
OLDEST_VERSION = 15


class ClusterError(Exception):
    """The private cluster cannot be made, started or stopped; the message says what to look at."""


def find_binaries() -> Path:
    """
    Name the folder of the PostgreSQL programs.

    :raises ClusterError: when PostgreSQL 15 or newer with PostGIS is not installed; the message names the package.
    """
    versions = [path.name for path in Path(BINARIES).iterdir()] if Path(BINARIES).is_dir() else []
    usable = [
        version
        for version in versions
        if version.isdigit() and int(version) >= OLDEST_VERSION and Path(MAPS.format(version)).exists()
    ]
    if not usable:
        message = "PostgreSQL 15 with PostGIS is not installed: apt-get install postgresql-15 postgresql-15-postgis-3"
        raise ClusterError(message)
    return Path(BINARIES) / min(usable, key=int) / "bin"


def _as_server_user() -> list[str]:
    """PostgreSQL refuses to run as root, so root borrows the package's user."""
    if os.geteuid() != 0:
        return []
    try:
        pwd.getpwnam(SERVER_USER)
    except KeyError as error:
        message = (
            f"PostgreSQL does not run as root and the user {SERVER_USER} is missing: apt-get install postgresql-15"
        )
        raise ClusterError(message) from error
    return ["setpriv", f"--reuid={SERVER_USER}", f"--regid={SERVER_USER}", "--clear-groups"]


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "HOME": "/", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _run(command: Sequence[str | Path], *, timeout: float) -> subprocess.CompletedProcess[str]:
    # From "/": the server's user may not be able to read the caller's folder.
    return subprocess.run(
        [*_as_server_user(), *map(str, command)],
        cwd="/",
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout,
        check=False,
    )


@dataclass(frozen=True)
class Cluster:
    """One PostgreSQL cluster in `folder`: data, socket and log are in there and nowhere else."""

    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.folder / "data"

    @property
    def log_file(self) -> Path:
        """What the server says, with statements that failed and locks that were waited for."""
        return self.folder / "server.log"

    @property
    def host(self) -> str:
        """The folder of the unix socket; the cluster listens nowhere else."""
        return str(self.folder)

    @property
    def superuser_url(self) -> str:
        """The address for the launcher and the test harness; the system itself never gets it."""
        return self.url(SUPERUSER, "postgres")

    @property
    def pid(self) -> int | None:
        """The server's process, or None when it is not running."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None
        return pid if pid in self.processes() else None

    def url(self, role: str, database: str) -> str:
        """Return a libpq address for `role` on `database`, without a password: the socket's folder is the guard."""
        return f"postgresql://{role}@/{database}?host={quote(self.host, safe='/')}&port={PORT}"

    def is_ready(self) -> bool:
        """Whether the server answers; a status file would also believe a dead or a defunct process."""
        command: list[str | Path] = [
            find_binaries() / "pg_isready",
            "--quiet",
            "--host",
            self.host,
            "--port",
            str(PORT),
            "--timeout",
            "2",
        ]
        return _run(command, timeout=10).returncode == 0

    def start(self) -> None:
        """
        Start the server if it does not answer; after a kill the old processes get time to leave.

        :raises ClusterError: when it does not answer in time; the message ends with the server's last words.
        """
        with self._locked():
            if self.is_ready():
                return
            self._write_settings()
            deadline = time.monotonic() + START_SECONDS
            while True:
                self._forget_dead_server()
                done = self._pg_ctl("start", "--wait", "--timeout", "60", "--log", str(self.log_file))
                if done.returncode == 0 and self.is_ready():
                    return
                if time.monotonic() > deadline:
                    message = f"PostgreSQL did not start in {self.folder}.\n{done.stdout}{self._last_words()}"
                    raise ClusterError(message)
                time.sleep(0.2)

    def stop(self) -> None:
        """
        Stop the server, ending open sessions; nothing happens when it is not running.

        :raises ClusterError: when it neither stops in time nor lets itself be ended.
        """
        with self._locked():
            if self.pid is None:
                return
            for mode in ("fast", "immediate"):
                done = self._pg_ctl("stop", "--mode", mode, "--wait", "--timeout", str(STOP_SECONDS))
                if (done.returncode == 0 or self.pid is None) and self._is_gone():
                    return
            message = f"PostgreSQL in {self.folder} does not stop.\n{done.stdout}"
            raise ClusterError(message)

    def initialize(self) -> None:
        """
        Make the data directory unless it is there already; an interrupted attempt leaves nothing that counts.

        :raises ClusterError: when initdb fails, with its message.
        """
        with self._locked():
            if (self.data / "PG_VERSION").exists():
                return
            fresh = self.folder / "data.new"
            shutil.rmtree(fresh, ignore_errors=True)
            options = ["--encoding=UTF8", "--locale=C.UTF-8", "--auth-local=trust", "--auth-host=reject", "--no-sync"]
            done = _run([find_binaries() / "initdb", "--pgdata", fresh, "--username", SUPERUSER, *options], timeout=120)
            if done.returncode != 0:
                message = f"initdb failed in {self.folder}.\n{done.stdout}"
                raise ClusterError(message)
            with (fresh / "postgresql.conf").open("a") as conf:
                conf.write("\ninclude_if_exists 'guildhall.conf'\n")
            fresh.rename(self.data)

    def _pg_ctl(self, action: str, *options: str) -> subprocess.CompletedProcess[str]:
        return _run([find_binaries() / "pg_ctl", action, "--pgdata", self.data, "--silent", *options], timeout=120)

    def _write_settings(self) -> None:
        settings = {**_development_settings(), "unix_socket_directories": self.host, **self.settings}
        lines = [f"{name} = '{value}'\n" for name, value in sorted(settings.items())]
        (self.data / "guildhall.conf").write_text("".join(lines))

    def _is_gone(self) -> bool:
        """Wait for the last process: the server removes its lock file a moment before it ends."""
        deadline = time.monotonic() + STOP_SECONDS
        while self.processes():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.01)
        return True

    def processes(self) -> set[int]:
        """
        Every live process that works in the data directory: the server and each of its children do.

        The directory itself counts, not its name: a link has another, and outside of a changed root another one has the same.
        """
        found = set()
        for entry in os.scandir("/proc"):
            if entry.name.isdigit():
                try:
                    if self.data.samefile(f"/proc/{entry.name}/cwd"):
                        found.add(int(entry.name))
                except OSError:
                    continue  # It ended meanwhile, is defunct, or belongs to somebody else.
        return found

    def _forget_dead_server(self) -> None:
        """Remove the lock files of a killed server: its number may belong to another or to a defunct process by now."""
        if self.processes():
            return
        for path in (self.data / "postmaster.pid", self.folder / f"{SOCKET_NAME}.lock"):
            path.unlink(missing_ok=True)

    def _last_words(self) -> str:
        try:
            lines = self.log_file.read_text(errors="replace").splitlines()
        except OSError:
            return ""
        return "\n".join([f"The end of {self.log_file}:", *lines[-15:]])

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One at a time makes, starts or stops this cluster, also across processes."""
        with (self.folder.parent / f"{self.folder.name}.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _development_settings() -> dict[str, str]:
    memory_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return {
        "listen_addresses": "",
        "port": str(PORT),
        "unix_socket_permissions": "0700",
        "max_connections": "200",
        "shared_buffers": f"{max(64, min(512, memory_mb // 8))}MB",
        "max_wal_size": "2GB",
        "checkpoint_timeout": "15min",
        "wal_level": "replica",
        "synchronous_commit": "on",
        "random_page_cost": "1.1",
        # Short statements all day: compiling them or starting helpers for them costs more than it saves.
        "jit": "off",
        "max_parallel_workers_per_gather": "0",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] %q%u@%d ",
        "log_lock_waits": "on",
        "log_min_error_statement": "error",
        "log_checkpoints": "off",
    }


def place_for(folder: Path) -> Path:
    """
    Name the folder the cluster of a state folder lives in.

    That is `folder` itself, unless the server's user cannot reach it or a socket's path in it would be too long;
    then a folder in /var/tmp named after it.
    """
    folder = folder.absolute()
    elsewhere = Path(f"/var/tmp/guildhall-{os.geteuid()}-{hashlib.sha256(str(folder).encode()).hexdigest()[:10]}/pg")  # noqa: S108 - owner is checked
    if (elsewhere / "data" / "PG_VERSION").exists() or len(f"{folder}/{SOCKET_NAME}.lock") > LONGEST_SOCKET_PATH:
        return _own(elsewhere)
    _own(folder)
    reachable = _run(["test", "-w", folder], timeout=10).returncode == 0
    return folder if reachable else _own(elsewhere)


def _own(folder: Path) -> Path:
    """Make the folder for the server's user alone, under a parent nobody else may have put there."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    if folder.parent.is_symlink() or folder.parent.stat().st_uid != os.geteuid():
        message = f"{folder.parent} belongs to somebody else."
        raise ClusterError(message)
    folder.mkdir(mode=0o700, exist_ok=True)
    if os.geteuid() == 0 and _as_server_user():
        user = pwd.getpwnam(SERVER_USER)
        os.chown(folder, user.pw_uid, user.pw_gid)
    return folder
