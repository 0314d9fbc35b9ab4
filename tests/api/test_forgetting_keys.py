"""Keys live a day of real time: a request after that is a new one."""

import pytest
from django.db import connection

from guildhall.web.api import tasks
from guildhall.web.api.models import IdempotencyKey
from tests.api import books

PLACE = {"street": "2 Main", "zip_code": "92103"}


def age(key: str, interval: str) -> None:
    """Let a key be older, by the clock of the machine."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update api_idempotency_key set created_at = now() - %s::interval where key = %s", [interval, key]
        )


def test_a_request_after_its_key_was_forgotten_is_new(world):
    ana = world.api("owner")
    first = ana.post("users/me/addresses", PLACE, Idempotency_Key="k")
    age("k", "24 hours 1 second")

    tasks.forget_keys(timestamp=0)

    second = ana.post("users/me/addresses", PLACE, Idempotency_Key="k")
    assert second.status_code == 201
    assert "Idempotent-Replayed" not in second
    assert first.json()["id"] != second.json()["id"]


def test_a_key_of_the_last_day_is_kept(world):
    ana = world.api("owner")
    ana.post("users/me/addresses", PLACE, Idempotency_Key="k")
    age("k", "23 hours 59 minutes")
    before = books.contents()

    tasks.forget_keys(timestamp=0)

    assert books.changed(before) == []
    assert ana.post("users/me/addresses", PLACE, Idempotency_Key="k")["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("old", [4, 5])
def test_many_keys_are_forgotten_batch_by_batch(world, monkeypatch, old):
    ana = world.api("owner")
    for number in range(old):
        ana.post("users/me/addresses", PLACE, Idempotency_Key=f"old-{number}")
        age(f"old-{number}", "2 days")
    ana.post("users/me/addresses", PLACE, Idempotency_Key="new")
    monkeypatch.setattr(tasks, "BATCH", 2)

    tasks.forget_keys(timestamp=0)

    assert not IdempotencyKey.objects.filter(key__startswith="old-").exists()
    assert IdempotencyKey.objects.filter(key="new").exists()
