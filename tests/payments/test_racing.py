"""Many at once: one capture, one block, one of everything."""

from pathlib import Path

import pytest

from guildhall.payments.commands import (
    AlreadyAuthorized,
    SettlementBlocked,
    authorize,
    block,
    release,
    request_payout,
    settle,
    start_checkout,
)
from guildhall.payments.models import Authorization, Intent, Payout, Settlement
from guildhall.payments.queries import get_payment
from tests.payments import given
from tests.payments.given import OLGA, breaches, facts, usd
from tests.payments.jobs import settle_down, waiting
from tests.payments.vendor import Vendor
from tests.racing import deadlocks, together

pytestmark = pytest.mark.committed


def test_32_settlements_at_once_are_one_capture(vendor: Vendor, server_log: Path):
    of = given.held(vendor)
    given.payable(vendor, of.provider_id)
    before, at = deadlocks(server_log), given.now()

    results = together([lambda: settle(reference=of.reference, at=at, settlement=given.split(of))] * 32)
    settle_down(vendor)

    assert results == [None] * 32
    assert Settlement.objects.count() == 1
    assert Intent.objects.filter(kind="capture").count() == 1
    assert (vendor.amounts("capture"), vendor.amounts("transfer")) == ([10_000], [7_500])
    assert deadlocks(server_log) == before
    assert breaches() == []


def test_the_same_job_done_by_many_workers_at_once_has_one_effect(vendor: Vendor, server_log: Path):
    from guildhall.payments.tasks import perform

    of = given.held(vendor)
    given.payable(vendor, of.provider_id)
    settle(reference=of.reference, at=given.now(), settlement=given.split(of))
    intent = str(Intent.objects.get(kind="capture").id)
    before = deadlocks(server_log)

    results = together([lambda: perform.func(intent_id=intent)] * 8)
    settle_down(vendor)
    while waiting(later=True):
        from tests.payments.jobs import work

        work(later=True)

    assert [result for result in results if result is not None] == []
    assert (vendor.amounts("capture"), vendor.amounts("transfer")) == ([10_000], [7_500])
    assert facts(of).count("payment.captured") == 1
    assert deadlocks(server_log) == before


def test_a_block_and_settlements_at_once_leave_either_all_or_nothing(vendor: Vendor):
    of = given.held(vendor)
    given.payable(vendor, of.provider_id)
    at = given.now()

    def blocking() -> None:
        block(reference=of.reference, reason="contested", by=OLGA, at=at)

    results = together([*[lambda: settle(reference=of.reference, at=at, settlement=given.split(of))] * 8, blocking])
    settle_down(vendor)

    assert all(result is None or isinstance(result, SettlementBlocked) for result in results)
    assert vendor.amounts("capture") == []
    assert get_payment(of.reference).is_blocked


def test_authorizing_and_releasing_at_once_leave_nothing_held_twice(vendor: Vendor):
    of = given.job(vendor)
    given.saved_card(vendor, of)
    at = given.now()
    ask = {"reference": of.reference, "customer_id": of.customer_id, "amount": usd(9_000), "at": at}

    results = together([lambda: authorize(**ask), lambda: release(reference=of.reference, at=at)] * 6)  # type: ignore[list-item]
    settle_down(vendor)
    wanted = Authorization.objects.filter(is_wanted=True, status="authorized").count()

    assert all(result is None or isinstance(result, AlreadyAuthorized) for result in results)
    assert wanted <= 1
    assert sum(vendor.amounts("authorization")) - sum(vendor.amounts("release")) == 9_000 * wanted
    assert breaches() == []


def test_two_first_bookings_of_a_customer_at_once_make_one_customer(vendor: Vendor):
    first = given.job(vendor)
    jobs = [first, *(given.job(vendor, customer_id=first.customer_id) for _ in range(3))]
    at = given.now()

    def visit(of: given.Job) -> object:
        return start_checkout(
            reference=of.reference,
            customer_id=of.customer_id,
            purpose="save_card",
            amount=None,
            return_url=given.RETURN,
            at=at,
        )

    results = together([lambda of=of: visit(of) for of in jobs])  # type: ignore[misc]
    settle_down(vendor)

    assert not [result for result in results if isinstance(result, Exception)]
    assert Intent.objects.filter(kind="customer").count() == 1
    assert Intent.objects.filter(kind="checkout", status="succeeded").count() == 4


def test_payouts_asked_for_at_once_never_exceed_the_balance(vendor: Vendor):
    of = given.transferred(vendor)
    at = given.now()

    results = together([lambda: request_payout(provider_id=of.provider_id, amount=usd(5_000), at=at)] * 8)

    assert sum(not isinstance(result, Exception) for result in results) == 1
    assert Payout.objects.count() == 1
