"""A vendor that fails, is slow, loses its answer; a worker that dies. One effect, always."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.db.models import F

from guildhall.payments import gateway, tasks
from guildhall.payments.commands import settle
from guildhall.payments.models import Authorization, Intent
from guildhall.payments.outcomes import record_outcome
from guildhall.payments.queries import get_checkout, get_onboarding, get_payment
from guildhall.payments.seen import Later
from tests.payments import given
from tests.payments.given import breaches, facts, usd
from tests.payments.jobs import settle_down, waiting, work
from tests.payments.vendor import Vendor

pytestmark = pytest.mark.django_db


def settled(vendor: Vendor) -> given.Job:
    """Held, payable and settled; the worker has not heard of it."""
    of = given.held(vendor)
    given.payable(vendor, of.provider_id)
    settle(reference=of.reference, at=given.now(), settlement=given.split(of))
    return of


def finish(vendor: Vendor) -> None:
    for _ in range(20):
        settle_down(vendor)
        if not work(later=True):
            return
    raise AssertionError("It does not come to rest.")


@pytest.mark.parametrize("status", [500, 503, 429, 409])
def test_a_failing_vendor_is_asked_again_with_the_same_key(vendor: Vendor, status: int):
    of = settled(vendor)
    faults = vendor.fail(2, status=status, path="/v1/payment_intents")

    work()
    paused = waiting(later=True)
    finish(vendor)

    assert len(paused) == 1
    assert faults.keys == [f"job:{of.reference}:settle:1:capture"] * 3
    assert (vendor.amounts("capture"), vendor.amounts("transfer")) == ([10_000], [7_500])
    assert facts(of)[-1] == "reference.cleared"


@pytest.mark.parametrize(("path", "effect"), [("/v1/payment_intents", "capture"), ("/v1/transfers", "transfer")])
def test_a_lost_answer_is_asked_for_again_and_the_effect_happens_once(vendor: Vendor, path: str, effect: str):
    of = settled(vendor)
    vendor.fail(1, path=path, lose=True)

    work()
    finish(vendor)

    assert len(vendor.effects(effect)) == 1
    assert get_payment(of.reference).payout_state == "transferred"
    assert breaches() == []


@pytest.mark.parametrize("kind", ["authorize", "capture", "transfer"])
def test_a_worker_that_dies_between_call_and_outcome_leaves_one_effect(vendor: Vendor, kind: str):
    of = given.job(vendor)
    given.saved_card(vendor, of)
    given.payable(vendor, of.provider_id)
    from guildhall.payments.commands import authorize

    authorize(reference=of.reference, customer_id=of.customer_id, amount=usd(12_000), at=given.now())
    die_while(kind)
    settle_down(vendor)
    settle(reference=of.reference, at=given.now(), settlement=given.split(of))
    die_while(kind)
    settle_down(vendor)

    assert Intent.objects.get(kind=kind).attempts == 2
    assert vendor.amounts("authorization", "capture", "transfer") == [12_000, 10_000, 7_500]
    assert facts(of).count("authorization.made") == facts(of).count("payment.captured") == 1
    assert facts(of)[-1] == "reference.cleared"
    assert breaches() == []


def die_while(kind: str) -> None:
    """Work up to the call of that kind, make it, and die before its outcome is recorded; the job is still queued."""
    for _ in range(20):
        queued = waiting()
        if not queued:
            return
        _, name, arguments = queued[0]
        if name == "payments.perform":
            intent = tasks._take(UUID(arguments["intent_id"])) if is_kind(arguments, kind) else None
            if intent is not None:
                gateway.perform(gateway.Order(kind=intent.kind, key=intent.key, params=intent.params))
                return
        work(most=1)


def is_kind(arguments: dict[str, str], kind: str) -> bool:
    return Intent.objects.filter(id=arguments["intent_id"], kind=kind, attempts=0).exists()


def test_an_outcome_that_is_recorded_twice_changes_nothing_the_second_time(vendor: Vendor):
    of = settled(vendor)
    settle_down(vendor)
    told = facts(of)
    captured = Intent.objects.get(kind="capture")
    transferred = Intent.objects.get(kind="transfer")

    for intent in (captured, transferred, captured):
        outcome = gateway.perform(gateway.Order(kind=intent.kind, key=intent.key, params=intent.params))
        record_outcome(intent_id=intent.id, outcome=outcome, at=given.now())

    assert facts(of) == told
    assert breaches() == []


def test_a_refusal_that_comes_too_late_for_a_capture_reads_what_the_object_says(vendor: Vendor):
    """Captured by somebody else in the meantime: the call is refused, and the object shows that it is done."""
    of = settled(vendor)
    ref = Authorization.objects.get().vendor_ref
    other = gateway.Order(kind="capture", key="by-hand", params={"id": ref, "amount": 10_000})
    gateway.perform(other)

    settle_down(vendor)

    assert vendor.amounts("capture") == [10_000]
    assert get_payment(of.reference).payout_state == "transferred"


def test_a_call_older_than_its_key_is_looked_up_and_never_made_anew(vendor: Vendor):
    of = settled(vendor)
    work(most=1)
    vendor.fail(1, path="/v1/transfers", lose=True)
    work()
    Intent.objects.filter(kind="transfer").update(sent_at=F("sent_at") - timedelta(hours=24))
    vendor.drop_all()
    calls = vendor.fail(0)

    work(later=True)

    assert calls.keys == []
    assert vendor.amounts("transfer") == [7_500]
    assert get_payment(of.reference).payout_state == "transferred"
    assert facts(of)[-1] == "reference.cleared"


def test_a_call_that_left_no_trace_for_a_day_was_never_made(vendor: Vendor):
    of = settled(vendor)
    work(most=1)
    vendor.fail(1, path="/v1/transfers", status=503)
    work()
    Intent.objects.filter(kind="transfer").update(sent_at=F("sent_at") - timedelta(hours=24))

    work(later=True)
    missing = get_payment(of.reference).payout_state
    tasks.keep_going.func(timestamp=0)
    settle_down(vendor)

    first, second = Intent.objects.filter(kind="transfer").order_by("planned_at", "id")
    assert (missing, first.error, second.key) == ("held", "no_trace", f"{first.key}:2")
    assert vendor.amounts("transfer") == [7_500]
    assert facts(of)[-1] == "reference.cleared"


def test_a_stored_failure_is_seen_through_by_looking(vendor: Vendor):
    """The vendor replays a 500 for its key; the object tells that the transfer was made after all."""
    of = settled(vendor)
    work(most=1)
    vendor.fail(3, path="/v1/transfers", lose=True)
    finish(vendor)

    assert vendor.amounts("transfer") == [7_500]
    assert get_payment(of.reference).payout_state == "transferred"


def test_intents_whose_job_was_lost_are_taken_up_again(vendor: Vendor):
    of = settled(vendor)
    with connection.cursor() as cursor:
        cursor.execute("delete from procrastinate_jobs")
    Intent.objects.update(next_try_at=F("next_try_at") - timedelta(minutes=2))

    tasks.keep_going.func(timestamp=0)
    tasks.keep_going.func(timestamp=0)
    settle_down(vendor)

    assert (vendor.amounts("capture"), vendor.amounts("transfer")) == ([10_000], [7_500])
    assert facts(of)[-1] == "reference.cleared"


def test_a_page_the_vendor_refuses_counts_as_expired(vendor: Vendor):
    of = given.job(vendor)
    from guildhall.payments.commands import start_checkout

    start_checkout(
        reference=of.reference,
        customer_id=of.customer_id,
        purpose="save_card",
        amount=None,
        return_url=given.RETURN,
        at=given.now() - timedelta(hours=1),
    )
    settle_down(vendor)

    assert get_checkout(of.reference).status == "expired"
    assert facts(of) == ["checkout.expired"]


def test_an_unreachable_vendor_is_a_matter_of_waiting(vendor: Vendor, settings: object):
    of = given.job(vendor)
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"  # type: ignore[attr-defined]

    with pytest.raises(Later):
        gateway.perform(gateway.Order(kind="customer", key="cus:x", params={}))

    assert facts(of) == []


def test_each_visit_to_the_onboarding_has_a_link_of_its_own(vendor: Vendor):
    of = given.job(vendor)
    from guildhall.payments.commands import start_onboarding

    addresses = set()
    for _ in range(3):
        start_onboarding(provider_id=of.provider_id, return_url=given.RETURN, at=given.now())
        work()
        addresses.add(get_onboarding(of.provider_id).url)

    assert len(addresses - {None}) == 3
    assert len(vendor.effects("account")) == 1
