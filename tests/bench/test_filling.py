"""What benches fill by statements of their own fits the tables as they are today."""

from typing import Any

import pytest

from bench import booking_data, dispatch_data
from bench.common import as_app

pytestmark = pytest.mark.committed


@pytest.fixture(autouse=True)
def few_people(monkeypatch: pytest.MonkeyPatch, settings: Any, committed_db: str, owner_url: str) -> None:
    """As many people as the smallest fillings name, in the test's own database."""
    monkeypatch.setattr(dispatch_data, "PROVIDERS", 60)
    settings.MIGRATION_DATABASE_URL = owner_url
    settings.DIRECT_DATABASE_URL = committed_db


def test_jobs_that_are_given_out() -> None:
    booking_data.fill(60)

    assert _count("bench_offer join bookings_booking b on b.id = booking_id where b.status = 'matching'") == 60
    assert _count("matching_offer where status = 'open'") == 60


def test_waves_that_end() -> None:
    dispatch_data.fill(20)

    assert _count("matching_candidate") == 20 * dispatch_data.CANDIDATES
    assert len(dispatch_data.make_due(20)) == 20
    assert _count("matching_cascade where expires_at <= now()") == 20


def _count(what: str) -> int:
    with as_app() as database:
        row = database.execute(f"select count(*) from {what}").fetchone()
        return int(row[0]) if row else 0
