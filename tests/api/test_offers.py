"""Accepting and declining over HTTP (X42): the first wins, and the others learn what became of their offer."""

import pytest

from guildhall.credentialing.commands import revoke_work_right
from guildhall.kernel.ids import read_public_id
from guildhall.matching.models import Offer
from guildhall.timers.queries import clock_now
from tests import given_bookings as given
from tests.api import books
from tests.given_matching import later


@pytest.fixture
def offer(world):
    """Priya's offer."""
    return world.names["offer"]


@pytest.fixture
def rival(world):
    """Diego's offer of the same booking."""
    return world.api("other_provider").get("offers").json()["items"][0]["id"]


def accept(api, offer_id):
    return api.post(f"offers/{offer_id}/acceptance")


def status_of(offer_id):
    return Offer.objects.get(id=read_public_id("of", offer_id)).status


def test_the_winner_sees_the_address_and_asking_again_gets_the_same_answer(world, offer):
    priya = world.api("assigned")
    area = priya.get(f"offers/{offer}").json()

    first = accept(priya, offer)
    second = accept(priya, offer)

    assert area["area"]["radius_metres"] == 500
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()
    assert first.json()["status"] == "confirmed"
    assert first.json()["provider_user_id"] == priya.id
    assert first.json()["address"]["street"] == "1 Main Street"
    assert first.json()["start_code"] is None
    assert first.json()["cascade"] is None


def test_the_loser_is_told_that_another_was_first(world, offer, rival):
    accept(world.api("other_provider"), rival)
    done = books.contents()

    answer = accept(world.api("assigned"), offer)

    assert (answer.status_code, answer.json()["code"]) == (409, "already_taken")
    assert set(books.changed(done)) == {books.KEYS}
    assert world.api("assigned").get("offers").json()["items"] == []


def test_an_offer_ends_with_its_window(world, offer):
    later(hours=5)

    answer = accept(world.api("assigned"), offer)

    assert (answer.status_code, answer.json()["code"]) == (410, "expired")


def test_an_offer_ends_when_the_customer_cancels(world, offer):
    booking = world.names["matching"]
    assert world.api("other_customer").post(f"bookings/{booking}/cancellation", {}).status_code == 200

    answer = accept(world.api("assigned"), offer)

    assert (answer.status_code, answer.json()["code"]) == (410, "expired")


def test_an_offer_ends_with_the_right_to_work(world, offer):
    priya, olga = world.people["assigned"], world.people["operator"]
    revoke_work_right(provider_id=priya.id, reason="document_expired", by=olga.actor, at=clock_now())
    given.let_it_happen()

    answer = accept(world.api("assigned"), offer)

    assert (answer.status_code, answer.json()["code"]) == (410, "expired")
    assert status_of(offer) == "withdrawn"


def test_another_providers_offer_is_not_there(world, rival):
    priya = world.api("assigned")

    assert accept(priya, rival).status_code == 404
    assert priya.get(f"offers/{rival}").status_code == 404
    assert status_of(rival) == "open"


def test_declining_is_free_and_may_be_said_twice(world, offer):
    priya = world.api("assigned")

    first = priya.post(f"offers/{offer}/decline", {})
    second = priya.post(f"offers/{offer}/decline", {"reason": "Too far."})

    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json()["status"] == "declined"
    assert accept(priya, offer).status_code == 410


def test_the_status_accepted_is_the_same_command(world, offer):
    priya = world.api("assigned")
    path = world.filled("bookings/{matching}/status")

    without = priya.put(path, {"status": "accepted"})
    elsewhere = priya.put(world.filled("bookings/{unfilled}/status"), {"status": "accepted", "offer_id": offer})
    taken = priya.put(path, {"status": "accepted", "offer_id": offer})

    assert (without.status_code, without.json()["code"]) == (400, "invalid_field")
    assert elsewhere.status_code == 404
    assert (taken.status_code, taken.json()["status"]) == (200, "confirmed")
