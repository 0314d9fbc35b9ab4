"""Transfers move the platform's money to a provider and back, and never more than there is."""

import pytest
import stripe

from tests.sandbox.stripe.stage import Stage


def test_a_transfer_from_a_pending_charge_is_pending_with_it(stage: Stage) -> None:
    account, intent = stage.onboarded(), stage.charged(10000)

    transfer = stage.transfer(account, 8500, intent.latest_charge)

    assert (transfer.amount, transfer.destination, transfer.transfer_group) == (8500, account, "job_7")
    assert stage.balance() == (10000 - 320 - 8500, 0)
    assert stage.balance(account) == (8500, 0)
    stage.travel_to_next()
    assert stage.balance() == (0, 1180)
    assert stage.balance(account) == (0, 8500)
    assert stage.emulator.books()["groups"]["job_7"]["transferred"] == 8500
    entries = stage.v1.balance_transactions.list({"source": transfer.id}).data
    assert [(entry.type, entry.net, entry.status) for entry in entries] == [("transfer", -8500, "available")]
    payment = stage.v1.charges.retrieve(transfer.destination_payment, options={"stripe_account": account})
    assert (payment.amount, payment.source_transfer) == (8500, transfer.id)


def test_transfers_never_exceed_their_charge(stage: Stage) -> None:
    account, intent = stage.onboarded(), stage.charged(10000)
    stage.transfer(account, 8500, intent.latest_charge)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        stage.transfer(account, 1501, intent.latest_charge)

    assert refused.value.param == "amount"
    assert stage.balance(account) == (8500, 0)
    assert stage.transfer(account, 1500, intent.latest_charge).amount == 1500


def test_a_transfer_without_a_charge_needs_available_money(stage: Stage) -> None:
    account = stage.onboarded()
    stage.charged(10000)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        stage.transfer(account, 1000)
    assert refused.value.code == "balance_insufficient"
    assert stage.balance(account) == (0, 0)
    stage.travel(days=2, seconds=1)

    stage.transfer(account, 1000)
    assert stage.balance(account)[1] == 1000


def test_an_uncaptured_charge_cannot_be_transferred(stage: Stage) -> None:
    account, intent = stage.onboarded(), stage.authorize(stage.saved_card())

    with pytest.raises(stripe.InvalidRequestError) as refused:
        stage.transfer(account, 1000, intent.latest_charge.id)

    assert refused.value.param == "source_transaction"
    assert stage.v1.transfers.list().data == []


def test_a_provider_who_is_not_onboarded_or_unknown_receives_nothing(stage: Stage) -> None:
    account, intent = stage.account(), stage.charged(10000)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        stage.transfer(account, 1000, intent.latest_charge)
    assert refused.value.code == "insufficient_capabilities_for_transfer"
    with pytest.raises(stripe.InvalidRequestError) as missing:
        stage.transfer("acct_nobody", 1000, intent.latest_charge)

    assert missing.value.code == "resource_missing"
    assert stage.balance() == (9680, 0)


def test_a_reversal_takes_back_what_the_provider_still_has(stage: Stage) -> None:
    account, intent = stage.onboarded(), stage.charged(10000)
    transfer = stage.transfer(account, 8500, intent.latest_charge)

    reversal = stage.v1.transfers.reversals.create(transfer.id, {"amount": 3000}, {"idempotency_key": "ref:1:rev:1"})

    after = stage.v1.transfers.retrieve(transfer.id)
    assert (after.amount_reversed, after.reversed) == (3000, False)
    assert [one.id for one in after.reversals.data] == [reversal.id]
    assert [one.id for one in stage.v1.transfers.reversals.list(transfer.id).data] == [reversal.id]
    assert stage.v1.transfers.reversals.retrieve(transfer.id, reversal.id).amount == 3000
    assert stage.balance(account) == (5500, 0)
    assert stage.balance() == (10000 - 320 - 5500, 0)
    with pytest.raises(stripe.InvalidRequestError):
        stage.v1.transfers.reversals.create(transfer.id, {"amount": 5501})
    stage.v1.transfers.reversals.create(transfer.id)
    assert stage.v1.transfers.retrieve(transfer.id).reversed is True
    assert stage.balance(account) == (0, 0)
    assert stage.emulator.books()["groups"]["job_7"]["reversed"] == 8500


def test_a_reversal_larger_than_the_providers_balance_is_refused(stage: Stage) -> None:
    account, intent = stage.onboarded(), stage.charged(10000)
    transfer = stage.transfer(account, 8500, intent.latest_charge)
    stage.travel(days=2, seconds=1)
    stage.v1.payouts.create({"amount": 8000, "currency": "usd"}, {"stripe_account": account})

    with pytest.raises(stripe.InvalidRequestError) as refused:
        stage.v1.transfers.reversals.create(transfer.id, {"amount": 501})

    assert refused.value.code == "balance_insufficient"
    assert stage.v1.transfers.retrieve(transfer.id).amount_reversed == 0
    assert stage.balance(account)[1] == 500


def test_transfers_are_found_by_group_and_destination(stage: Stage) -> None:
    account, intent = stage.onboarded(), stage.charged(10000)
    mine = stage.transfer(account, 100, intent.latest_charge, metadata={"job": "7"})
    stage.transfer(account, 200, intent.latest_charge, transfer_group="job_8")

    assert [one.id for one in stage.v1.transfers.list({"transfer_group": "job_7"}).data] == [mine.id]
    assert len(stage.v1.transfers.list({"destination": account}).data) == 2
    assert stage.effects()["by_metadata"]["job=7"]["transfer"] == 1
