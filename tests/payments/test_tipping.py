"""Thanks in money: paid on the saved card, all of it the provider's, and over when the bank says no."""

import pytest
from django.db import IntegrityError

from guildhall.kernel.actors import Actor
from guildhall.kernel.ids import new_id
from guildhall.kernel.money import Money
from guildhall.payments.commands import BadTip, NoCard, OtherMoney, TipUnderWay, give_tip
from guildhall.payments.models import Tip
from guildhall.payments.queries import balance_of, get_payment, ledger_of, list_tips
from tests.payments import given
from tests.payments.jobs import settle_down, work
from tests.payments.vendor import ASKS_ALWAYS, REFUSED_LATER

pytestmark = pytest.mark.django_db


def tip(of, minor=1_500, currency="USD"):
    return give_tip(
        reference=of.reference,
        customer_id=of.customer_id,
        provider_id=of.provider_id,
        amount=Money(minor, currency),
        by=Actor.customer(of.customer_id),
        at=given.now(),
    )


def tips(of):
    return [(card.status, card.amount_minor, card.refusal_code, card.payout_state) for card in list_tips(of.reference)]


def told(of):
    return [name for name in given.facts(of) if name.startswith("tip.")]


def test_a_tip_is_charged_and_all_of_it_lies_on_the_providers_balance(vendor):
    of = given.transferred(vendor)
    job = get_payment(of.reference)
    cleared = given.facts(of).count("reference.cleared")

    tip_id = tip(of)
    settle_down(vendor)

    assert tips(of) == [("paid", 1_500, "", "transferred")]
    assert told(of) == ["tip.requested", "tip.paid", "tip.transferred"]
    assert balance_of(of.provider_id) == given.usd(7_500 + 1_500)
    assert [posting.amount_minor for posting in ledger_of(of.reference) if posting.account == "platform_fee"] == [2_000]
    assert vendor.amounts("transfer") == [7_500, 1_500]
    assert get_payment(of.reference) == job
    assert given.facts(of).count("reference.cleared") == cleared
    assert tip_id
    assert given.breaches() == []


@pytest.mark.parametrize(
    ("card", "code", "needs_customer"),
    [(REFUSED_LATER, "generic_decline", False), (ASKS_ALWAYS, "authentication_required", True)],
)
def test_a_refusal_is_the_end_of_it_and_nobody_owes_anything(vendor, card, code, needs_customer):
    of = given.job(vendor)
    given.payable(vendor, of.provider_id)
    given.saved_card(vendor, of, card, authenticate=card == ASKS_ALWAYS)
    effects = len(vendor.effects("transfer"))

    tip(of)
    settle_down(vendor)

    ((status, _, refused, payout_state),) = tips(of)
    assert (status, payout_state) == ("refused", "none")
    assert refused in {code, "card_declined", "do_not_honor"}
    assert told(of) == ["tip.requested", "tip.refused"]
    assert given.fact(of, "tip.refused")["needs_customer"] is needs_customer
    assert "authorization.refused" not in given.facts(of)
    assert len(vendor.effects("transfer")) == effects
    assert ledger_of(of.reference) == []
    assert given.breaches() == []

    tip(of)
    assert [status for status, *_ in tips(of)] == ["requested", "refused"]


def test_one_at_a_time_within_the_bounds_and_in_the_jobs_currency(vendor):
    of = given.transferred(vendor)
    for minor in (0, -5, 99, 50_001):
        with pytest.raises(BadTip):
            tip(of, minor)
    with pytest.raises(OtherMoney):
        tip(of, currency="EUR")
    assert tips(of) == []

    tip(of, 30_000)
    with pytest.raises(TipUnderWay):
        tip(of)
    settle_down(vendor)
    with pytest.raises(BadTip, match="together"):
        tip(of, 20_001)
    tip(of, 20_000)
    settle_down(vendor)

    assert [amount for _, amount, *_ in tips(of)] == [20_000, 30_000]
    assert told(of).count("tip.paid") == 2
    assert given.breaches() == []


def test_without_a_card_there_is_no_tip(vendor):
    of = given.job(vendor)

    with pytest.raises(NoCard):
        tip(of)

    assert tips(of) == []
    assert given.facts(of) == []


def test_an_answer_that_was_lost_charges_once(vendor):
    of = given.transferred(vendor)
    vendor.fail(1, path="/v1/payment_intents", lose=True)

    tip(of)
    work(later=True)
    settle_down(vendor)

    assert tips(of) == [("paid", 1_500, "", "transferred")]
    assert vendor.amounts("transfer") == [7_500, 1_500]
    assert given.breaches() == []


def test_the_database_lets_one_be_under_way_and_no_fee_be_taken(vendor):
    of = given.transferred(vendor)
    tip(of)
    row = Tip.objects.get()

    with pytest.raises(IntegrityError, match="payments_one_tip_at_a_time"):
        Tip.objects.create(
            payment_id=new_id(),
            job_reference=row.job_reference,
            provider_id=row.provider_id,
            amount_minor=1,
            currency="USD",
            given_at=row.given_at,
        )
