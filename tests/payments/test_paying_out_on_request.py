"""A provider asks for their money over HTTP; what the emulator's own books say counts."""

from datetime import timedelta

import pytest

from guildhall.kernel.actors import Actor
from guildhall.payments.commands import block, lift_block
from guildhall.payments.models import Intent
from guildhall.payments.queries import list_payouts
from guildhall.policy.commands import pause, resume
from tests.api.client import Api
from tests.given_people import Person
from tests.payments import given
from tests.payments.jobs import settle_down
from tests.payments.vendor import Vendor

pytestmark = pytest.mark.django_db
PATH = "providers/me/payouts"
OLGA = Actor.system("tests")


def provider(of: given.Job) -> Api:
    """The provider of a job, signed in."""
    return Api(Person(of.provider_id, Actor.provider(of.provider_id), "", "Priya"))


def available(vendor: Vendor) -> given.Job:
    """A share of 75.00 that the vendor would pay out now."""
    of = given.transferred(vendor)
    vendor.travel(timedelta(days=2, hours=1))
    settle_down(vendor)
    return of


def asked_of_vendor() -> int:
    """How many payouts we have asked the vendor for, or shall."""
    return Intent.objects.filter(kind="payout").count()


def test_an_amount_and_then_the_rest_go_to_the_bank(vendor: Vendor):
    of = available(vendor)
    priya = provider(of)

    part = priya.post(PATH, {"amount_minor": 5_000}, Idempotency_Key="once")
    again = priya.post(PATH, {"amount_minor": 5_000}, Idempotency_Key="once")
    settle_down(vendor)
    rest = priya.post(PATH, {})
    settle_down(vendor)

    assert (part.status_code, rest.status_code) == (201, 201)
    assert again.content == part.content
    assert part.json()["amount"] == {"amount_minor": 5_000, "currency": "USD"}
    assert rest.json()["amount"] == {"amount_minor": 2_500, "currency": "USD"}
    assert sorted(vendor.amounts("payout")) == [2_500, 5_000]
    vendor.travel(timedelta(days=3))
    settle_down(vendor)
    listed = priya.get(PATH).json()["items"]
    assert sorted((one["amount"]["amount_minor"], one["status"]) for one in listed) == [
        (2_500, "paid"),
        (5_000, "paid"),
    ]
    assert priya.get("providers/me/balance").json()["amount_minor"] == 0
    assert given.breaches() == []


def test_more_than_there_is_is_refused(vendor: Vendor):
    of = available(vendor)

    answer = provider(of).post(PATH, {"amount_minor": 7_501})

    assert (answer.status_code, answer.json()["code"]) == (422, "balance_too_small")
    settle_down(vendor)
    assert (asked_of_vendor(), vendor.amounts("payout")) == (0, [])


@pytest.mark.parametrize(
    "body", [{"amount_minor": 0}, {"amount_minor": -1}, {"amount_minor": "5"}, {"amount_minor": 10**12}]
)
def test_an_amount_that_is_none_is_refused(vendor: Vendor, body):
    of = available(vendor)

    answer = provider(of).post(PATH, body)

    assert answer.status_code == 400
    assert asked_of_vendor() == 0


def test_nothing_goes_while_a_block_stands(vendor: Vendor):
    of = available(vendor)
    priya = provider(of)
    block(reference=of.reference, reason="contested", by=OLGA, at=given.now())

    refused = [priya.post(PATH, body) for body in ({}, {"amount_minor": 5_000})]
    settle_down(vendor)

    assert [answer.json()["code"] for answer in refused] == ["nothing_to_pay", "nothing_to_pay"]
    assert (asked_of_vendor(), vendor.amounts("payout")) == (0, [])
    lift_block(reference=of.reference, by=OLGA, at=given.now())
    assert priya.post(PATH, {}).status_code == 201


def test_nothing_goes_while_payouts_are_stopped(vendor: Vendor):
    of = available(vendor)
    priya = provider(of)
    pause(what="payouts", city="*", reason="Bank holiday.", by=OLGA, at=given.now())

    answer = priya.post(PATH, {})
    settle_down(vendor)

    assert (answer.status_code, answer.json()["code"]) == (409, "payouts_paused")
    assert (asked_of_vendor(), vendor.amounts("payout"), list_payouts(of.provider_id)) == (0, [], [])
    resume(what="payouts", city="*", by=OLGA, at=given.now())
    assert priya.post(PATH, {}).status_code == 201
