"""The real sandbox: a mailbox behind SMTP and text messages behind HTTP, in a process of its own."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from guildhall.eventlog.commands import ensure_subscriptions
from guildhall.notifications.commands import hear_sms, record_sms_status
from guildhall.timers.queries import clock_now
from tests.given_matching import clock_at
from tests.sandbox.running import SID, TOKEN, FakeGuildhall, SandboxProcess, sandbox_process

OURS = "+16195550100"


@pytest.fixture(autouse=True)
def _subscriptions(request: pytest.FixtureRequest) -> None:
    """Every subscription has its cursor, so that facts are heard from the test's first one on, and it is day, whenever the tests are run."""
    if request.node.get_closest_marker("django_db"):
        request.getfixturevalue("db")
        ensure_subscriptions()
        clock_at((clock_now() + timedelta(days=1)).replace(hour=18))  # in the morning in Los Angeles


@dataclass
class Post:
    """What has left the house, and what is told back; the edge is played by `hear`."""

    process: SandboxProcess
    guildhall: FakeGuildhall
    mail_mark: int
    sms_mark: int

    def mails(self, **query: Any) -> list[dict[str, Any]]:
        """Whole mails that came in during the test, oldest first."""
        found = self.process.http.get("/sandbox/mailbox", params={"after": self.mail_mark, **query}).json()["mails"]
        return [self.process.http.get(f"/sandbox/mailbox/{mail['id']}").json() for mail in reversed(found)]

    def texts(self, to: str = "") -> list[dict[str, Any]]:
        """Text messages that came in during the test, oldest first."""
        query = {"after": self.sms_mark, **({"to": to} if to else {})}
        found = self.process.http.get("/sandbox/sms", params=query).json()["messages"]
        return [one for one in reversed(found) if one["direction"] == "outbound-api"]

    def breaks(self, vendor: str, action: str, **order: Any) -> None:
        """Order a fault."""
        answer = self.process.http.post("/sandbox/faults", json={"vendor": vendor, "action": action, **order})
        assert answer.status_code == 201, answer.text

    def replies(self, sender: str, body: str) -> None:
        """Write to our number as a person would."""
        self.process.http.post("/sandbox/sms/inbound", json={"from": sender, "to": OURS, "body": body})

    def hear(self) -> int:
        """Hand every webhook that came in to the commands, in order; says how many."""
        told, self.guildhall.webhooks = self.guildhall.webhooks, []
        for path, fields, _ in told:
            if path == "/webhooks/twilio/status":
                code = fields.get("ErrorCode", "")
                status = fields["MessageStatus"]
                record_sms_status(sid=fields["MessageSid"], status=status, error_code=code, at=clock_now())
            else:
                hear_sms(from_number=fields["From"], body=fields["Body"], at=clock_now())
        return len(told)

    def hear_until(self, question: Callable[[], object]) -> None:
        """Hear until the answer is truthy, for at most ten seconds."""
        give_up_at = time.monotonic() + 10
        while not question():
            assert time.monotonic() < give_up_at, "It did not happen within ten seconds."
            self.hear()
            time.sleep(0.02)


@pytest.fixture(scope="session")
def _guildhall() -> Iterator[FakeGuildhall]:
    server = FakeGuildhall()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def _process(_guildhall: FakeGuildhall, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    with sandbox_process(tmp_path_factory.mktemp("post"), _guildhall.url) as process:
        # Ahead of every test's clock: the vendor's dates are never before a first try.
        answer = process.http.post("/sandbox/clock", json={"to": "2027-12-31T00:00:00Z"})
        assert answer.status_code == 200, answer.text
        yield process


@pytest.fixture
def post(_guildhall: FakeGuildhall, _process: SandboxProcess, settings: Any) -> Iterator[Post]:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", _process.smtp_port
    settings.TWILIO_API_BASE, settings.PUBLIC_URL = _process.url, _guildhall.url
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = SID, TOKEN
    _guildhall.webhooks = []
    mails = _process.http.get("/sandbox/mailbox", params={"limit": 1}).json()["mails"]
    texts = _process.http.get("/sandbox/sms").json()["messages"]
    yield Post(_process, _guildhall, mails[0]["id"] if mails else 0, texts[0]["id"] if texts else 0)
    _process.http.delete("/sandbox/faults")
    assert _process.http.get("/sandbox/health").json()["contract_breaches"] == []
