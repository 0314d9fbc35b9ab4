"""Residents on a running system: a visitor's first booking is answered, driven to, worked on and reviewed, by the API alone."""

import os
import signal
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.clients import Api, Refusal, eventually
from tests.stack import PASSWORD, Stack

pytestmark = pytest.mark.timeout(400)
_ANSWER_SECONDS = 60


@pytest.fixture(scope="module")
def city() -> Iterator[Stack]:
    """A city of a hundred and fifty providers without a past, and its residents."""
    with Stack(options=("--providers", "150", "--bookings", "0")) as stack:
        eventually(lambda: _residents(stack)["is_there"], 60)
        yield stack


def _residents(city: Stack, **wish: Any) -> dict[str, Any]:
    address = f"{city.sandbox_url}/sandbox/residents"
    answer = httpx.post(address, json=wish) if wish else httpx.get(address)
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


def _ask_for_help(city: Stack, ana: Api) -> str:
    """Book as a visitor does, and pay on the vendor's page unless the card is known."""
    address = ana.items("users/me/addresses")[0]["id"]
    wish = {"mode": "asap", "category": "audio", "address_id": address, "minutes_from": 30, "minutes_to": 60}
    booking_id: str = ana.post("bookings", wish)["id"]
    if not _is_searched(ana, booking_id):
        page = eventually(lambda: _is_searched(ana, booking_id) or _page(ana, booking_id))
        if isinstance(page, str):
            city.sandbox().pay(page)
    return booking_id


def _page(ana: Api, booking_id: str) -> str | None:
    """The vendor's page, if there is one: a card on file needs none."""
    try:
        url: str | None = ana.get(f"bookings/{booking_id}/card")["url"]
    except Refusal:
        return None
    return url


def _is_searched(ana: Api, booking_id: str) -> bool:
    return bool(ana.get(f"bookings/{booking_id}")["status"] != "awaiting_card")


def test_a_visitors_first_booking_is_answered_within_a_minute_and_done(city: Stack):
    _residents(city, speed=240)
    ana = city.api().log_in("ana@demo.example", PASSWORD)
    booking_id = _ask_for_help(city, ana)
    began = time.monotonic()

    def status() -> str:
        found: str = ana.get(f"bookings/{booking_id}")["status"]
        return found

    eventually(lambda: status() not in {"awaiting_card", "matching"}, _ANSWER_SECONDS, 0.5)
    assert time.monotonic() - began < _ANSWER_SECONDS
    assert status() != "unfilled"
    eventually(lambda: status() == "in_progress", 120, 0.5)
    city.sandbox().travel(by="30 min")  # nobody works for less than a minute, however fast they live
    eventually(lambda: status() == "completed", 60, 0.5)
    story = [wave["number"] for wave in ana.get(f"bookings/{booking_id}")["cascade"]["waves"]]
    assert story
    eventually(lambda: ana.get(f"bookings/{booking_id}/reviews")["is_other_in"], 120, 1)
    told = _residents(city)
    assert told["done"]["accepted"] >= 1
    assert told["done"]["finished"] >= 1
    ana.post(f"bookings/{booking_id}/confirmation")
    city.verify()


def test_who_is_paused_answers_nobody_and_a_killed_process_comes_back(city: Stack):
    _residents(city, paused=True)
    eventually(lambda: _residents(city)["paused"])
    os.kill(city.pids["residents"], signal.SIGKILL)
    ana = city.api().log_in("ana@demo.example", PASSWORD)
    booking_id = _ask_for_help(city, ana)

    eventually(lambda: ana.get(f"bookings/{booking_id}")["status"] == "matching", 30)
    # A new process has begun to count anew: it has looked, and touched nothing.
    eventually(lambda: _residents(city)["is_there"] and _residents(city)["requests"] == 0, 40)
    assert _residents(city)["done"] == {}
    assert ana.get(f"bookings/{booking_id}")["status"] in {"matching", "unfilled"}
    ana.post(f"bookings/{booking_id}/cancellation", {"reason": "Enough."})
    _residents(city, paused=False)
