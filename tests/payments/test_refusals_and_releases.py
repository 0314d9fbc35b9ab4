"""What the bank refuses, what is let go, and what a cancellation costs."""

from datetime import timedelta

import pytest

from guildhall.payments.commands import (
    AlreadyAuthorized,
    AlreadySettled,
    MoreThanAuthorized,
    NoCard,
    OtherMoney,
    authorize,
    expire_checkout,
    release,
    settle,
    settle_cancellation,
    start_checkout,
    use_saved_card,
)
from guildhall.payments.models import Authorization, Intent, Settlement
from guildhall.payments.queries import get_checkout, get_payment, ledger_of
from guildhall.timers.firing import fire_due
from tests import given_people
from tests.payments import given
from tests.payments.given import breaches, facts, usd
from tests.payments.jobs import settle_down, work
from tests.payments.vendor import ASKS_ALWAYS, REFUSED_LATER, VISA, Vendor

pytestmark = pytest.mark.django_db


def ask(of: given.Job, minor: int = 9_000) -> None:
    authorize(reference=of.reference, customer_id=of.customer_id, amount=usd(minor), at=given.now())


def visit(of: given.Job, minor: int | None = 9_000) -> None:
    start_checkout(
        reference=of.reference,
        customer_id=of.customer_id,
        purpose="authorize" if minor else "save_card",
        amount=usd(minor) if minor else None,
        return_url=given.RETURN,
        at=given.now(),
    )


def test_a_declined_card_is_told_and_the_next_attempt_is_a_new_one(vendor: Vendor):
    of = given.job(vendor)
    given.saved_card(vendor, of, REFUSED_LATER)

    ask(of)
    settle_down(vendor)
    first = get_payment(of.reference).payment_state
    given.saved_card(vendor, of, VISA)
    ask(of)
    settle_down(vendor)

    refusal = given.fact(of, "authorization.refused")
    assert (first, refusal["needs_customer"], refusal["code"]) == ("failed", False, "generic_decline")
    assert get_payment(of.reference).payment_state == "authorized"
    assert [row.key.rpartition(":")[2] for row in Intent.objects.filter(kind="authorize").order_by("id")] == ["1", "2"]
    assert breaches() == []


def test_a_bank_that_wants_the_customer_gets_them_on_the_page(vendor: Vendor):
    of = given.job(vendor)
    given.saved_card(vendor, of, ASKS_ALWAYS, authenticate=True)

    ask(of)
    settle_down(vendor)
    state = get_payment(of.reference).payment_state
    visit(of)
    work()
    vendor.give_card(get_checkout(of.reference).url or "", ASKS_ALWAYS, authenticate=True)
    settle_down(vendor)

    refusal = given.fact(of, "authorization.refused")
    assert (state, refusal["needs_customer"], refusal["code"]) == ("action_needed", True, "authentication_required")
    assert get_payment(of.reference).payment_state == "authorized"
    assert vendor.amounts("authorization") == [9_000]


def test_asking_again_for_what_is_held_changes_nothing_and_another_amount_is_refused(vendor: Vendor):
    of = given.held(vendor, 9_000)
    told = facts(of)

    ask(of, 9_000)
    with pytest.raises(AlreadyAuthorized):
        ask(of, 9_001)
    with pytest.raises(AlreadyAuthorized):
        visit(of, 9_000)

    assert not work()
    assert facts(of) == told
    assert vendor.amounts("authorization") == [9_000]


def test_without_a_card_nothing_is_tried(vendor: Vendor):
    of = given.job(vendor)

    with pytest.raises(NoCard):
        ask(of)

    assert not use_saved_card(reference=of.reference, customer_id=of.customer_id, at=given.now())
    assert (Intent.objects.count(), facts(of)) == (0, [])


def test_a_saved_card_serves_the_next_booking_at_once(vendor: Vendor):
    first = given.job(vendor)
    given.saved_card(vendor, first)
    of = given.job(vendor, customer_id=first.customer_id)

    assert use_saved_card(reference=of.reference, customer_id=of.customer_id, at=given.now())

    assert facts(of) == ["card.saved"]
    ask(of)
    settle_down(vendor)
    assert get_payment(of.reference).payment_state == "authorized"


def test_one_customer_is_made_for_two_bookings_at_once(vendor: Vendor):
    first = given.job(vendor)
    second = given.job(vendor, customer_id=first.customer_id)
    visit(first, None)
    visit(second, None)

    work()

    assert get_checkout(first.reference).url
    assert get_checkout(second.reference).url
    assert Intent.objects.filter(kind="customer").count() == 1


def test_a_booking_has_one_customer_and_one_currency(vendor: Vendor):
    of = given.held(vendor)
    stranger = given_people.customer("Bob").id

    with pytest.raises(OtherMoney):
        authorize(reference=of.reference, customer_id=stranger, amount=usd(9_000), at=given.now())

    assert get_payment(of.reference).card_last4 == "4242"


def test_released_money_is_free_and_the_reference_is_cleared(vendor: Vendor):
    of = given.held(vendor, 9_000)

    release(reference=of.reference, at=given.now())
    before = facts(of)[-1]
    settle_down(vendor)
    release(reference=of.reference, at=given.now())

    money = get_payment(of.reference)
    assert before == "authorization.made"
    assert (money.payment_state, money.authorized_minor) == ("none", 0)
    assert facts(of)[-3:] == ["authorization.released", "reference.cleared", "reference.cleared"]
    assert vendor.amounts("release") == [9_000]
    assert not work()


def test_a_booking_that_never_had_money_is_cleared_at_once(vendor: Vendor):
    of = given.job(vendor)

    release(reference=of.reference, at=given.now())

    assert facts(of) == ["reference.cleared"]
    assert Intent.objects.count() == 0


def test_an_attempt_under_way_while_it_is_released_is_let_go_when_it_succeeds(vendor: Vendor):
    of = given.job(vendor)
    given.saved_card(vendor, of)
    ask(of)

    release(reference=of.reference, at=given.now())
    early = facts(of)
    settle_down(vendor)

    assert "reference.cleared" not in early
    assert vendor.amounts("authorization") == vendor.amounts("release") == [9_000]
    assert "authorization.made" not in facts(of)
    assert facts(of)[-1] == "reference.cleared"


def test_a_booking_released_and_widened_is_held_again(vendor: Vendor):
    of = given.held(vendor, 9_000)
    release(reference=of.reference, at=given.now())
    settle_down(vendor)

    ask(of, 11_000)
    settle_down(vendor)

    assert get_payment(of.reference).authorized_minor == 11_000
    assert facts(of)[-1] == "authorization.made"


def test_a_page_left_alone_expires_and_another_may_be_opened(vendor: Vendor):
    of = given.job(vendor)
    visit(of, None)
    work()
    address = get_checkout(of.reference).url

    vendor.travel(timedelta(minutes=34))
    settle_down(vendor)
    expired = get_checkout(of.reference).status
    visit(of, None)
    work()

    assert (expired, facts(of)) == ("expired", ["checkout.expired"])
    assert get_checkout(of.reference).url not in {None, address}


def test_a_page_is_closed_on_demand_and_one_that_was_completed_wins(vendor: Vendor):
    of, late = given.job(vendor), given.job(vendor)
    for job in (of, late):
        visit(job, None)
    work()
    vendor.give_card(get_checkout(late.reference).url or "")

    for job in (of, late):
        expire_checkout(reference=job.reference, at=given.now())
    settle_down(vendor)

    assert facts(of) == ["checkout.expired"]
    assert facts(late) == ["card.saved"]


def test_the_same_page_is_given_twice_and_another_wish_closes_it(vendor: Vendor):
    of = given.job(vendor)

    visit(of, 9_000)
    visit(of, 9_000)
    work()
    first = get_checkout(of.reference)
    visit(of, 9_500)
    settle_down(vendor)

    assert Intent.objects.filter(kind="checkout").count() == 2
    assert get_checkout(of.reference).id != first.id
    assert facts(of) == []


def test_more_than_was_held_is_not_settled(vendor: Vendor):
    of = given.held(vendor, 9_000)

    with pytest.raises(MoreThanAuthorized):
        settle(reference=of.reference, at=given.now(), settlement=given.split(of, 9_001))

    assert not work()
    assert (Settlement.objects.count(), get_payment(of.reference).payment_state) == (0, "authorized")


def test_a_settlement_is_decided_once(vendor: Vendor):
    of = given.held(vendor)
    settle(reference=of.reference, at=given.now(), settlement=given.split(of, 8_000))

    settle(reference=of.reference, at=given.now(), settlement=given.split(of, 8_000))
    with pytest.raises(AlreadySettled):
        settle(reference=of.reference, at=given.now(), settlement=given.split(of, 7_000))
    with pytest.raises(AlreadySettled):
        ask(of)
    release(reference=of.reference, at=given.now())
    settle_down(vendor)

    assert vendor.amounts("capture") == [8_000]


def test_nothing_to_pay_releases_everything(vendor: Vendor):
    of = given.held(vendor, 9_000)

    settle(reference=of.reference, at=given.now(), settlement=given.split(of, 0, fee=0, tax=0))
    settle_down(vendor)

    assert (vendor.amounts("capture"), vendor.amounts("release")) == ([], [9_000])
    assert facts(of)[-1] == "reference.cleared"


def test_a_compensation_is_captured_from_what_is_held(vendor: Vendor):
    of = given.held(vendor, 9_000)
    given.payable(vendor, of.provider_id)

    settle_cancellation(reference=of.reference, at=given.now(), settlement=given.split(of, 3_000, fee=600, tax=0))
    settle_down(vendor)

    assert vendor.emulator.books()["groups"][f"job_{of.reference}"] == {
        "authorized": 9_000,
        "captured": 3_000,
        "released": 6_000,
        "transferred": 2_400,
    }
    assert facts(of)[-1] == "reference.cleared"
    assert breaches() == []


def test_a_compensation_with_nothing_held_is_charged_to_the_saved_card(vendor: Vendor):
    of = given.job(vendor)
    given.saved_card(vendor, of)
    given.payable(vendor, of.provider_id)

    settle_cancellation(reference=of.reference, at=given.now(), settlement=given.split(of, 3_000, fee=600, tax=0))
    settle_down(vendor)

    money = get_payment(of.reference)
    assert (money.payment_state, money.authorized_minor, money.captured_minor) == ("captured", 3_000, 3_000)
    assert (vendor.amounts("charge"), vendor.amounts("transfer")) == ([3_000], [2_400])
    assert facts(of)[-1] == "reference.cleared"
    assert breaches() == []


@pytest.mark.parametrize("card", [REFUSED_LATER, None])
def test_a_compensation_that_is_refused_becomes_a_debt_and_the_booking_closes(vendor: Vendor, card: str | None):
    of = given.job(vendor)
    if card:
        given.saved_card(vendor, of, card)
    else:
        visit(of, None)

    settle_cancellation(reference=of.reference, at=given.now(), settlement=given.split(of, 3_000, fee=600, tax=0))
    settle_down(vendor)

    assert get_payment(of.reference).payment_state == "failed"
    assert given.fact(of, "reference.cleared")["uncollected_minor"] == 3_000
    assert [(posting.account, posting.owner) for posting in ledger_of(of.reference)] == [
        ("customer_receivable", str(of.customer_id)),
        ("uncollected", of.reference),
    ]
    assert vendor.amounts("charge", "transfer") == []
    assert breaches() == []


def test_an_authorization_that_ran_out_before_the_settlement_is_charged_instead(vendor: Vendor):
    of = given.held(vendor, 9_000)
    given.payable(vendor, of.provider_id)

    vendor.travel(timedelta(days=8))
    settle_down(vendor)
    state = get_payment(of.reference).payment_state
    settle(reference=of.reference, at=given.now(), settlement=given.split(of, 8_000))
    settle_down(vendor)

    assert state == "none"
    assert "authorization.released" in facts(of)
    assert vendor.amounts("charge") == [8_000]
    assert facts(of)[-1] == "reference.cleared"
    assert breaches() == []


def test_a_long_case_is_authorized_anew_before_the_hold_runs_out(vendor: Vendor):
    of = given.held(vendor, 9_000)
    before = get_payment(of.reference).capture_before
    assert before is not None

    vendor.travel(before - given.now() - timedelta(hours=11))
    fire_due()
    settle_down(vendor)

    after = get_payment(of.reference)
    assert after.payment_state == "authorized"
    assert after.capture_before is not None
    assert after.capture_before > before
    assert [row.status for row in Authorization.objects.order_by("attempt")] == ["released", "authorized"]
    assert facts(of).count("authorization.made") == 2
    assert "authorization.released" not in facts(of)
    assert vendor.amounts("authorization") == [9_000, 9_000]
    assert vendor.amounts("release") == [9_000]
