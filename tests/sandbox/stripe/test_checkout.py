"""The hosted page saves a card or pays, on the vendor's side, and tells by event."""

import re

import pytest
import stripe

from tests.sandbox.stripe.stage import AUTHENTICATES_ALWAYS, AUTHENTICATES_ONCE, CHARGES_DECLINED, DECLINED, VISA, Stage

HELD = {
    "capture_method": "manual",
    "setup_future_usage": "off_session",
    "transfer_group": "job_7",
    "metadata": {"job": "7"},
}


@pytest.fixture
def customer(stage: Stage) -> str:
    return stage.v1.customers.create({"email": "ana@example.com"}).id


def test_a_card_is_saved_and_the_visitor_returns_to_the_success_address(stage: Stage, customer: str) -> None:
    session = stage.checkout(customer)

    page = stage.http.get(session.url)
    answer = stage.type_card(session.url)

    assert page.status_code == 200
    assert all(f'<label for="{name}">' in page.text for name in ("number", "exp", "cvc", "zip"))
    assert 'href="https://shop.example/back"' in page.text
    assert answer.status_code == 303
    assert answer.headers["location"] == f"https://shop.example/done?session={session.id}"
    done = stage.v1.checkout.sessions.retrieve(session.id, {"expand": ["setup_intent.payment_method"]})
    assert (done.status, done.payment_status) == ("complete", "no_payment_required")
    assert done.setup_intent.status == "succeeded"
    assert done.setup_intent.payment_method.card.last4 == "4242"
    assert [one.id for one in stage.v1.customers.payment_methods.list(customer).data] == [
        done.setup_intent.payment_method.id
    ]
    assert {"checkout.session.completed", "setup_intent.succeeded", "payment_method.attached"} <= set(stage.events())


def test_a_payment_page_authorizes_and_saves_in_one_visit(stage: Stage, customer: str) -> None:
    session = stage.checkout(customer, "payment", payment_intent_data=HELD)

    page = stage.http.get(session.url)
    assert stage.type_card(session.url).status_code == 303

    assert "125.00 USD" in page.text
    done = stage.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge", "line_items"]})
    intent = done.payment_intent
    assert (done.status, done.payment_status, done.amount_total) == ("complete", "unpaid", 12500)
    assert (intent.status, intent.amount_capturable, intent.transfer_group) == ("requires_capture", 12500, "job_7")
    assert intent.metadata.job == "7"
    assert intent.latest_charge.captured is False
    assert done.line_items.data[0].description == "TV on the wall"
    assert len(stage.v1.customers.payment_methods.list(customer).data) == 1


def test_a_payment_page_with_automatic_capture_is_paid(stage: Stage, customer: str) -> None:
    session = stage.checkout(customer, "payment")

    stage.type_card(session.url)

    done = stage.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert (done.payment_status, done.payment_intent.status) == ("paid", "succeeded")
    assert stage.v1.customers.payment_methods.list(customer).data == []


@pytest.mark.parametrize("mode", ["setup", "payment"])
def test_a_declined_card_leaves_the_page_open_for_another(stage: Stage, customer: str, mode: str) -> None:
    session = stage.checkout(customer, mode)

    refused = stage.type_card(session.url, DECLINED)

    assert refused.status_code == 402
    assert re.search(r'role="alert"[^>]*>Your card was declined', refused.text)
    assert stage.v1.checkout.sessions.retrieve(session.id).status == "open"
    assert ("setup_intent.setup_failed" if mode == "setup" else "payment_intent.payment_failed") in stage.events()
    assert stage.type_card(session.url, VISA).status_code == 303
    assert stage.v1.checkout.sessions.retrieve(session.id).status == "complete"


def test_a_card_that_fails_only_when_charged_can_be_saved_but_not_paid_with(stage: Stage, customer: str) -> None:
    assert stage.type_card(stage.checkout(customer).url, CHARGES_DECLINED).status_code == 303
    assert stage.type_card(stage.checkout(customer, "payment").url, CHARGES_DECLINED).status_code == 402


@pytest.mark.parametrize("mode", ["setup", "payment"])
@pytest.mark.parametrize("number", [AUTHENTICATES_ONCE, AUTHENTICATES_ALWAYS])
def test_the_bank_may_ask_for_authentication(stage: Stage, customer: str, mode: str, number: str) -> None:
    session = stage.checkout(customer, mode)
    first = stage.http.post(session.url, data={"number": number, "exp": "12/34", "cvc": "123", "zip": "92101"})
    bank = stage.http.get(first.headers["location"])

    failed = stage.http.post(first.headers["location"], data={"outcome": "fail"})

    assert "3-D Secure" in bank.text
    assert failed.status_code == 402
    assert "unable to authenticate" in failed.text
    assert stage.v1.checkout.sessions.retrieve(session.id).status == "open"
    assert stage.type_card(session.url, number, authenticate="complete").status_code == 303
    assert stage.v1.checkout.sessions.retrieve(session.id).status == "complete"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"number": "4111111111111112"}, "card number is invalid"),
        ({"exp": "13/34"}, "expiration date is incomplete"),
        ({"exp": "01/20"}, "in the past"),
        ({"cvc": "12"}, "security code is incomplete"),
        ({"zip": ""}, "ZIP code is missing"),
    ],
)
def test_what_cannot_be_a_card_is_said_beside_the_form(
    stage: Stage, customer: str, typed: dict[str, str], words: str
) -> None:
    session = stage.checkout(customer)
    before = stage.events()

    answer = stage.http.post(session.url, data={"number": VISA, "exp": "12/34", "cvc": "123", "zip": "92101", **typed})

    assert answer.status_code == 422
    assert words in answer.text
    assert stage.events() == before


def test_a_session_lives_at_least_thirty_minutes_and_expires(stage: Stage, customer: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        stage.checkout(customer, expires_at=stage.now() + 29 * 60)
    assert refused.value.param == "expires_at"
    session = stage.checkout(customer)

    stage.travel(minutes=30)
    assert stage.v1.checkout.sessions.retrieve(session.id).status == "open"
    stage.travel(minutes=2)

    ended = stage.v1.checkout.sessions.retrieve(session.id, {"expand": ["setup_intent"]})
    assert (ended.status, ended.setup_intent.status, ended.url) == ("expired", "canceled", None)
    assert stage.http.get(session.url).status_code == 410
    assert stage.type_card(session.url).status_code == 410
    assert stage.events().count("checkout.session.expired") == 1


def test_an_open_session_can_be_expired_a_completed_one_cannot(stage: Stage, customer: str) -> None:
    session, other = stage.checkout(customer), stage.checkout(customer)
    assert stage.v1.checkout.sessions.expire(session.id).status == "expired"
    stage.type_card(other.url)

    with pytest.raises(stripe.InvalidRequestError, match="can be expired"):
        stage.v1.checkout.sessions.expire(other.id)

    assert stage.v1.checkout.sessions.retrieve(other.id).status == "complete"
    again = stage.type_card(other.url)
    assert (again.status_code, "all done" in again.text) == (200, True)


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"ui_mode": "embedded_page"}, "ui_mode"),
        ({"mode": "subscription"}, "mode"),
        ({"customer": "cus_nobody"}, "customer"),
        ({"payment_intent_data": {"capture_method": "manual"}}, "payment_intent_data"),
    ],
)
def test_a_session_that_makes_no_sense_is_refused(stage: Stage, customer: str, params: dict, param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        stage.checkout(**{"customer": customer, **params})

    assert refused.value.param == param
    assert stage.v1.checkout.sessions.list().data == []
