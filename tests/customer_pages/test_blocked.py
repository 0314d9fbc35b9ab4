"""Whom a customer does not want: said after a job, seen in a list, taken back."""

import pytest

from guildhall.customers.commands import add_favourite, block_provider
from guildhall.customers.queries import blocked_by_customer, blocked_ids, favourite_ids
from guildhall.kernel.ids import public_id
from guildhall.timers.queries import clock_now
from tests import given_bookings as given
from tests import given_people as people
from tests.api.browser import browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana():
    return people.customer("Ana", card=True)


@pytest.fixture
def priya():
    return given.given_providers(1)[0]


def test_after_the_job_somebody_is_not_sent_again_until_the_customer_wants(ana, priya):
    booking_id = given.authorized(ana, priya)
    page, client = f"/my/bookings/{public_id('bk', booking_id)}", browser(ana)
    add_favourite(customer_id=ana.id, provider_id=priya.id, by=ana.actor, at=clock_now())
    assert "Do not send" not in client.get(page).content.decode()
    booking_id = given.completed(ana, priya, hours_ahead=120)
    page = f"/my/bookings/{public_id('bk', booking_id)}"
    assert "Do not send Priya0 again" in client.get(page).content.decode()

    where = f"/my/blocked/{public_id('pr', priya.id)}"
    assert client.post(where, {"next": page})["Location"] == page
    assert client.post(where)["Location"] == "/my/blocked"

    assert (blocked_ids(ana.id), favourite_ids(ana.id)) == ({priya.id}, [])
    text = client.get(page).content.decode()
    assert "not brought together any more" in text
    assert "Do not send" not in text
    assert "Ask first next time" not in text
    assert "Let Priya0 come again" in client.get("/my/blocked").content.decode()
    asked = given.scheduled(ana, hours_ahead=144)
    given.let_it_happen()
    assert given.offers(asked) == {}

    for _ in range(2):
        assert client.post(f"{where}/removal")["Location"] == "/my/blocked"
    assert blocked_ids(ana.id) == set()
    assert "Nobody" in client.get("/my/blocked").content.decode()


def test_what_the_other_side_or_an_operator_asked_for_is_neither_told_nor_lifted(ana, priya):
    diego = given.given_providers(1)[0]
    block_provider(customer_id=ana.id, provider_id=priya.id, by=priya.actor, at=clock_now())
    block_provider(customer_id=ana.id, provider_id=diego.id, by=people.operator().actor, at=clock_now())
    client = browser(ana)

    for one in (priya, diego):
        client.post(f"/my/blocked/{public_id('pr', one.id)}/removal")

    assert blocked_ids(ana.id) == {priya.id, diego.id}
    assert blocked_by_customer(ana.id) == []
    assert "Nobody" in client.get("/my/blocked").content.decode()
