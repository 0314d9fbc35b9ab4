"""What the contract refuses, the emulator refuses, and nothing happens."""

import json

import pytest
import stripe

from sandbox import contracts
from sandbox.contracts import Breach, nest
from tests.sandbox.stripe.stage import Stage

INTENT = {"amount": 1000, "currency": "usd"}

MISTAKES = {
    "a misspelt parameter": (
        lambda s: s.v1.payment_intents.create({**INTENT, "captur_method": "manual"}),
        "captur_method",
    ),
    "a wrong enum": (lambda s: s.v1.payment_intents.create({**INTENT, "capture_method": "later"}), "capture_method"),
    "a float amount": (lambda s: s.v1.payment_intents.create({**INTENT, "amount": 10.5}), "amount"),
    "a missing destination": (lambda s: s.v1.transfers.create({"amount": 5, "currency": "usd"}), "destination"),
    "an unknown nested key": (
        lambda s: s.v1.checkout.sessions.create({"mode": "payment", "payment_intent_data": {"capture": "manual"}}),
        "payment_intent_data[capture]",
    ),
    "a removed parameter": (
        lambda s: s.v1.payment_intents.create({**INTENT, "payment_method_types": ["card"]}),
        "payment_method_types",
    ),
    "a v1 field on v2": (lambda s: s.v2.core.accounts.create({"type": "express"}), "type"),
    "an unknown query parameter": (lambda s: s.v1.payment_intents.list({"cutomer": "cus_1"}), "cutomer"),
    "a wrong refund reason": (lambda s: s.v1.refunds.create({"charge": "ch_1", "reason": "bored"}), "reason"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_seeded_mistake_is_a_400_that_names_the_parameter(stage: Stage, name: str) -> None:
    call, param = MISTAKES[name]

    with pytest.raises(stripe.InvalidRequestError) as refused:
        call(stage)

    assert refused.value.http_status == 400
    assert refused.value.json_body["error"]["type"] == "invalid_request_error"
    assert refused.value.param == param
    assert stage.effects() == {"by_key": {}, "by_group": {}, "by_metadata": {}}
    assert stage.events() == []


def test_a_refused_request_does_not_use_up_its_idempotency_key(stage: Stage) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        stage.v1.customers.create({"emial": "ana@example.com"}, {"idempotency_key": "cus:1"})

    assert (
        stage.v1.customers.create({"email": "ana@example.com"}, {"idempotency_key": "cus:1"}).email == "ana@example.com"
    )


def test_the_secret_key_the_version_and_the_account_are_checked(stage: Stage) -> None:
    stranger = stripe.StripeClient("sk_wrong", base_addresses={"api": stage.server.url}, max_network_retries=0)
    with pytest.raises(stripe.AuthenticationError) as refused:
        stranger.v1.balance.retrieve()
    assert refused.value.http_status == 401

    with pytest.raises(stripe.InvalidRequestError, match="Invalid Stripe API version"):
        stage.v1.balance.retrieve(options={"stripe_version": "2023-08-16"})

    with pytest.raises(stripe.PermissionError) as forbidden:
        stage.v1.balance.retrieve(options={"stripe_account": "acct_nobody"})
    assert forbidden.value.json_body["error"]["code"] == "account_invalid"


def test_what_the_emulator_does_not_have_is_a_404(stage: Stage) -> None:
    with pytest.raises(stripe.InvalidRequestError) as missing:
        stage.v1.payment_intents.retrieve("pi_nothing")
    assert (missing.value.http_status, missing.value.code, missing.value.param) == (404, "resource_missing", "intent")

    with pytest.raises(stripe.InvalidRequestError, match="Unrecognized request URL") as unknown:
        stage.v1.coupons.list()
    assert unknown.value.http_status == 404


def test_form_names_become_nested_values() -> None:
    pairs = [("a[b][c]", "1"), ("items[0][price]", "5"), ("items[1][price]", "6"), ("tags[]", "x"), ("tags[]", "y")]

    assert nest([*pairs, ("plain", "1"), ("plain", "2")]) == {
        "a": {"b": {"c": "1"}},
        "items": {"0": {"price": "5"}, "1": {"price": "6"}},
        "tags": {"0": "x", "1": "y"},
        "plain": ["1", "2"],
    }
    for broken in ("a[b", "a]b[", "a[b]c"):
        with pytest.raises(Breach):
            contracts.load(contracts.STRIPE).check_body(
                contracts.load(contracts.STRIPE).operation("post", "/v1/customers"),
                contracts.FORM,
                f"{broken}=1".encode(),
            )


def test_text_becomes_a_number_only_where_the_contract_wants_one() -> None:
    contract = contracts.load(contracts.STRIPE)
    operation = contract.operation("post", "/v1/payment_intents")

    body = contract.check_body(
        operation,
        contracts.FORM,
        b"amount=1099&currency=usd&confirm=true&off_session=true&metadata[n]=7&expand[0]=customer",
    )

    assert body == {
        "amount": 1099,
        "currency": "usd",
        "confirm": True,
        "off_session": True,
        "metadata": {"n": "7"},
        "expand": ["customer"],
    }
    for wrong in ("1e3", "+5", " 5", "5.0", "\u0665"):
        with pytest.raises(Breach):
            contract.check_body(operation, contracts.FORM, f"amount={wrong}&currency=usd".encode())


def test_the_vendors_own_examples_fit_the_contract() -> None:
    contract = contracts.load(contracts.STRIPE)
    examples = json.loads((contracts.FOLDER / "stripe.fixtures.json").read_text())["resources"]

    known = [name for name in examples if name in contract.document["components"]["schemas"]]
    for name in known:
        contract.check_object(name, examples[name])

    assert len(known) > 30


def test_the_emulators_own_mistake_is_a_500_without_effect_and_is_remembered(stage: Stage) -> None:
    broken = {"id": "cus_broken", "object": "customer", "metadata": {}, "invoice_settings": {}, "livemode": "maybe"}
    stage.store.put("customer", "cus_broken", broken)

    for key in ("cus:1", "cus:1"):
        with pytest.raises(stripe.APIError) as failed:
            stage.v1.customers.update("cus_broken", {"name": "Ana"}, {"idempotency_key": key})
        assert failed.value.http_status == 500

    assert stage.store.get("customer", "cus_broken") == broken
    assert stage.events() == []
    assert len(stage.emulator.violations) >= 2
    stage.emulator.violations.clear()


def test_an_answer_that_breaks_the_contract_is_found() -> None:
    contract = contracts.load(contracts.STRIPE)
    operation = contract.operation("get", "/v1/refunds/re_1")

    with pytest.raises(Breach, match="Missing required param: amount"):
        contract.check_answer(operation, 200, {"id": "re_1", "object": "refund", "created": 1, "currency": "usd"})
