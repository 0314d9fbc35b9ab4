"""While a case is open the money stays where it is: in the command, in the worker and in the database."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from guildhall.payments.commands import (
    BalanceTooSmall,
    NothingToPay,
    PayoutsDisabled,
    PayoutsPaused,
    SettlementBlocked,
    block,
    lift_block,
    request_payout,
    settle,
    settle_cancellation,
)
from guildhall.payments.intents import plan
from guildhall.payments.models import Intent, Payment, Settlement
from guildhall.payments.queries import balance_of, get_payment, list_payouts
from guildhall.policy.commands import pause, resume
from tests.payments import given
from tests.payments.given import OLGA, breaches, facts, usd
from tests.payments.jobs import settle_down, work
from tests.payments.vendor import Vendor
from tests.racing import as_owner

MONEY_KINDS = ["capture", "charge", "transfer"]


def keep(of: given.Job) -> None:
    block(reference=of.reference, reason="contested hours", by=OLGA, at=given.now())


def let_go(of: given.Job) -> None:
    lift_block(reference=of.reference, by=OLGA, at=given.now())


@pytest.mark.django_db
def test_a_blocked_booking_is_not_settled_and_is_when_the_block_is_lifted(vendor: Vendor):
    of = given.held(vendor)
    given.payable(vendor, of.provider_id)
    keep(of)
    keep(of)

    for command in (settle, settle_cancellation):
        with pytest.raises(SettlementBlocked):
            command(reference=of.reference, at=given.now(), settlement=given.split(of))
    refused = (Settlement.objects.count(), work(), get_payment(of.reference).is_blocked)
    let_go(of)
    settle(reference=of.reference, at=given.now(), settlement=given.split(of))
    settle_down(vendor)

    assert refused == (0, 0, True)
    assert facts(of)[-1] == "reference.cleared"
    assert breaches() == []


@pytest.mark.django_db
def test_a_block_stops_the_capture_that_was_planned_and_lifting_it_lets_it_go_on(vendor: Vendor):
    of = given.held(vendor)
    given.payable(vendor, of.provider_id)
    settle(reference=of.reference, at=given.now(), settlement=given.split(of))
    keep(of)

    settle_down(vendor)
    kept = (vendor.amounts("capture"), Intent.objects.get(kind="capture").status)
    let_go(of)
    let_go(of)
    settle_down(vendor)

    assert kept == ([], "requested")
    assert (vendor.amounts("capture"), vendor.amounts("transfer")) == ([10_000], [7_500])
    assert breaches() == []


@pytest.mark.django_db
def test_a_block_between_capture_and_transfer_keeps_the_share(vendor: Vendor):
    of = given.held(vendor)
    given.payable(vendor, of.provider_id)
    settle(reference=of.reference, at=given.now(), settlement=given.split(of))
    work(most=1)
    keep(of)

    settle_down(vendor)
    kept = (get_payment(of.reference).payout_state, vendor.amounts("transfer"))
    let_go(of)
    settle_down(vendor)

    assert kept == ("held", [])
    assert get_payment(of.reference).payout_state == "transferred"
    assert breaches() == []


@pytest.mark.django_db
def test_the_money_of_a_blocked_booking_stays_on_the_providers_balance(vendor: Vendor):
    of = given.transferred(vendor)
    other = given.transferred(vendor, provider_id=of.provider_id)
    keep(of)

    with pytest.raises(BalanceTooSmall):
        request_payout(provider_id=of.provider_id, amount=usd(7_501), at=given.now())
    request_payout(provider_id=of.provider_id, amount=None, at=given.now())
    with pytest.raises(NothingToPay):
        request_payout(provider_id=of.provider_id, amount=None, at=given.now())

    assert [payout.amount_minor for payout in list_payouts(of.provider_id)] == [7_500]
    assert balance_of(of.provider_id) == usd(15_000)
    assert get_payment(other.reference).payout_state == "transferred"


@pytest.mark.django_db
def test_a_provider_is_paid_on_demand_once_the_money_is_available(vendor: Vendor):
    of = given.transferred(vendor)

    request_payout(provider_id=of.provider_id, amount=usd(5_000), at=given.now())
    settle_down(vendor)
    too_early = [(payout.amount_minor, payout.status, payout.failure_code) for payout in list_payouts(of.provider_id)]
    vendor.travel(timedelta(days=2, hours=1))
    settle_down(vendor)
    request_payout(provider_id=of.provider_id, amount=usd(5_000), at=given.now())
    settle_down(vendor)
    for _ in range(4):
        vendor.travel(timedelta(days=1))
        settle_down(vendor)

    assert too_early == [(5_000, "failed", "balance_insufficient")]
    assert sorted((one.amount_minor, one.status) for one in list_payouts(of.provider_id)) == [
        (2_500, "paid"),
        (5_000, "failed"),
        (5_000, "paid"),
    ]
    assert facts(of).count("payout.paid") == 1
    assert get_payment(of.reference).payout_state == "paid_out"
    assert balance_of(of.provider_id) == usd(0)
    assert breaches() == []


@pytest.mark.django_db
def test_payouts_and_transfers_wait_while_an_operator_has_paused_them(vendor: Vendor):
    of = given.transferred(vendor)
    other = given.held(vendor, provider_id=of.provider_id)
    pause(what="payouts", city="*", reason="bank holiday", by=OLGA, at=given.now())

    with pytest.raises(PayoutsPaused):
        request_payout(provider_id=of.provider_id, amount=None, at=given.now())
    settle(reference=other.reference, at=given.now(), settlement=given.split(other))
    settle_down(vendor)
    kept = get_payment(other.reference).payout_state
    resume(what="payouts", city="*", by=OLGA, at=given.now())
    from guildhall.payments import tasks

    tasks.keep_going.func(timestamp=0)
    settle_down(vendor)

    assert (kept, get_payment(other.reference).payout_state) == ("held", "transferred")
    assert list_payouts(of.provider_id) == []


@pytest.mark.django_db
def test_a_provider_without_an_account_is_told_so(vendor: Vendor):
    of = given.job(vendor)

    with pytest.raises(PayoutsDisabled):
        request_payout(provider_id=of.provider_id, amount=None, at=given.now())

    assert Intent.objects.count() == 0


def try_to_plan(payment: Payment, kind: str, of: given.Job) -> None:
    plan(
        kind=kind,
        key=f"{kind}:x",
        subject=payment.id,
        payment_id=payment.id,
        provider_id=of.provider_id,
        params={"id": "x", "amount": 1, "currency": "usd", "account": "acct"},
        at=given.now(),
    )


@pytest.mark.committed
@pytest.mark.parametrize("kind", MONEY_KINDS)
def test_the_database_refuses_what_the_code_would_forget(vendor: Vendor, owner_url: str, kind: str):
    """The guard, and its negative control: without the trigger the call is planned."""
    of = given.job(vendor)
    keep(of)
    payment = Payment.objects.get(reference=of.reference)

    with pytest.raises(SettlementBlocked):
        try_to_plan(payment, kind, of)
    kept = Intent.objects.count()
    as_owner(owner_url, "drop trigger refuse_planning_while_blocked on payments_intent")
    try_to_plan(payment, kind, of)

    assert (kept, Intent.objects.count()) == (0, 1)
    assert "M10" in {breach[:3] for breach in breaches()}


@pytest.mark.committed
def test_the_database_refuses_a_payout_of_blocked_money(vendor: Vendor, owner_url: str):
    of = given.transferred(vendor)
    keep(of)
    payment = Payment.objects.get(reference=of.reference)

    with pytest.raises(SettlementBlocked):
        try_to_plan(payment, "payout", of)
    kept = Intent.objects.filter(kind="payout").count()
    as_owner(owner_url, "drop trigger refuse_planning_blocked_payout on payments_intent")
    try_to_plan(payment, "payout", of)

    assert (kept, Intent.objects.filter(kind="payout").count()) == (0, 1)


@pytest.mark.committed
def test_a_capture_is_not_sent_once_a_block_stands(vendor: Vendor, owner_url: str):
    of = given.held(vendor)
    settle(reference=of.reference, at=given.now(), settlement=given.split(of))
    keep(of)

    settle_down(vendor)
    kept = vendor.amounts("capture")
    as_owner(owner_url, "drop trigger refuse_sending_while_blocked on payments_intent")
    from guildhall.payments.intents import defer

    defer(Intent.objects.get(kind="capture").id)
    settle_down(vendor)

    assert (kept, vendor.amounts("capture")) == ([], [10_000])


@pytest.mark.django_db
def test_the_states_of_a_payment_move_only_along_the_arrows():
    """The database's pairs are exactly those of the lifecycle."""
    from guildhall.kernel.moves import pairs
    from guildhall.payments.lifecycle import PAYMENT_MOVES, PAYOUT_MOVES
    from guildhall.payments.types import PaymentState, PayoutState

    for column, states, moves in (
        ("payment_state", PaymentState, PAYMENT_MOVES),
        ("payout_state", PayoutState, PAYOUT_MOVES),
    ):
        allowed = {(old, new) for old in states for new in states if old == new or goes(column, old, new)}
        assert allowed - {(one, one) for one in states} == pairs(moves)


def goes(column: str, old: str, new: str) -> bool:
    """Whether the database lets the column go from one state to another; nothing is kept."""
    states = {"payment_state": "none", "payout_state": "none", column: old}
    point = transaction.savepoint()
    row = Payment.objects.create(reference="booking:tried", **states)
    try:
        with transaction.atomic():
            Payment.objects.filter(id=row.id).update(**{column: new})
    except DatabaseError:
        return False
    else:
        return True
    finally:
        transaction.savepoint_rollback(point)
