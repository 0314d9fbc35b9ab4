"""Money reaches the bank by the daily schedule or on demand, or comes back."""

import pytest
import stripe

from sandbox.stripe.payouts import PAID_THEN_RETURNED
from tests.sandbox.stripe.stage import GOOD_BANK, Stage

DAY = 86400


def paid_provider(stage: Stage, number: str = GOOD_BANK) -> str:
    """A provider with 85 dollars available, whom only demand pays out."""
    account, intent = stage.onboarded(number), stage.charged(10000)
    manual = {"payments": {"payouts": {"schedule": {"interval": "manual"}}}}
    stage.v1.balance_settings.update(manual, {"stripe_account": account})
    stage.v1.balance_settings.update(manual)
    stage.transfer(account, 8500, intent.latest_charge)
    stage.travel(days=2, seconds=1)
    return account


def statuses(stage: Stage, account: str) -> list[tuple[str, int]]:
    found = stage.v1.payouts.list(options={"stripe_account": account}).data
    return [(payout.status, payout.amount) for payout in found]


def test_the_daily_payout_takes_everything_at_midnight_and_arrives_a_day_later(stage: Stage) -> None:
    account, intent = stage.onboarded(), stage.charged(10000)
    stage.v1.balance_settings.update({"payments": {"payouts": {"schedule": {"interval": "manual"}}}})
    stage.transfer(account, 8500, intent.latest_charge)

    stage.travel_to_next()
    settled = stage.clock.now()
    stage.travel_to_next()
    midnight = stage.clock.now()

    assert (settled.date() < midnight.date(), midnight.hour, midnight.minute) == (True, 0, 0)
    assert statuses(stage, account) == [("pending", 8500)]
    assert stage.balance(account) == (0, 0)
    stage.travel_to_next()
    assert statuses(stage, account) == [("in_transit", 8500)]
    stage.travel_to_next()
    assert statuses(stage, account) == [("paid", 8500)]
    assert stage.emulator.next_deadline() is None
    payout = stage.v1.payouts.list(options={"stripe_account": account}).data[0]
    assert payout.automatic is True
    covered = stage.v1.balance_transactions.list({"payout": payout.id}, {"stripe_account": account}).data
    assert sorted(entry.type for entry in covered) == ["payment", "payout"]
    assert [kind for kind in stage.events(account) if kind.startswith("payout.")] == [
        "payout.created",
        "payout.updated",
        "payout.paid",
    ]


def test_the_platforms_own_daily_payout_sweeps_held_money_unless_it_is_turned_off(stage: Stage) -> None:
    stage.charged(10000)
    stage.travel(days=4)
    assert stage.balance() == (0, 0)

    stage.v1.balance_settings.update({"payments": {"payouts": {"minimum_balance_by_currency": {"usd": 5000}}}})
    stage.charged(10000)
    stage.travel(days=4)
    assert stage.balance() == (0, 5000)

    settings = stage.v1.balance_settings.update({"payments": {"payouts": {"schedule": {"interval": "manual"}}}})
    stage.charged(10000)
    stage.travel(days=4)
    assert settings.payments.payouts.schedule.interval == "manual"
    assert stage.v1.balance_settings.retrieve().payments.payouts.minimum_balance_by_currency.usd == 5000
    assert stage.balance() == (0, 5000 + 9680)


def test_a_payout_on_demand_is_pending_in_transit_then_paid(stage: Stage) -> None:
    account = paid_provider(stage)

    payout = stage.v1.payouts.create(
        {"amount": 5000, "currency": "usd"}, {"stripe_account": account, "idempotency_key": "payout:p:1"}
    )

    assert (payout.status, payout.automatic) == ("pending", False)
    assert abs(payout.arrival_date - stage.now() - DAY) <= 2
    assert stage.balance(account) == (0, 3500)
    stage.travel(hours=1, seconds=1)
    assert stage.v1.payouts.retrieve(payout.id, options={"stripe_account": account}).status == "in_transit"
    stage.travel(hours=23)
    assert stage.v1.payouts.retrieve(payout.id, options={"stripe_account": account}).status == "paid"
    assert stage.effects()["by_key"]["payout:p:1"] == {"payout": 1}


def test_no_more_than_the_available_balance_is_paid_out(stage: Stage) -> None:
    account = paid_provider(stage)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        stage.v1.payouts.create({"amount": 8501, "currency": "usd"}, {"stripe_account": account})

    assert refused.value.code == "balance_insufficient"
    assert statuses(stage, account) == []


def test_a_provider_without_a_bank_account_cannot_be_paid_out(stage: Stage) -> None:
    account = stage.account()

    with pytest.raises(stripe.InvalidRequestError) as refused:
        stage.v1.payouts.create({"amount": 100, "currency": "usd"}, {"stripe_account": account})

    assert refused.value.code == "payouts_not_allowed"


def test_a_payout_to_a_wrong_account_fails_and_the_money_is_back(stage: Stage) -> None:
    account = paid_provider(stage, "000111111116")
    payout = stage.v1.payouts.create({"amount": 8500, "currency": "usd"}, {"stripe_account": account})

    stage.travel(days=1, seconds=1)
    stage.emulator.advance()

    failed = stage.v1.payouts.retrieve(payout.id, options={"stripe_account": account})
    assert (failed.status, failed.failure_code) == ("failed", "no_account")
    assert stage.balance(account) == (0, 8500)
    assert {"payout.failed", "account.external_account.updated"} <= set(stage.events(account))


def test_the_schedule_rests_while_the_bank_account_is_in_error(stage: Stage) -> None:
    account = paid_provider(stage, "000111111113")
    stage.v1.payouts.create({"amount": 8500, "currency": "usd"}, {"stripe_account": account})
    stage.travel(days=1, seconds=1)
    stage.v1.balance_settings.update(
        {"payments": {"payouts": {"schedule": {"interval": "daily"}}}}, {"stripe_account": account}
    )
    stage.transfer(account, 1000, stage.charged(2000).latest_charge)

    stage.travel(days=4)

    assert statuses(stage, account) == [("failed", 8500)]
    assert stage.balance(account) == (0, 9500)


def test_a_bank_may_return_a_payout_that_was_paid(stage: Stage) -> None:
    account = paid_provider(stage, PAID_THEN_RETURNED)
    stage.v1.payouts.create({"amount": 8500, "currency": "usd"}, {"stripe_account": account})

    stage.travel(days=1, seconds=1)
    assert statuses(stage, account) == [("paid", 8500)]
    stage.travel(days=2, seconds=1)

    assert statuses(stage, account) == [("failed", 8500)]
    assert stage.balance(account) == (0, 8500)
    assert [kind for kind in stage.events(account) if kind in {"payout.paid", "payout.failed"}] == [
        "payout.paid",
        "payout.failed",
    ]
