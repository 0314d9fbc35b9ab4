"""Webhooks: believed by their signature, then only so far as to look again. Any order, any number, one final state."""

import itertools
import json
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from guildhall.payments import gateway, tasks
from guildhall.payments.commands import BadSignature, authorize, handle_webhook, settle
from guildhall.payments.commands.hearing import BadEvent
from guildhall.payments.models import Authorization, Heard, Intent
from guildhall.payments.queries import balance_of, get_payment
from sandbox.stripe.webhooks import sign
from tests.payments import given
from tests.payments.given import breaches, facts, usd
from tests.payments.jobs import settle_down, work
from tests.payments.vendor import BANK_THAT_RETURNS, BANK_WITHOUT_ACCOUNT, Vendor

pytestmark = pytest.mark.django_db
EVENT = json.dumps({"id": "evt_1", "object": "event", "type": "charge.refunded", "data": {"object": {"id": "ch_1"}}})


def hear(
    body: str, *, secret: str = "whsec_platform", age: float = 0, endpoint: Any = "platform", signed: str = ""
) -> None:
    signature = sign(signed or body, secret, at=time.time() - age)
    handle_webhook(endpoint=endpoint, raw=body.encode(), signature=signature, at=given.now())


@pytest.mark.parametrize(
    "wrong",
    [
        {"secret": "whsec_connect"},
        {"age": 301},
        {"age": -301},
        {"signed": json.dumps(json.loads(EVENT), indent=1)},
        {"endpoint": "connect"},
    ],
)
def test_what_the_vendor_did_not_sign_is_refused(wrong: dict[str, Any]):
    with pytest.raises(BadSignature) as refused:
        hear(EVENT, **wrong)

    assert refused.value.status == 400
    assert Heard.objects.count() == 0


@pytest.mark.parametrize("header", ["", "t=,v1=", "t=1,v1=00", "v1=abc", "t=x,v1=y", "t=\u0661,v1=\u00e9"])
def test_a_header_that_is_no_signature_is_refused(header: str):
    with pytest.raises(BadSignature):
        handle_webhook(endpoint="platform", raw=EVENT.encode(), signature=header, at=given.now())

    assert Heard.objects.count() == 0


@pytest.mark.parametrize("body", ["[]", "{", '{"id": 1, "type": "x"}', '{"id": "evt_1"}', '"evt"', "\udcff"])
def test_what_is_signed_and_yet_no_event_is_refused(body: str):
    raw = body.encode(errors="surrogateescape")
    import hashlib
    import hmac

    at = int(time.time())
    signature = hmac.new(b"whsec_platform", f"{at}.".encode() + raw, hashlib.sha256).hexdigest()

    with pytest.raises(BadEvent):
        handle_webhook(endpoint="platform", raw=raw, signature=f"t={at},v1={signature}", at=given.now())

    assert Heard.objects.count() == 0


def test_an_accounts_event_is_refused_on_the_platforms_endpoint():
    body = json.dumps({**json.loads(EVENT), "account": "acct_1"})

    with pytest.raises(BadEvent):
        hear(body)

    assert Heard.objects.count() == 0


def test_a_repeated_event_is_noted_once_and_events_of_strangers_do_nothing(vendor: Vendor):
    for _ in range(5):
        hear(EVENT)

    assert Heard.objects.count() == 1
    assert work() == 1
    assert Heard.objects.get().handled_at is not None


def state(of: given.Job) -> tuple[Any, ...]:
    money = get_payment(of.reference)
    return (money, sorted(facts(of)), balance_of(of.provider_id), breaches())


def in_every_order(vendor: Vendor, of: given.Job, deliveries: list[dict[str, Any]]) -> set[str]:
    """Hand the events over in every order, each one twice, each order from the same beginning; gives the final states."""
    finals = set()
    for order in itertools.permutations(deliveries):
        point = transaction.savepoint()
        for delivery in [*order, *order[::-1]]:
            vendor.hand_over(delivery)
            work()
        finals.add(repr(state(of)))
        transaction.savepoint_rollback(point)
    return finals


def without_answers(vendor: Vendor, of: given.Job) -> None:
    """The vendor did what we asked, and none of its answers reached us: the worker died each time."""
    for intent in Intent.objects.filter(status="requested"):
        taken = tasks._take(intent.id)
        assert taken is not None
        gateway.perform(gateway.Order(kind=taken.kind, key=taken.key, params=taken.params))
    with connection.cursor() as cursor:
        cursor.execute("delete from procrastinate_jobs")
    assert facts(of)


def test_events_of_an_authorization_in_every_order_end_in_one_state(vendor: Vendor):
    of = given.job(vendor)
    given.saved_card(vendor, of)
    authorize(reference=of.reference, customer_id=of.customer_id, amount=usd(9_000), at=given.now())
    without_answers(vendor, of)

    deliveries = vendor.waiting()
    finals = in_every_order(vendor, of, deliveries)

    assert [json.loads(one["body"])["type"] for one in deliveries] == ["payment_intent.amount_capturable_updated"]
    (final,) = finals
    assert "payment_state='authorized'" in final
    assert final.count("authorization.made") == 1


def test_events_of_a_capture_in_every_order_end_in_one_state(vendor: Vendor):
    of = given.held(vendor, 12_000)
    settle(reference=of.reference, at=given.now(), settlement=given.split(of))
    without_answers(vendor, of)

    finals = in_every_order(vendor, of, vendor.waiting())

    (final,) = finals
    assert "payment_state='captured', payout_state='held'" in final
    assert final.count("payment.captured") == 1


def test_events_of_a_transfer_in_every_order_end_in_one_state(vendor: Vendor):
    of = given.held(vendor, 12_000)
    given.payable(vendor, of.provider_id)
    settle(reference=of.reference, at=given.now(), settlement=given.split(of))
    work(most=1)
    without_answers(vendor, of)

    finals = in_every_order(vendor, of, vendor.waiting())

    (final,) = finals
    assert "payment_state='captured', payout_state='transferred'" in final
    assert final.count("reference.cleared") == 1


def test_events_that_arrive_three_days_late_change_nothing(vendor: Vendor):
    of = given.held(vendor)
    given.payable(vendor, of.provider_id)
    late = []
    settle(reference=of.reference, at=given.now(), settlement=given.split(of))
    work()
    late = vendor.waiting()
    before = state(of)

    vendor.travel(timedelta(days=3))
    for delivery in [*late[::-1], *late]:
        vendor.hand_over(delivery)
        work()

    assert {json.loads(one["body"])["type"] for one in late} == {"payment_intent.succeeded", "transfer.created"}
    assert state(of) == before


def test_a_payout_that_is_paid_and_then_returned_ends_failed_in_every_order(vendor: Vendor):
    of = given.transferred(vendor, bank=BANK_THAT_RETURNS)
    for _ in range(12):
        vendor.travel(timedelta(days=1))

    deliveries = [one for one in vendor.waiting() if one["target"] == "connect" and '"payout.' in one["body"]]
    finals = in_every_order(vendor, of, deliveries)

    assert 3 <= len(deliveries) <= 4
    assert len(finals) == 1
    assert "payout_state='failed'" in finals.pop()


def test_a_payout_paid_then_returned_is_booked_and_taken_back(vendor: Vendor):
    of = given.transferred(vendor, bank=BANK_THAT_RETURNS)
    paid = None
    for _ in range(12):
        vendor.travel(timedelta(days=1))
        settle_down(vendor)
        paid = paid or (get_payment(of.reference).payout_state == "paid_out" and balance_of(of.provider_id))

    assert paid == usd(0)
    assert get_payment(of.reference).payout_state == "failed"
    assert balance_of(of.provider_id) == usd(7_500)
    assert facts(of)[-2:] == ["payout.paid", "payout.failed"]
    assert given.fact(of, "payout.failed")["code"] == "could_not_process"
    assert breaches() == []


def test_a_payout_the_bank_refuses_is_told(vendor: Vendor):
    of = given.transferred(vendor, bank=BANK_WITHOUT_ACCOUNT)
    for _ in range(8):
        vendor.travel(timedelta(days=1))
        settle_down(vendor)

    assert get_payment(of.reference).payout_state == "failed"
    assert balance_of(of.provider_id) == usd(7_500)
    assert breaches() == []


def test_an_event_that_beats_the_answer_finds_its_row(vendor: Vendor):
    of = given.job(vendor)
    given.saved_card(vendor, of)
    authorize(reference=of.reference, customer_id=of.customer_id, amount=usd(9_000), at=given.now())
    intent = Intent.objects.get(kind="authorize")
    taken = tasks._take(intent.id)
    assert taken is not None
    answer = gateway.perform(gateway.Order(kind=taken.kind, key=taken.key, params=taken.params))

    vendor.hand_over_all()
    with connection.cursor() as cursor:
        cursor.execute("delete from procrastinate_jobs where task_name = 'payments.perform'")
    work()
    early = facts(of)
    from guildhall.payments.outcomes import record_outcome

    record_outcome(intent_id=intent.id, outcome=answer, at=given.now())

    assert early == facts(of) == ["card.saved", "authorization.made"]
    assert Intent.objects.get(id=intent.id).status == "succeeded"
    assert Authorization.objects.get().status == "authorized"


def test_events_that_were_never_sent_are_found(vendor: Vendor):
    of = given.job(vendor)
    from guildhall.payments.commands import start_checkout
    from guildhall.payments.queries import get_checkout

    start_checkout(
        reference=of.reference,
        customer_id=of.customer_id,
        purpose="save_card",
        amount=None,
        return_url=given.RETURN,
        at=given.now(),
    )
    work()
    vendor.give_card(get_checkout(of.reference).url or "")
    vendor.drop_all()
    before = facts(of)

    tasks.find_missed_events.func(timestamp=0)
    tasks.find_missed_events.func(timestamp=0)
    work()

    assert (before, facts(of)) == ([], ["card.saved"])


def test_payouts_whose_events_were_never_sent_are_found(vendor: Vendor):
    of = given.transferred(vendor)
    for _ in range(8):
        vendor.travel(timedelta(days=1))
    vendor.drop_all()

    tasks.find_missed_events.func(timestamp=0)
    work()

    assert get_payment(of.reference).payout_state == "paid_out"
    assert breaches() == []


def test_an_onboarding_whose_events_were_never_sent_is_found(vendor: Vendor):
    of = given.held(vendor)
    from guildhall.payments.commands import start_onboarding
    from guildhall.payments.queries import get_onboarding

    start_onboarding(provider_id=of.provider_id, return_url=given.RETURN, at=given.now())
    work()
    vendor.give_bank(get_onboarding(of.provider_id).url or "")
    vendor.drop_all()
    settle(reference=of.reference, at=given.now(), settlement=given.split(of))
    work()
    before = get_payment(of.reference).payout_state

    tasks.find_missed_events.func(timestamp=0)
    work()

    assert (before, get_payment(of.reference).payout_state) == ("held", "transferred")


def test_an_event_is_heard_again_when_the_vendor_cannot_be_asked(vendor: Vendor, settings: Any):
    of = given.job(vendor)
    base = settings.STRIPE_API_BASE
    hear(EVENT.replace('"id": "ch_1"', '"id": "ch_1", "payment_intent": "pi_1"'))
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"

    work()
    waiting = Heard.objects.get()
    settings.STRIPE_API_BASE = base
    work(later=True)

    assert (waiting.attempts, waiting.handled_at) == (1, None)
    assert waiting.error.startswith("APIConnectionError")
    assert Heard.objects.get().handled_at is not None
    assert facts(of) == []
