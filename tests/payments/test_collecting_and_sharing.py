"""The road of money: a card is saved, an amount held, less of it captured, split, and paid out."""

from datetime import timedelta

import pytest

from guildhall.payments.commands import release, settle, start_checkout
from guildhall.payments.queries import (
    balance_of,
    get_checkout,
    get_payment,
    ledger_of,
    list_payouts,
    list_transactions,
)
from tests.payments import given
from tests.payments.given import breaches, facts, usd
from tests.payments.jobs import settle_down, work
from tests.payments.vendor import Vendor

pytestmark = pytest.mark.django_db


def test_a_saved_card_is_told_once_and_known_by_its_last_digits(vendor: Vendor):
    of = given.job(vendor)

    given.saved_card(vendor, of)

    card = get_payment(of.reference)
    assert (card.card_brand, card.card_last4, card.payment_state) == ("visa", "4242", "none")
    assert facts(of) == ["card.saved"]
    assert get_checkout(of.reference).status == "completed"


def test_settled_hours_are_captured_split_and_transferred_and_the_rest_is_free_again(vendor: Vendor):
    of = given.held(vendor, 12_000)
    given.payable(vendor, of.provider_id)

    settle(reference=of.reference, at=given.now(), settlement=given.split(of, 10_000, fee=2_000, tax=500))
    settle_down(vendor)

    money = get_payment(of.reference)
    assert (money.payment_state, money.payout_state) == ("captured", "transferred")
    assert (money.authorized_minor, money.captured_minor, money.transferred_minor) == (12_000, 10_000, 7_500)
    assert (money.fee_minor, money.tax_minor) == (2_000, 500)
    assert balance_of(of.provider_id) == usd(7_500)
    assert sorted((posting.kind, posting.account, posting.amount_minor) for posting in ledger_of(of.reference)) == [
        ("capture", "held", 10_000),
        ("capture", "vendor_balance", -10_000),
        ("split", "held", -10_000),
        ("split", "platform_fee", 2_000),
        ("split", "provider", 7_500),
        ("split", "tax", 500),
        ("split", "vendor_balance", -7_500),
        ("split", "vendor_balance", 7_500),
    ]
    assert facts(of) == [
        "card.saved",
        "authorization.made",
        "payment.captured",
        "payment.transferred",
        "reference.cleared",
    ]
    assert vendor.emulator.books()["groups"][f"job_{of.reference}"] == {
        "authorized": 12_000,
        "captured": 10_000,
        "released": 2_000,
        "transferred": 7_500,
    }
    assert [(one.kind, one.amount_minor, one.status) for one in list_transactions(of.reference)] == [
        ("authorization", 12_000, "captured"),
        ("capture", 10_000, "captured"),
        ("transfer", 7_500, "made"),
    ]
    assert breaches() == []


def test_a_card_is_saved_authenticated_and_held_in_one_visit(vendor: Vendor):
    of = given.job(vendor)
    visit = {"reference": of.reference, "customer_id": of.customer_id, "return_url": given.RETURN}

    start_checkout(**visit, purpose="authorize", amount=usd(9_000), at=given.now())
    work()
    vendor.give_card(get_checkout(of.reference).url or "", "4000002760003184", authenticate=True)
    settle_down(vendor)

    money = get_payment(of.reference)
    assert (money.payment_state, money.authorized_minor, money.card_last4) == ("authorized", 9_000, "3184")
    assert money.capture_before is not None
    assert sorted(facts(of)) == ["authorization.made", "card.saved"]


def test_a_share_waits_for_the_providers_account_and_then_goes(vendor: Vendor):
    of = given.held(vendor)

    settle(reference=of.reference, at=given.now(), settlement=given.split(of))
    settle_down(vendor)
    waiting = get_payment(of.reference)
    given.payable(vendor, of.provider_id)

    assert (waiting.payment_state, waiting.payout_state) == ("captured", "held")
    assert get_payment(of.reference).payout_state == "transferred"
    assert facts(of)[-1] == "reference.cleared"
    assert vendor.amounts("transfer") == [7_500]
    assert breaches() == []


def test_money_released_after_a_late_page_does_not_stay_held(vendor: Vendor):
    of = given.job(vendor)
    visit = {"reference": of.reference, "customer_id": of.customer_id, "return_url": given.RETURN}
    start_checkout(**visit, purpose="authorize", amount=usd(9_000), at=given.now())
    work()
    vendor.give_card(get_checkout(of.reference).url or "")

    release(reference=of.reference, at=given.now())
    settle_down(vendor)

    assert get_payment(of.reference).payment_state == "none"
    assert vendor.amounts("authorization") == vendor.amounts("release") == [9_000]
    assert "authorization.made" not in facts(of)
    assert facts(of)[-1] == "reference.cleared"
    assert breaches() == []


def test_the_vendors_daily_payout_brings_the_share_to_the_bank(vendor: Vendor):
    of = given.transferred(vendor)

    for _ in range(8):
        vendor.travel(timedelta(days=1))
        settle_down(vendor)

    assert get_payment(of.reference).payout_state == "paid_out"
    assert given.fact(of, "payout.paid")["amount_minor"] == 7_500
    assert [(payout.amount_minor, payout.status) for payout in list_payouts(of.provider_id)] == [(7_500, "paid")]
    assert balance_of(of.provider_id) == usd(0)
    assert breaches() == []
