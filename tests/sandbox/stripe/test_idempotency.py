"""One key, one effect: the answer is kept, also when it was a refusal."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.stripe.errors import failure
from tests.sandbox.stripe.stage import CHARGES_DECLINED, Stage


def test_the_same_request_again_gets_the_same_answer_and_no_second_effect(stage: Stage) -> None:
    card = stage.saved_card()

    first = stage.authorize(card, key="job:7:auth:1")
    again = stage.authorize(card, key="job:7:auth:1")

    assert again.id == first.id
    assert again.last_response.headers["idempotent-replayed"] == "true"
    assert stage.effects()["by_group"]["job_7"] == {"authorization": 1}
    assert stage.effects()["by_key"]["job:7:auth:1"] == {"authorization": 1}


def test_the_same_key_for_another_amount_is_an_error(stage: Stage) -> None:
    card = stage.saved_card()
    stage.authorize(card, 10000, key="job:7:auth:1")

    with pytest.raises(stripe.IdempotencyError) as refused:
        stage.authorize(card, 10001, key="job:7:auth:1")

    assert refused.value.http_status == 400
    assert stage.effects()["by_group"]["job_7"] == {"authorization": 1}


def test_a_decline_is_replayed_until_the_key_changes(stage: Stage) -> None:
    card = stage.saved_card(CHARGES_DECLINED)
    answers = []
    for key in ("job:7:auth:1", "job:7:auth:1", "job:7:auth:2"):
        with pytest.raises(stripe.CardError) as refused:
            stage.authorize(card, key=key)
        answers.append((refused.value.error.payment_intent.id, refused.value.headers.get("idempotent-replayed")))

    assert answers[0][0] == answers[1][0] != answers[2][0]
    assert [replayed for _, replayed in answers] == [None, "true", None]
    assert len(stage.v1.payment_intents.list().data) == 2


def test_a_refused_balance_is_kept_under_its_key_too(stage: Stage) -> None:
    account = stage.onboarded()
    params = {"amount": 100, "currency": "usd", "destination": account}
    with pytest.raises(stripe.InvalidRequestError):
        stage.v1.transfers.create(params, {"idempotency_key": "t:1"})
    stage.charged(10000)
    stage.travel(days=2, seconds=1)

    with pytest.raises(stripe.InvalidRequestError) as replayed:
        stage.v1.transfers.create(params, {"idempotency_key": "t:1"})

    assert replayed.value.headers["idempotent-replayed"] == "true"
    assert stage.v1.transfers.create(params, {"idempotency_key": "t:2"}).amount == 100


def test_a_second_request_while_the_first_runs_is_a_conflict(stage: Stage) -> None:
    running, go_on = threading.Event(), asyncio.Event()
    card = stage.saved_card()

    async def hold(request: Request) -> Response | None:
        running.set()
        await go_on.wait()
        return None

    stage.emulator.before_request = hold
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(stage.authorize, card, key="job:7:auth:1")
        assert running.wait(5)
        stage.emulator.before_request = None
        with pytest.raises(stripe.APIError) as conflict:
            stage.authorize(card, key="job:7:auth:1")
        stage.server.loop.call_soon_threadsafe(go_on.set)
        intent = first.result(5)

    assert (conflict.value.http_status, conflict.value.json_body["error"]["code"]) == (409, "idempotency_key_in_use")
    assert stage.authorize(card, key="job:7:auth:1").id == intent.id
    assert stage.effects()["by_group"]["job_7"] == {"authorization": 1}


@pytest.mark.parametrize("stored", [True, False])
def test_a_failure_before_the_effect_is_replayed_only_when_it_had_begun(stage: Stage, *, stored: bool) -> None:
    card = stage.saved_card()

    async def fail(request: Request) -> Response | None:
        request.state.store_answer = stored
        return JSONResponse(failure(500), 500)

    stage.emulator.before_request = fail
    with pytest.raises(stripe.APIError):
        stage.authorize(card, key="job:7:auth:1")
    stage.emulator.before_request = None

    if stored:
        with pytest.raises(stripe.APIError) as replayed:
            stage.authorize(card, key="job:7:auth:1")
        assert replayed.value.headers["idempotent-replayed"] == "true"
        assert stage.effects()["by_group"] == {}
    else:
        assert stage.authorize(card, key="job:7:auth:1").status == "requires_capture"


def test_a_lost_answer_has_its_effect_and_the_retry_finds_it(stage: Stage) -> None:
    card = stage.saved_card()

    async def lose(request: Request) -> Response | None:
        request.state.lose_answer = True
        return None

    stage.emulator.before_request = lose
    with pytest.raises(stripe.APIConnectionError):
        stage.authorize(card, key="job:7:auth:1")
    stage.emulator.before_request = None

    again = stage.authorize(card, key="job:7:auth:1")

    assert (again.status, again.last_response.headers["idempotent-replayed"]) == ("requires_capture", "true")
    assert stage.effects()["by_group"]["job_7"] == {"authorization": 1}


def test_an_answer_can_be_replaced_after_the_effect(stage: Stage) -> None:
    card = stage.saved_card()

    async def replace(request: Request) -> Response | None:
        request.state.delay_answer = 0.01
        request.state.answer_instead = JSONResponse(failure(429), 429)
        return None

    stage.emulator.before_request = replace
    with pytest.raises(stripe.RateLimitError):
        stage.authorize(card, key="job:7:auth:1")
    stage.emulator.before_request = None

    assert stage.effects()["by_group"]["job_7"] == {"authorization": 1}
    assert stage.authorize(card, key="job:7:auth:1").status == "requires_capture"


def test_sixteen_at_once_with_one_key_have_one_effect(stage: Stage) -> None:
    card = stage.saved_card()

    def attempt(_: int) -> str:
        try:
            return stage.authorize(card, key="job:7:auth:1").id
        except stripe.APIError as error:
            return f"refused {error.http_status}"

    with ThreadPoolExecutor(16) as pool:
        answers = set(pool.map(attempt, range(16)))

    assert len(answers - {"refused 409"}) == 1
    assert stage.effects()["by_group"]["job_7"] == {"authorization": 1}


def test_an_overlong_key_is_refused(stage: Stage) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="255"):
        stage.v1.customers.create({}, {"idempotency_key": "k" * 256})

    assert stage.effects()["by_key"] == {}
