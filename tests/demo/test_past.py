"""A past is lived by the real commands and vendors: everything in it agrees, and a run that broke off goes on."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from guildhall.bookings.models import Booking
from guildhall.cli import demo, verify
from guildhall.eventlog.commands import ensure_subscriptions
from guildhall.notifications.models import InboxItem, OutgoingMessage
from guildhall.payments.models import Journal
from guildhall.reviews.models import Review
from guildhall.scheduling.models import Reservation
from guildhall.timers.commands import ClockStaysReal, live_in_past, set_timer, travel_to
from guildhall.timers.queries import clock_now, travelled_seconds
from guildhall.verticals.loading import load_vertical
from guildhall.verticals.reading import read_pack
from tests.sandbox.running import SandboxProcess, sandbox_process

BOOKINGS = 12
TOWN = demo.Size(providers=57, customers=6, bookings=BOOKINGS, cities=("san-diego",))
pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def _pack(committed_db):
    ensure_subscriptions()
    load_vertical(read_pack("av"), at=clock_now())


@pytest.fixture
def vendor(tmp_path: Path, settings, monkeypatch) -> Iterator[SandboxProcess]:
    """A payment vendor of the test's own, with the secrets that this process has."""
    for name in ("STRIPE_WEBHOOK_SECRET", "STRIPE_CONNECT_WEBHOOK_SECRET", "STRIPE_THIN_WEBHOOK_SECRET"):
        monkeypatch.setenv(name, getattr(configured, name))
    with sandbox_process(
        tmp_path / "vendor", "http://127.0.0.1:9", STRIPE_SECRET_KEY=configured.STRIPE_SECRET_KEY
    ) as one:
        settings.STRIPE_API_BASE = one.url
        yield one


def _is_sound() -> None:
    results = [verify.check(*one) for one in verify.invariants()]
    assert [result.invariant.name for result in results if not result.holds] == []


@pytest.mark.usefixtures("_pack")
class TestLiving:
    def test_a_past_that_broke_off_ends_in_a_present_where_everything_agrees(self, vendor):
        lines: list[str] = []

        def lights_out(line: str) -> None:
            lines.append(line)
            if Booking.objects.count() >= BOOKINGS / 2:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            demo.found(vertical="av", sandbox_url=vendor.url, size=TOWN, say=lights_out, say_seconds=0)
        assert travelled_seconds() < 0
        assert demo.is_to_be_made()
        demo.found(vertical="av", sandbox_url=vendor.url, size=TOWN, say=lines.append)

        assert travelled_seconds() == 0
        assert not demo.is_to_be_made()
        assert Booking.objects.count() == BOOKINGS
        _is_sound()
        statuses = Counter(Booking.objects.values_list("status", flat=True))
        assert statuses["closed"] >= BOOKINGS / 2
        done = Booking.objects.exclude(settled_minutes=None).filter(status="closed")
        assert done.count() >= BOOKINGS / 3
        assert Journal.objects.filter(reference__in=[one.reference for one in done]).exists()
        assert Reservation.objects.filter(reference__in=[one.reference for one in done]).count() == done.count()
        assert Review.objects.exists()
        assert set(OutgoingMessage.objects.values_list("status", flat=True)) <= {"sent", "dropped"}
        old = InboxItem.objects.filter(told_at__lt=clock_now() - timedelta(days=2))
        assert old.exists()
        assert not old.filter(read_at=None).exists()
        assert vendor.http.get("/sandbox/mailbox").json()["mails"] == []
        assert not ProcrastinateJob.objects.exists()
        began = datetime.now(UTC) - timedelta(days=93)
        assert all(began < one.requested_at < datetime.now(UTC) for one in Booking.objects.all())
        books = vendor.http.get("/sandbox/books").json()
        assert (books["sum"], books["violations"]) == (0, [])
        assert vendor.http.get("/sandbox/health").json()["offset_seconds"] == 0
        refused = vendor.http.post("/sandbox/past", json={"offset_seconds": -60})
        assert (refused.status_code, refused.json()["code"]) == (409, "no_past")


@pytest.mark.usefixtures("_pack")
class TestOnlyANewDatabaseHasAPast:
    def test_a_clock_with_something_before_it_does_not_go_back(self):
        set_timer(kind="tests.never", reference="x", due_at=clock_now() + timedelta(days=1))

        with pytest.raises(ClockStaysReal):
            live_in_past(travelled=timedelta(days=-1))

        assert travelled_seconds() == 0

    def test_it_leads_to_the_present_and_never_beyond(self):
        live_in_past(travelled=timedelta(days=-3))

        live_in_past(travelled=timedelta(days=-5))
        assert travelled_seconds() == -5 * 86_400
        with pytest.raises(ClockStaysReal):
            live_in_past(travelled=timedelta(seconds=1))
        assert travelled_seconds() == -5 * 86_400

        live_in_past(travelled=timedelta())
        travel_to(travelled=timedelta(hours=1))
        with pytest.raises(ClockStaysReal):
            live_in_past(travelled=timedelta(days=-1))
        assert travelled_seconds() == 3600

    def test_there_is_none_outside_the_sandbox(self, settings):
        settings.SANDBOX = False

        with pytest.raises(ClockStaysReal):
            live_in_past(travelled=timedelta(days=-1))

        with connection.cursor() as cursor:
            cursor.execute("select travelled from timers_clock")
            assert cursor.fetchone()[0] == timedelta()
