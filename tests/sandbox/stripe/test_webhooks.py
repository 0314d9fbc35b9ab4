"""Events reach their endpoint signed, again and again until it takes them, and never go missing."""

import json
import time
from dataclasses import replace

import pytest
import stripe

from sandbox.stripe import Delivery
from tests.sandbox.stripe.stage import SECRETS, Stage

CAPABILITY = "v2.core.account[configuration.recipient].capability_status_updated"


def test_each_kind_of_event_goes_to_its_endpoint_signed_with_its_secret(stage: Stage) -> None:
    stage.start_pump()
    account = stage.onboarded()
    customer = stage.v1.customers.create({"email": "ana@example.com"}, {"idempotency_key": "cus:1"})

    stage.eventually(lambda: stage.emulator.pending_webhooks() == 0)

    for path, signature, body in stage.receiver.received:
        kind = path.removeprefix("/")
        if kind == "thin":
            thin = stage.client.parse_event_notification(body, signature, SECRETS[kind])
            assert thin.type.startswith("v2.core.account_link") or thin.related_object.id == account
        else:
            event = stage.client.construct_event(body, signature, SECRETS[kind])
            assert getattr(event, "account", None) == (account if kind == "connect" else None)
    assert stage.receiver.types("/platform") == ["customer.created"]
    assert stage.receiver.types("/connect") == ["account.external_account.created"]
    assert CAPABILITY in stage.receiver.types("/thin")
    snapshot = json.loads(next(body for path, _, body in stage.receiver.received if path == "/platform"))
    assert snapshot["data"]["object"]["id"] == customer.id
    assert snapshot["request"]["idempotency_key"] == "cus:1"
    assert snapshot["api_version"] == "2026-10-28.endive"


def test_an_endpoint_is_sent_what_it_was_set_up_for(stage: Stage) -> None:
    targets = stage.emulator.desk.targets
    targets[:] = [replace(one, enabled_events=frozenset({"customer.updated"})) for one in targets]
    stage.start_pump()
    customer = stage.v1.customers.create({"email": "ana@example.com"})
    stage.v1.customers.update(customer.id, {"email": "ana.b@example.com"})

    stage.eventually(lambda: stage.receiver.received and stage.emulator.pending_webhooks() == 0)

    assert stage.receiver.types("/platform") == ["customer.updated"]
    assert {event.type for event in stage.v1.events.list().data} == {"customer.created", "customer.updated"}
    assert stage.v1.events.list({"delivery_success": False}).data == []


def test_a_thin_event_leads_to_its_object(stage: Stage) -> None:
    stage.start_pump()
    stage.onboarded()
    stage.eventually(lambda: CAPABILITY in stage.receiver.types("/thin"))
    signature, body = next((sign, body) for path, sign, body in stage.receiver.received if CAPABILITY in body.decode())

    notification = stage.client.parse_event_notification(body, signature, SECRETS["thin"])
    account = notification.fetch_related_object()
    event = notification.fetch_event()

    assert account.object == "v2.core.account"
    assert event.data.updated_capability == "stripe_balance.stripe_transfers"


def test_a_wrong_secret_or_a_changed_body_does_not_verify(stage: Stage) -> None:
    stage.start_pump()
    stage.v1.customers.create({"email": "ana@example.com"})
    stage.eventually(lambda: stage.receiver.received)
    _, signature, body = stage.receiver.received[0]

    with pytest.raises(stripe.SignatureVerificationError):
        stage.client.construct_event(body, signature, SECRETS["connect"])
    with pytest.raises(stripe.SignatureVerificationError):
        stage.client.construct_event(body.replace(b"ana", b"bob"), signature, SECRETS["platform"])


def test_signatures_carry_the_real_time_whatever_the_clock_says(stage: Stage) -> None:
    stage.travel(days=30)
    stage.start_pump()
    stage.v1.customers.create({})
    stage.eventually(lambda: stage.receiver.received)
    _, signature, body = stage.receiver.received[0]

    event = stage.client.construct_event(body, signature, SECRETS["platform"])

    assert abs(int(signature.split(",")[0][2:]) - time.time()) < 10
    assert event.created > time.time() + 29 * 86400


def test_a_receiver_that_was_down_gets_everything_when_it_is_back(stage: Stage) -> None:
    stage.receiver.close()
    stage.start_pump()
    stage.v1.customers.create({})
    stage.onboarded()
    time.sleep(0.15)
    assert stage.emulator.pending_webhooks() > 0
    undelivered = stage.v1.events.list({"delivery_success": False}).data
    assert [event.type for event in undelivered] == ["customer.created"]

    stage.receiver.open()

    stage.eventually(lambda: stage.emulator.pending_webhooks() == 0)
    assert stage.receiver.types("/platform") == ["customer.created"]
    assert CAPABILITY in stage.receiver.types("/thin")
    assert stage.v1.events.list({"delivery_success": False}).data == []
    assert stage.v1.events.retrieve(undelivered[0].id).pending_webhooks == 0


def test_a_receiver_that_refuses_is_asked_again(stage: Stage) -> None:
    stage.receiver.status = 500
    stage.start_pump()
    stage.v1.customers.create({})
    stage.eventually(lambda: len(stage.receiver.received) >= 2)
    assert stage.emulator.pending_webhooks() == 1

    stage.receiver.status = 204

    stage.eventually(lambda: stage.emulator.pending_webhooks() == 0)
    assert len({json.loads(body)["id"] for _, _, body in stage.receiver.received}) == 1


def test_undelivered_events_survive_the_emulators_own_end(stage: Stage) -> None:
    customer = stage.v1.customers.create({}).id
    assert stage.emulator.pending_webhooks() == 1

    stage.close()
    stage.open()
    stage.start_pump()

    stage.eventually(lambda: stage.receiver.types("/platform") == ["customer.created"])
    assert stage.v1.customers.retrieve(customer).id == customer


def test_the_filter_drops_doubles_and_delays(stage: Stage) -> None:
    decisions = {
        "customer.created": [],
        "setup_intent.created": [Delivery(), Delivery()],
        "setup_intent.canceled": [Delivery(delay_seconds=0.2)],
    }
    stage.emulator.webhook_filter = lambda event: decisions.get(event["type"], [Delivery()])
    stage.start_pump()
    customer = stage.v1.customers.create({}).id
    session = stage.checkout(customer)
    stage.v1.checkout.sessions.expire(session.id)

    stage.eventually(lambda: stage.emulator.pending_webhooks() == 0)

    told = stage.receiver.types("/platform")
    assert sorted(told) == [
        "checkout.session.expired",
        "setup_intent.canceled",
        "setup_intent.created",
        "setup_intent.created",
    ]
    assert told[-1] == "setup_intent.canceled"
    assert "customer.created" in stage.events()
    assert [event.type for event in stage.v1.events.list({"delivery_success": False}).data] == ["customer.created"]


def test_deadlines_pass_by_themselves_while_the_pump_runs(stage: Stage) -> None:
    customer = stage.v1.customers.create({}).id
    session = stage.checkout(customer)
    stage.start_pump()

    stage.clock.set_offset(32 * 60)

    stage.eventually(lambda: "checkout.session.expired" in stage.receiver.types("/platform"))
    assert stage.v1.checkout.sessions.retrieve(session.id).status == "expired"


def test_events_are_listed_by_type(stage: Stage) -> None:
    stage.saved_card()

    found = stage.v1.events.list({"types": ["setup_intent.succeeded", "checkout.session.completed"]}).data

    assert [event.type for event in found] == ["checkout.session.completed", "setup_intent.succeeded"]
    assert [event.type for event in stage.v1.events.list({"type": "customer.created"}).data] == ["customer.created"]


def test_while_nothing_happens_nothing_is_asked_of_the_store(stage: Stage) -> None:
    stage.start_pump()
    stage.v1.customers.create({"email": "ana@example.com"})
    stage.eventually(lambda: stage.receiver.received and stage.emulator.pending_webhooks() == 0)
    asked: list[str] = []

    time.sleep(0.2)
    stage.store._db.set_trace_callback(asked.append)
    time.sleep(0.4)
    stage.store._db.set_trace_callback(None)

    assert asked == []
