"""Authorize, capture, release, lapse, refund: one charge, exact amounts."""

import pytest
import stripe

from tests.sandbox.stripe.stage import AUTHENTICATES_ALWAYS, AUTHENTICATES_ONCE, CHARGES_DECLINED, VISA, Stage

DAY = 86400


@pytest.mark.parametrize(("number", "seconds"), [(VISA, 4 * DAY + 18 * 3600), ("5555555555554444", 7 * DAY)])
def test_an_absent_customers_authorization_lives_as_long_as_its_network_says(
    stage: Stage, number: str, seconds: int
) -> None:
    intent = stage.authorize(stage.saved_card(number))

    assert (intent.status, intent.amount_capturable, intent.amount_received) == ("requires_capture", 10000, 0)
    before = intent.latest_charge.payment_method_details.card.capture_before
    assert abs(before - stage.now() - seconds) <= 2
    assert stage.balance() == (0, 0)


def test_a_present_customers_authorization_lives_seven_days(stage: Stage) -> None:
    customer = stage.v1.customers.create({}).id
    session = stage.checkout(customer, "payment", payment_intent_data={"capture_method": "manual"})
    stage.type_card(session.url)

    charge = stage.v1.charges.list({"customer": customer}).data[0]

    assert abs(charge.payment_method_details.card.capture_before - stage.now() - 7 * DAY) <= 2


def test_capturing_a_part_releases_the_rest(stage: Stage) -> None:
    intent = stage.authorize(stage.saved_card())

    captured = stage.v1.payment_intents.capture(
        intent.id, {"amount_to_capture": 6000, "expand": ["latest_charge.balance_transaction"]}
    )

    entry = captured.latest_charge.balance_transaction
    assert (captured.status, captured.amount_received, captured.amount_capturable) == ("succeeded", 6000, 0)
    assert (captured.latest_charge.captured, captured.latest_charge.amount_captured) == (True, 6000)
    assert (entry.amount, entry.fee, entry.net, entry.status) == (6000, 204, 5796, "pending")
    assert stage.balance() == (5796, 0)
    totals = {"authorized": 10000, "captured": 6000, "released": 4000}
    assert stage.emulator.books()["groups"] == {"job_7": totals}
    assert {"charge.captured", "payment_intent.succeeded", "payment_intent.amount_capturable_updated"} <= set(
        stage.events()
    )


@pytest.mark.parametrize("amount", [10001, 0])
def test_no_more_than_the_authorization_can_be_captured(stage: Stage, amount: int) -> None:
    intent = stage.authorize(stage.saved_card())

    with pytest.raises(stripe.InvalidRequestError) as refused:
        stage.v1.payment_intents.capture(intent.id, {"amount_to_capture": amount})

    assert refused.value.param == "amount_to_capture"
    assert stage.v1.payment_intents.retrieve(intent.id).amount_capturable == 10000
    assert stage.balance() == (0, 0)


def test_what_is_captured_or_canceled_cannot_be_captured_again(stage: Stage) -> None:
    card = stage.saved_card()
    captured, canceled = stage.authorize(card).id, stage.authorize(card).id
    stage.v1.payment_intents.capture(captured)
    assert stage.v1.payment_intents.cancel(canceled).status == "canceled"

    for intent in (captured, canceled):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            stage.v1.payment_intents.capture(intent)
        assert refused.value.code == "payment_intent_unexpected_state"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        stage.v1.payment_intents.cancel(captured)

    assert refused.value.code == "payment_intent_unexpected_state"
    totals = {"authorized": 20000, "captured": 10000, "released": 10000}
    assert stage.emulator.books()["groups"] == {"job_7": totals}


def test_an_authorization_nobody_captures_lapses(stage: Stage) -> None:
    intent = stage.authorize(stage.saved_card())

    stage.travel(days=4, hours=17, minutes=59)
    assert stage.v1.payment_intents.retrieve(intent.id).status == "requires_capture"
    stage.travel(minutes=2)

    lapsed = stage.v1.payment_intents.retrieve(intent.id)
    assert (lapsed.status, lapsed.cancellation_reason, lapsed.amount_capturable) == ("canceled", "automatic", 0)
    assert {"charge.expired", "payment_intent.canceled"} <= set(stage.events())
    with pytest.raises(stripe.InvalidRequestError):
        stage.v1.payment_intents.capture(intent.id)
    assert stage.balance() == (0, 0)


def test_a_card_that_declines_later_gives_402_with_the_intent_inside(stage: Stage) -> None:
    card = stage.saved_card(CHARGES_DECLINED)

    with pytest.raises(stripe.CardError) as refused:
        stage.authorize(card, key="job:7:auth:1")

    error = refused.value.error
    assert (refused.value.http_status, error.code, error.decline_code) == (402, "card_declined", "generic_decline")
    assert error.advice_code == "try_again_later"
    intent = stage.v1.payment_intents.retrieve(error.payment_intent.id, {"expand": ["latest_charge"]})
    assert intent.status == "requires_payment_method"
    assert intent.last_payment_error.code == "card_declined"
    assert intent.latest_charge.status == "failed"
    assert "payment_intent.payment_failed" in stage.events()
    assert stage.emulator.books()["groups"] == {}


def test_a_bank_that_wants_the_absent_customer_gives_authentication_required(stage: Stage) -> None:
    card = stage.saved_card(AUTHENTICATES_ALWAYS)

    with pytest.raises(stripe.CardError) as refused:
        stage.authorize(card)

    assert (refused.value.http_status, refused.value.code) == (402, "authentication_required")
    assert refused.value.error.payment_intent.status == "requires_payment_method"


def test_a_card_set_up_once_is_not_asked_again(stage: Stage) -> None:
    assert stage.authorize(stage.saved_card(AUTHENTICATES_ONCE)).status == "requires_capture"


def test_automatic_capture_takes_the_money_at_once(stage: Stage) -> None:
    paid = stage.authorize(stage.saved_card(), 2000, capture_method="automatic", transfer_group="tip_3")

    assert (paid.status, paid.amount_received, paid.latest_charge.captured) == ("succeeded", 2000, True)
    assert stage.balance() == (2000 - 88, 0)
    assert stage.effects()["by_group"] == {"tip_3": {"charge": 1}}


def test_an_intent_can_be_made_first_and_confirmed_later(stage: Stage) -> None:
    card = stage.saved_card()
    made = stage.v1.payment_intents.create({"amount": 5000, "currency": "usd", "capture_method": "manual", **card})
    assert made.status == "requires_confirmation"

    assert stage.v1.payment_intents.confirm(made.id, {"off_session": True}).status == "requires_capture"


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"amount": 49}, "amount"),
        ({"confirm": False}, "off_session"),
        ({"off_session": False}, "return_url"),
        ({"customer": "cus_nobody"}, "customer"),
        ({"payment_method": "pm_nothing"}, "payment_method"),
    ],
)
def test_an_intent_that_makes_no_sense_is_refused(stage: Stage, params: dict, param: str) -> None:
    card = stage.saved_card()

    with pytest.raises(stripe.InvalidRequestError) as refused:
        stage.authorize(card, **params)

    assert refused.value.param == param
    assert stage.v1.payment_intents.list().data == []


def test_another_customers_card_and_a_detached_card_are_refused(stage: Stage) -> None:
    ana, bo = stage.saved_card(), stage.saved_card()
    with pytest.raises(stripe.InvalidRequestError, match="belongs to another Customer"):
        stage.authorize({"customer": ana["customer"], "payment_method": bo["payment_method"]})

    stage.v1.payment_methods.detach(ana["payment_method"])

    with pytest.raises(stripe.InvalidRequestError, match="detached"):
        stage.authorize(ana)
    with pytest.raises(stripe.InvalidRequestError, match="previously detached"):
        stage.v1.payment_methods.attach(ana["payment_method"], {"customer": ana["customer"]})
    assert "payment_method.detached" in stage.events()


def test_refunds_take_from_the_platform_until_all_is_back(stage: Stage) -> None:
    intent = stage.charged(10000)

    first = stage.v1.refunds.create({"payment_intent": intent.id, "amount": 4000, "reason": "requested_by_customer"})
    rest = stage.v1.refunds.create({"charge": intent.latest_charge})

    assert [first.status, first.amount, rest.status, rest.amount] == ["succeeded", 4000, "succeeded", 6000]
    charge = stage.v1.charges.retrieve(intent.latest_charge)
    assert (charge.amount_refunded, charge.refunded) == (10000, True)
    assert stage.balance() == (-320, 0)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        stage.v1.refunds.create({"charge": intent.latest_charge})
    assert refused.value.code == "charge_already_refunded"
    assert [one.id for one in stage.v1.refunds.list({"charge": intent.latest_charge}).data] == [rest.id, first.id]


def test_a_refund_the_balance_cannot_pay_waits_for_money(stage: Stage) -> None:
    intent = stage.charged(10000)
    stage.v1.balance_settings.update({"payments": {"payouts": {"schedule": {"interval": "manual"}}}})
    stage.travel(days=2, minutes=1)
    stage.v1.payouts.create({"amount": 9680, "currency": "usd"})

    waiting = stage.v1.refunds.create({"payment_intent": intent.id, "amount": 5000})
    assert (waiting.status, waiting.pending_reason) == ("pending", "insufficient_funds")
    stage.charged(20000)
    stage.travel(days=2, minutes=1)

    assert stage.v1.refunds.retrieve(waiting.id).status == "succeeded"
    assert stage.balance() == (0, 20000 - 610 - 5000)


def test_lists_are_paged_newest_first_and_filtered(stage: Stage) -> None:
    card = stage.saved_card()
    made = [stage.authorize(card, 1000 + number).id for number in range(5)][::-1]
    stage.authorize(stage.saved_card())

    first = stage.v1.payment_intents.list({"customer": card["customer"], "limit": 2})
    second = stage.v1.payment_intents.list(
        {"customer": card["customer"], "limit": 2, "starting_after": first.data[-1].id}
    )
    back = stage.v1.payment_intents.list({"customer": card["customer"], "limit": 2, "ending_before": second.data[0].id})

    assert [one.id for one in first.data] == made[:2]
    assert first.has_more is True
    assert [one.id for one in second.data] == made[2:4]
    assert [one.id for one in back.data] == made[:2]
    assert [one.id for one in first.auto_paging_iter()] == made
    assert stage.v1.payment_intents.list({"created": {"gt": stage.now() + 60}}).data == []
    with pytest.raises(stripe.InvalidRequestError, match="between 1 and 100"):
        stage.v1.payment_intents.list({"limit": 101})
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        stage.v1.payment_intents.list({"expand": ["data.nothing"]})
