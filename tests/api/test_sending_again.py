"""One key, one effect: the second asking gets the first answer (X26), another request under the same key none (X27)."""

import pytest

from tests.api import books, variants
from tests.api.examples import EXAMPLES, path_of


@pytest.mark.parametrize("address", variants.keyed())
def test_the_same_request_again_gets_the_same_answer_and_has_no_second_effect(world, address):
    example = EXAMPLES[address]
    api, method = world.api(example.role), variants.method_of(address)
    path, body = world.filled(path_of(address)), world.filled(example.body)
    first = api.ask(method, path, body, Idempotency_Key="again")
    done = books.contents()

    second = api.ask(method, path, body, Idempotency_Key="again")

    assert first.status_code == example.status
    assert (second.status_code, second.content) == (first.status_code, first.content)
    assert second["Content-Type"] == first["Content-Type"]
    assert second["Idempotent-Replayed"] == "true"
    assert books.changed(done) == []


@pytest.mark.parametrize("address", variants.keyed())
def test_another_request_under_the_same_key_is_refused(world, address):
    example = EXAMPLES[address]
    api, method = world.api(example.role), variants.method_of(address)
    api.put("providers/me/availability", {"available_now": True}, Idempotency_Key="used")
    api.post("users/me/consents", {"kind": "terms", "text_version": "1"}, Idempotency_Key="used")
    done = books.contents()

    answer = api.ask(method, world.filled(path_of(address)), world.filled(example.body), Idempotency_Key="used")

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert books.changed(done) == []


def test_spaces_and_order_do_not_make_another_request(world):
    ana = world.api("owner")
    first = ana.ask("POST", "users/me/addresses", raw=b'{"street": "2 Main", "zip_code": "92103"}', Idempotency_Key="k")

    second = ana.ask("POST", "users/me/addresses", raw=b'{"zip_code":"92103","street":"2 Main"}', Idempotency_Key="k")

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()


def test_a_key_belongs_to_its_account(world):
    place = {"street": "2 Main", "zip_code": "92103"}
    first = world.api("owner").post("users/me/addresses", place, Idempotency_Key="k")

    second = world.api("other_customer").post("users/me/addresses", place, Idempotency_Key="k")

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] != second.json()["id"]
    assert "Idempotent-Replayed" not in second


def test_a_refusal_that_is_an_answer_is_kept_and_one_that_is_none_is_not(world):
    priya = world.api("assigned")
    path = world.filled("bookings/{confirmed}/hours")

    conflict = priya.post(path, {}, Idempotency_Key="a")
    again = priya.post(path, {}, Idempotency_Key="a")
    malformed = priya.post(path, {"minutes": "x"}, Idempotency_Key="b")
    mended = priya.post(path, {}, Idempotency_Key="b")

    assert (conflict.status_code, again.status_code) == (409, 409)
    assert again["Idempotent-Replayed"] == "true"
    assert again.json() == conflict.json()
    assert malformed.status_code == 400
    assert (mended.status_code, "Idempotent-Replayed" in mended) == (409, False)
