"""The whole system, started as a person starts it, on a state folder and ports of its own, for tests that speak HTTP with it."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from guildhall.cli import cluster as clusters
from guildhall.cli.state import State
from guildhall.kernel.ids import public_id
from tests import prepared
from tests.clients import GOOD_BANK, NO_TLS, Api, Sandbox, eventually
from tests.peopling import ProviderToMake

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "open sesame 2027"
SYSTEM_NUMBER = "+16195550100"
ROLES = frozenset({"supervisor", "postgres", "sandbox", "web", "sequencer", "subscriber", "dispatcher", "worker"})
_READY_SECONDS = 240
_STOP_SECONDS = 60
_PORTS_FROM = 30_000


@dataclass(frozen=True)
class Person:
    """Somebody with a session: the outside id (`cu_...`), what they log in with, and their own client."""

    id: str
    role: str
    first_name: str
    email: str
    phone_number: str
    api: Api
    address_id: str = ""


class Stack:
    """
    One running system.

    `options` go to `./guild up`; `environment` is added to its environment (`GUILDHALL_...` of this process are not passed on).
    """

    def __init__(
        self, *, options: Sequence[str] = ("--no-demo",), environment: Mapping[str, str] | None = None
    ) -> None:
        """Make the folder; `start` does the rest."""
        # The database's user must be able to reach it.
        self.folder = Path(tempfile.mkdtemp(prefix="guildhall-stack-"))
        self.folder.chmod(0o755)
        self.state = State(self.folder)
        self.options = list(options)
        self.environment = dict(environment or {})
        self.process: subprocess.Popen[bytes] | None = None
        self._peopling: subprocess.Popen[bytes] | None = None
        self._clients: list[Api | Sandbox] = []
        self._numbers = 0

    def __enter__(self) -> "Stack":
        """Start."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, and leave nothing behind."""
        self.remove()

    def start(self) -> None:
        """Start `./guild up` and wait until every role runs and every address answers. May follow a kill of the supervisor."""
        if self.options == ["--no-demo"] and not any(self.folder.iterdir()):
            prepared.copy_to(self.folder, _made_state)
        self._run_up()

    def _run_up(self) -> None:
        port = self.state.read("run.json").get("ports", {}).get("web") or _free_port()
        command = [sys.executable, "-P", "-m", "guildhall.cli", "up", "--state", str(self.folder)]
        self.process = subprocess.Popen(
            [*command, "--port", str(port), *self.options],
            cwd=ROOT,
            env={**_clean_environment(), **self.environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        eventually(self._is_ready, _READY_SECONDS, 0.1)

    def _is_ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, f"up ended with status {self.process.returncode}\n{self.log_tail()}"
        if self.state.read("run.json").get("pid") != self.process.pid or not set(self.pids) >= ROLES:
            return False
        return _answers(f"{self.web_url}/ready") and _answers(f"{self.sandbox_url}/sandbox/health")

    def stop(self) -> int:
        """Stop as Ctrl-C does; gives the exit status."""
        assert self.process is not None
        while self._clients:
            self._clients.pop().close()
        if self._peopling is not None:
            self._peopling.communicate()
            self._peopling = None
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(_STOP_SECONDS)

    def remove(self) -> None:
        """Stop and delete the folder."""
        if self.process is not None:
            self.stop()
        self.state.end_orphans()
        place = clusters.place_for(self.folder / "pg")
        if (place / "data").exists():  # a killed supervisor leaves the server running
            clusters.Cluster(place).stop()
        shutil.rmtree(self.folder)

    # Processes

    @property
    def pids(self) -> dict[str, int]:
        """Role to process number of everything that runs now, `supervisor` and `postgres` included."""
        return {role: int(pid) for role, pid in self.state.read("processes.json").items()}

    def kill(self, role: str, number: signal.Signals = signal.SIGKILL) -> int:
        """Send a signal to the process of a role; gives its number."""
        pid = self.pids[role]
        os.kill(pid, number)
        return pid

    def log_tail(self, lines: int = 60) -> str:
        """Give the end of the log of all roles."""
        file = self.state.log_file
        return "\n".join(file.read_text(errors="replace").splitlines()[-lines:]) if file.exists() else ""

    # Addresses

    @property
    def web_url(self) -> str:
        """The system's own address."""
        return f"http://127.0.0.1:{self.state.read('run.json')['ports']['web']}"

    @property
    def sandbox_url(self) -> str:
        """The emulators' address."""
        return str(self.state.read("run.json")["sandbox_url"])

    @property
    def database_url(self) -> str:
        """The database, as the role the system runs as."""
        return str(self.state.read("run.json")["database_url"])

    @property
    def owner_url(self) -> str:
        """The database, as the owner of its tables: for negative controls that take a guard away."""
        return str(self.state.read("run.json")["migration_database_url"])

    def sandbox(self) -> Sandbox:
        """A client of the emulators; closed with the system."""
        sandbox = Sandbox(self.sandbox_url)
        self._clients.append(sandbox)
        return sandbox

    def api(self) -> Api:
        """A client of the API that is nobody yet; closed with the system."""
        api = Api(self.web_url)
        self._clients.append(api)
        return api

    # Programs beside the system

    @property
    def variables(self) -> dict[str, str]:
        """The environment of a program that works in this system's database, as the role the system runs as."""
        run = self.state.read("run.json")
        return {
            **_clean_environment(),
            **self.state.secrets(),
            "GUILDHALL_ENV": "sandbox",
            "GUILDHALL_STATE": str(self.folder),
            "GUILDHALL_PUBLIC_URL": run["url"],
            "GUILDHALL_VERTICAL": run["vertical"],
            "DATABASE_URL": run["database_url"],
            "DIRECT_DATABASE_URL": run["database_url"],
            "MIGRATION_DATABASE_URL": run["migration_database_url"],
            "SANDBOX_URL": run["sandbox_url"],
            "DJANGO_SETTINGS_MODULE": "guildhall.settings",
        }

    def verify(self) -> dict[str, Any]:
        """Ask every invariant of the database, as `./guild verify` does; fails on a breach."""
        found = subprocess.run(
            [sys.executable, "-P", "-m", "guildhall.cli", "verify", "--json", "--state", str(self.folder)],
            cwd=ROOT,
            env=_clean_environment(),
            capture_output=True,
            check=False,
        )
        assert found.stdout, found.stderr.decode()
        verdict = dict(json.loads(found.stdout))
        broken = [one for one in verdict["invariants"] if not one["ok"]]
        assert not broken, json.dumps(broken, indent=1)
        return verdict

    # People

    def make_people(
        self, providers: Sequence[ProviderToMake], *, operators: Sequence[tuple[str, str]] = ()
    ) -> list[Person]:
        """Make providers who may work, and operators (first name, e-mail), by the commands; gives the providers, signed in lazily."""
        ids = self._ask_peopling(
            operators=[
                {"first_name": name, "last_name": "Journey", "email": email, "phone_number": self.next_number()}
                for name, email in operators
            ],
            providers=[asdict(provider) for provider in providers],
        )
        return [
            Person(
                public_id("pr", UUID(made)),
                "provider",
                one.first_name,
                one.email,
                one.phone_number,
                self.api().log_in(one.email, PASSWORD),
            )
            for made, one in zip(ids, providers, strict=True)
        ]

    def send_home(self) -> None:
        """Let every provider work at no hour of any week."""
        self._ask_peopling(send_home=True)

    def log_in(self, email: str, role: str, first_name: str = "", phone_number: str = "") -> Person:
        """Sign in as somebody who is there."""
        api = self.api().log_in(email, PASSWORD)
        return Person(api.get("users/me")["id"], role, first_name, email, phone_number, api)

    def sign_up_customer(
        self, first_name: str, *, place: Mapping[str, Any], more: Mapping[str, Any] | None = None, sandbox: Sandbox
    ) -> Person:
        """Sign a customer up over HTTP, with the code from the mail, and add an address (`place`: street, zip_code ...)."""
        api, phone_number = self.api(), self.next_number()
        email = f"{first_name.lower()}.{phone_number[-7:]}@journeys.example"
        account = {
            "role": "customer",
            "email": email,
            "password": PASSWORD,
            "first_name": first_name,
            "last_name": "Journey",
            "phone_number": phone_number,
        }
        api.post("auth/register", {**account, **(more or {})})
        api.take_tokens(api.post("auth/verify", {"email": email, "code": sandbox.code(email)}))
        address_id = api.post("users/me/addresses", dict(place))["id"]
        return Person(api.get("users/me")["id"], "customer", first_name, email, phone_number, api, address_id)

    def _ask_peopling(
        self, *, operators: Sequence[Any] = (), providers: Sequence[Any] = (), send_home: bool = False
    ) -> list[str]:
        wanted = {"operators": operators, "providers": providers, "send_home": send_home}
        if self._peopling is None or self._peopling.poll() is not None:
            self._peopling = subprocess.Popen(
                [sys.executable, "-P", "-m", "tests.peopling"],
                cwd=ROOT,
                env=self.variables,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        assert self._peopling.stdin is not None
        assert self._peopling.stdout is not None
        self._peopling.stdin.write(f"{json.dumps(wanted)}\n".encode())
        self._peopling.stdin.flush()
        answer = self._peopling.stdout.readline()
        assert answer, "the people could not be made; standard error says why"
        ids: list[str] = json.loads(answer)
        return ids

    def open_payout_account(self, provider: Person, sandbox: Sandbox, *, bank: str = GOOD_BANK) -> None:
        """Let a provider fill in the vendor's onboarding page."""
        provider.api.post("providers/me/payout-account")
        page = eventually(lambda: provider.api.get("providers/me/payout-account")["url"])
        sandbox.onboard(page, legal_name=f"{provider.first_name} Journey", bank=bank)

    def next_number(self) -> str:
        """A telephone number that nobody has (555-01xx, an area code for each hundred)."""
        areas = ("202", "212", "303", "312", "404", "415", "503", "512", "602", "702")
        area, last = divmod(self._numbers, 100)
        self._numbers += 1
        return f"+1{areas[area]}55501{last:02d}"


def _made_state() -> Path:
    """Start a system on a new state and stop it; gives its folder."""
    stack = Stack()
    stack._run_up()
    stack.stop()
    return stack.folder


def _clean_environment() -> dict[str, str]:
    """This process's environment without the database and the secrets of its own tests."""
    own = ("GUILDHALL_", "STRIPE_", "TWILIO_", "SMTP_", "DJANGO_", "PYTEST_", "SANDBOX_")
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(own) and "DATABASE_URL" not in name
    }
    return {**kept, "PYTHONPATH": str(ROOT)}


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2, trust_env=False, verify=NO_TLS).is_success
    except httpx.HTTPError:
        return False


def _free_port() -> int:
    """The first of a stretch of free ports; where to look depends on the process, so that two seldom meet."""
    start = _PORTS_FROM + os.getpid() % 1_000 * 16
    for port in range(start, start + 4_000, 16):
        try:
            for each in range(port, port + 3):
                with socket.socket() as probe:
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    probe.bind(("127.0.0.1", each))
        except OSError:
            continue
        return port
    raise AssertionError("no free ports")
