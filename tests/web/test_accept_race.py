"""64 different providers accept one offer each of the same booking, over HTTP, a connection each, released together (X44)."""

import os
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from django.conf import settings

from guildhall.eventlog.models import EventRow
from guildhall.identity.commands import issue_tokens
from guildhall.kernel.ids import public_id
from guildhall.matching.models import Offer
from guildhall.scheduling.models import Reservation
from guildhall.timers.queries import clock_now
from tests import given_people as people
from tests.bookings.test_accept_race import PROVIDERS, many_providers, offered
from tests.clients import eventually

ROUNDS = 10
ROUNDS_LONG = 50
pytestmark = [pytest.mark.committed, pytest.mark.timeout(600)]


@pytest.fixture
def served(committed_db: str) -> Iterator[str]:
    """The web role on the test's own database; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += [
        "--workers",
        "2",
        "--blocking-threads",
        "8",
        "--no-ws",
        "--log-level",
        "warning",
        "guildhall.wsgi:application",
    ]
    environment = {**os.environ, "DATABASE_URL": committed_db, "DIRECT_DATABASE_URL": committed_db}
    server = subprocess.Popen([sys.executable, *command], env=environment, cwd=Path(settings.BASE_DIR))
    url = f"http://127.0.0.1:{port}"
    try:
        eventually(lambda: _answers(f"{url}/ready"), seconds=60)
        yield url
    finally:
        server.terminate()
        server.wait(timeout=20)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False, timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def accept_all(
    clients: dict[object, httpx.Client], offers: dict[object, object], key: str
) -> dict[object, httpx.Response]:
    """Send every acceptance behind one barrier."""
    barrier = threading.Barrier(len(offers))
    answers: dict[object, httpx.Response] = {}

    def send(provider: object, path: str) -> None:
        barrier.wait(timeout=60)
        answers[provider] = clients[provider].post(path, headers={"Idempotency-Key": f"{key}-{provider}"})

    threads = [
        threading.Thread(target=send, args=(provider, f"/api/v1/offers/{public_id('of', offer)}/acceptance"))
        for provider, offer in offers.items()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return answers


def test_one_of_64_gets_the_job_over_http(served: str, request: pytest.FixtureRequest):
    rounds = ROUNDS_LONG if request.config.getoption("--long") else ROUNDS
    clients = {
        person.id: httpx.Client(
            base_url=served,
            trust_env=False,
            timeout=60,
            headers={"Authorization": f"Bearer {issue_tokens(account_id=person.id, at=clock_now()).access}"},
        )
        for person in many_providers()
    }
    for client in clients.values():
        assert client.get("/api/v1/users/me").status_code == 200
    ana = people.customer(card=True)
    for number in range(rounds):
        booking_id, offers = offered(ana, number)
        assert len(offers) == PROVIDERS

        answers = accept_all(clients, offers, f"round {number}")

        told = Counter((answer.status_code, answer.json().get("code", "")) for answer in answers.values())
        assert told == {(200, ""): 1, (409, "already_taken"): PROVIDERS - 1}
        assert EventRow.objects.filter(reference=f"booking:{booking_id}", name="booking.confirmed").count() == 1
        assert Reservation.objects.filter(reference=f"booking:{booking_id}", status="active").count() == 1
        statuses = Offer.objects.filter(cascade__reference=f"booking:{booking_id}").values_list("status", flat=True)
        assert Counter(statuses) == {"accepted": 1, "withdrawn": PROVIDERS - 1}
        winner = next(provider for provider, answer in answers.items() if answer.status_code == 200)
        path = f"/api/v1/offers/{public_id('of', offers[winner])}/acceptance"
        again = clients[winner].post(path, headers={"Idempotency-Key": f"again {number}"})
        assert (again.status_code, again.json()) == (200, answers[winner].json())
    for client in clients.values():
        client.close()
