"""The same request twice at the same moment, on connections of their own (X26)."""

import threading

import psycopg
import pytest

from guildhall.customers.models import Address
from guildhall.eventlog.models import EventRow
from guildhall.web.api.models import IdempotencyKey
from tests import given_people as people
from tests.api.client import Api
from tests.racing import together

pytestmark = pytest.mark.committed
PLACE = {"street": "2 Main Street", "zip_code": "92103"}


@pytest.fixture
def ana():
    return Api(people.customer())


def test_eight_twins_have_one_effect_and_one_answer(ana):
    before = (Address.objects.count(), EventRow.objects.count())

    answers = together([lambda: ana.post("users/me/addresses", PLACE, Idempotency_Key="twin")] * 8)

    assert [answer.status_code for answer in answers] == [201] * 8
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotent-Replayed" in answer for answer in answers) == 7
    assert (Address.objects.count(), EventRow.objects.count()) == (before[0] + 1, before[1] + 1)


def test_without_the_unique_key_twins_have_eight_effects(ana, owner_url):
    """Negative control: the constraint is what keeps them apart."""
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute("alter table api_idempotency_key drop constraint api_one_answer_per_key")

    together([lambda: ana.post("users/me/addresses", PLACE, Idempotency_Key="twin")] * 8)

    assert Address.objects.count() == 1 + 8


def test_a_twin_whose_first_is_still_running_is_told_to_ask_again(ana, committed_db):
    with psycopg.connect(committed_db) as first:
        first.execute(
            "insert into api_idempotency_key (owner, key, fingerprint, body, content_type, created_at)"
            " values (%s, 'slow', '', '', '', now())",
            [f"customer:{ana.person.id}"],
        )

        answer = ana.post("users/me/addresses", PLACE, Idempotency_Key="slow")
        first.rollback()

    again = ana.post("users/me/addresses", PLACE, Idempotency_Key="slow")
    assert (answer.status_code, answer.json()["code"]) == (409, "request_in_progress")
    assert answer["Retry-After"] == "1"
    assert (again.status_code, "Idempotent-Replayed" in again) == (201, False)


def test_a_fault_leaves_no_key_behind(ana, committed_db):
    locked, done = threading.Event(), threading.Event()

    def hold() -> None:
        with psycopg.connect(committed_db) as other:
            other.execute("select 1 from customers_customer for update")
            locked.set()
            done.wait(timeout=20)

    holder = threading.Thread(target=hold)
    holder.start()
    locked.wait(timeout=10)
    answer = ana.post("users/me/addresses", PLACE, Idempotency_Key="later")
    done.set()
    holder.join()

    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (503, "unavailable", "1")
    assert IdempotencyKey.objects.count() == 0
    assert ana.post("users/me/addresses", PLACE, Idempotency_Key="later").status_code == 201
