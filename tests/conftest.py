"""The harness: a private PostgreSQL, a migrated template, a clone for each worker and for each test that commits."""

import fcntl
import gc
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import django
import pytest
from django.conf import settings
from django.db import connections

from guildhall.cli import postgres, testing
from guildhall.cli.frontend import ensure_built

ROOT = Path(__file__).resolve().parent.parent
STATE = testing.place()
LONG_SECONDS = 1_800
os.environ["DJANGO_SETTINGS_MODULE"] = "guildhall.settings"
os.environ["GUILDHALL_ENV"] = "sandbox"
os.environ["GUILDHALL_STATE"] = os.environ["GUILDHALL_TEST_STATE"] = str(STATE)
os.environ.setdefault("STRIPE_SECRET_KEY", "sk_test_guildhall")
os.environ.setdefault("STRIPE_WEBHOOK_SECRET", "whsec_platform")
os.environ.setdefault("STRIPE_CONNECT_WEBHOOK_SECRET", "whsec_connect")
os.environ.setdefault("STRIPE_THIN_WEBHOOK_SECRET", "whsec_thin")
os.environ.setdefault("TWILIO_ACCOUNT_SID", "AC" + "0" * 32)
os.environ.setdefault("TWILIO_AUTH_TOKEN", "twilio-token")
os.environ.setdefault("TWILIO_FROM_NUMBER", "+16195550100")

from guildhall.identity.hashers import Argon2id  # noqa: E402
from tests.running import RUNNING  # noqa: E402
from tests.spreading import OneSystemAtATime, group_of  # noqa: E402


def _fingerprint() -> str:
    """What the template is made of: tables, functions, triggers, arrows, packs."""
    digest = hashlib.sha256()
    for path in sorted(ROOT.glob("guildhall/**/*")):
        if path.is_file() and (
            path.suffix == ".sql"
            or "migrations" in path.parts
            or path.name in {"lifecycle.py", "schema.py", "applied.py", "pack.yaml", "handlers.py"}
        ):
            digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


class Databases:
    """The cluster of this run and the databases that tests are given."""

    def __init__(self) -> None:
        self.cluster = postgres.ensure_cluster(
            STATE / "pg",
            {
                "fsync": "off",
                "full_page_writes": "off",
                "max_connections": "400",
                "max_wal_size": "256MB",
                "log_lock_waits": "on",
            },
        )
        self.made = 0
        self.worker = os.environ.get("PYTEST_XDIST_WORKER", "main") + f"_{os.getpid()}"
        with (STATE / "template.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.template = postgres.make_template(self.cluster, _fingerprint(), self._build)

    def _build(self, name: str) -> None:
        url = self.cluster.url(postgres.OWNER, name)
        environment = {**os.environ, "GUILDHALL_AS_OWNER": "1", "MIGRATION_DATABASE_URL": url, "DATABASE_URL": url}
        subprocess.run(
            [
                sys.executable,
                "-c",
                "import django; django.setup(); from guildhall.cli.schema import migrate; migrate()",
            ],
            env={**environment, "DJANGO_SETTINGS_MODULE": "guildhall.settings", "PYTHONWARNINGS": "ignore"},
            cwd=ROOT,
            check=True,
        )

    def clone(self) -> str:
        """Make a database as the template is; gives its name."""
        self.made += 1
        name = f"test_{self.worker}_{self.made}"
        postgres.drop_database(self.cluster, name)
        with (STATE / "template.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            postgres.create_database(self.cluster, name, template=self.template)
        return name

    def drop(self, name: str) -> None:
        """Remove a database that `clone` made."""
        postgres.drop_database(self.cluster, name)


STATE.mkdir(parents=True, exist_ok=True)
ensure_built(print)
DATABASES = Databases()
_shared = DATABASES.clone()
os.environ["DATABASE_URL"] = os.environ["DIRECT_DATABASE_URL"] = DATABASES.cluster.url(postgres.APP, _shared)
os.environ["MIGRATION_DATABASE_URL"] = DATABASES.cluster.url(postgres.OWNER, _shared)

django.setup()

from whitenoise.middleware import WhiteNoiseMiddleware  # noqa: E402 - it reads the settings

from guildhall.catalog.cache import CATALOGUE  # noqa: E402 - it has models
from guildhall.kernel import remembered  # noqa: E402 - it knows the connections
from guildhall.policy.cache import DOCUMENTS  # noqa: E402 - it has models


def _point_at(name: str) -> None:
    """Have this process work on a database. A worker of xdist inherits the environment, so settings may be read already."""
    connections.close_all()
    url = DATABASES.cluster.url(postgres.APP, name)
    settings.DIRECT_DATABASE_URL = url
    connections.settings["default"]["NAME"] = name
    connections["default"].settings_dict["NAME"] = name
    os.environ["DATABASE_URL"] = os.environ["DIRECT_DATABASE_URL"] = url


_point_at(_shared)
# Hundreds of people sign up in the tests; how long one password takes to hash is no concern of theirs.
Argon2id.time_cost, Argon2id.memory_cost = 1, 64


def _find_static_files_once() -> None:
    """Each client of a test has middleware of its own, which would look at some hundred files again each time."""
    find = WhiteNoiseMiddleware.add_files_from_finders
    found: dict[str, object] = {}

    def add_found(middleware: WhiteNoiseMiddleware) -> None:
        if not found:
            find(middleware)
            found.update(middleware.files)
        middleware.files.update(found)

    WhiteNoiseMiddleware.add_files_from_finders = add_found


_find_static_files_once()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Know `--long`."""
    parser.addoption("--long", action="store_true", help="run the long forms of races, kills and loads")
    parser.addoption("--pictures", help="a folder for pictures of every page that a browser looks at")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> OneSystemAtATime:
    """Spread tests over processes our way."""
    return OneSystemAtATime(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave long tests out unless asked, and give long forms their time."""
    if config.getoption("--long"):
        for item in items:
            if item.get_closest_marker("timeout") is None:
                item.add_marker(pytest.mark.timeout(LONG_SECONDS))
    else:
        left_out = [item for item in items if item.get_closest_marker("long")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """End with a group's last test what its tests share."""
    try:
        yield
    finally:
        if nextitem is None or group_of(nextitem.nodeid) != group_of(item.nodeid):
            RUNNING.end()


def pytest_collection_finish() -> None:
    """What is loaded by now stays: looking through it again and again for rubbish takes a tenth of the processor."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def pytest_unconfigure() -> None:
    """Drop what this process was given."""
    connections.close_all()
    DATABASES.drop(_shared)


@pytest.fixture(scope="session")
def django_db_setup() -> None:
    """The database is a clone of the template already."""


@pytest.fixture
def committed_db(django_db_blocker: object) -> Iterator[str]:
    """Give the test a database of its own in which it really commits: the app role's address."""
    name = DATABASES.clone()
    _point_at(name)
    with django_db_blocker.unblock():
        yield DATABASES.cluster.url(postgres.APP, name)
        _point_at(_shared)
    DATABASES.drop(name)


@pytest.fixture
def owner_url(committed_db: str) -> str:
    """The owner's address of the test's own database: for negative controls that take a guard away."""
    return committed_db.replace(f"//{postgres.APP}@", f"//{postgres.OWNER}@")


@pytest.fixture(autouse=True)
def _committed_marker(request: pytest.FixtureRequest) -> None:
    """A test marked `committed` gets its own database."""
    if request.node.get_closest_marker("committed"):
        request.getfixturevalue("committed_db")


@pytest.fixture(scope="session")
def server_log() -> Path:
    """The PostgreSQL server's log (deadlocks are found there)."""
    return DATABASES.cluster.log_file


@pytest.fixture
def policies_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Policies and the catalogue, read once, stay read: for tests that count queries, however slow the machine is."""
    for known in (DOCUMENTS, CATALOGUE):
        known.forget()  # A test that set a policy and rolled it back has made its connection distrustful.
    monkeypatch.setattr(remembered, "monotonic", lambda: 0.0)
