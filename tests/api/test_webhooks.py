"""Vendors' webhooks: only signed raw bytes count, once (X50)."""

import base64
import hashlib
import hmac
import json
import time

import pytest
from django.conf import settings
from django.test import Client

from guildhall.identity.queries import get_contact, has_consent
from guildhall.identity.types import ConsentKind
from guildhall.kernel.ids import new_id
from guildhall.payments.models import Heard
from tests.api import books

SECRETS = {
    "/webhooks/stripe": "STRIPE_WEBHOOK_SECRET",
    "/webhooks/stripe/connect": "STRIPE_CONNECT_WEBHOOK_SECRET",
    "/webhooks/stripe/thin": "STRIPE_THIN_WEBHOOK_SECRET",
}


def event(path, **changes):
    values = {"id": f"evt_{new_id().hex}", "object": "event", "type": "payment_intent.succeeded"}
    values["data"] = {"object": {"id": "pi_1", "object": "payment_intent"}}
    if path.endswith("connect"):
        values |= {"account": "acct_1", "type": "payout.paid"}
    if path.endswith("thin"):
        values |= {"object": "v2.core.event", "type": "v2.core.account.updated"}
    return json.dumps({**values, **changes}).encode()


def stripe_signature(path, raw, *, at=None, secret=None):
    stamp = int(at or time.time())
    key = (secret or getattr(settings, SECRETS[path])).encode()
    return f"t={stamp},v1={hmac.new(key, f'{stamp}.'.encode() + raw, hashlib.sha256).hexdigest()}"


def tell(path, raw, signature):
    headers = {"Stripe-Signature": signature} if signature else {}
    return Client().generic("POST", path, raw, content_type="application/json", headers=headers)


@pytest.mark.parametrize("path", SECRETS)
def test_a_signed_event_is_heard_once(world, path):
    raw = event(path)
    before = Heard.objects.count()

    answers = [tell(path, raw, stripe_signature(path, raw)).status_code for _ in range(2)]

    assert answers == [200, 200]
    assert Heard.objects.count() == before + 1


@pytest.mark.parametrize("path", SECRETS)
def test_an_event_that_we_do_not_follow_is_taken_and_leaves_no_trace(world, untouched, path):
    raw = event(path, type="payment_method.attached")

    assert tell(path, raw, stripe_signature(path, raw)).status_code == 200
    assert books.changed(untouched) == []


@pytest.mark.parametrize("path", SECRETS)
def test_bytes_that_are_not_the_vendors_are_refused_and_leave_no_trace(world, untouched, path):
    raw = event(path)
    genuine = stripe_signature(path, raw)
    other = next(one for one in SECRETS if one != path)
    forged = {
        "no signature": (raw, ""),
        "nonsense": (raw, "t=x,v1=y"),
        "another secret": (raw, stripe_signature(path, raw, secret="whsec_wrong")),
        "another endpoint's secret": (raw, stripe_signature(other, raw)),
        "old": (raw, stripe_signature(path, raw, at=time.time() - 400)),
        "from the future": (raw, stripe_signature(path, raw, at=time.time() + 400)),
        "changed": (raw.replace(b"pi_1", b"pi_2"), genuine),
        "serialised again": (json.dumps(json.loads(raw), indent=1).encode(), genuine),
        "no JSON": (b"x", stripe_signature(path, b"x")),
        "no event": (b"[]", stripe_signature(path, b"[]")),
        "not UTF-8": (b"\xff", stripe_signature(path, b"\xff")),
    }

    answers = {what: tell(path, *sent) for what, sent in forged.items()}

    assert {what: answer.status_code for what, answer in answers.items()} == dict.fromkeys(forged, 400)
    assert {answer["Content-Type"] for answer in answers.values()} == {"application/problem+json"}
    assert books.changed(untouched) == []


def test_an_event_of_another_endpoint_is_refused(world, untouched):
    raw = event("/webhooks/stripe/connect")

    answer = tell("/webhooks/stripe", raw, stripe_signature("/webhooks/stripe", raw))

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_event")
    assert books.changed(untouched) == []


def test_a_body_over_the_limit_is_refused(world, untouched):
    answer = tell("/webhooks/stripe", b"x" * 2_000_000, "t=1,v1=1")

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert books.changed(untouched) == []


def twilio_signature(path, form, token=None):
    text = f"{settings.PUBLIC_URL}{path}" + "".join(f"{name}{form[name]}" for name in sorted(form))
    digest = hmac.new((token or settings.TWILIO_AUTH_TOKEN).encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def text(path, form, signature):
    return Client().post(path, form, headers={"X-Twilio-Signature": signature})


def say(world, words):
    number = get_contact(world.people["assigned"].id).phone_number
    form = {"From": number, "To": "+16195550100", "Body": words, "MessageSid": f"SM{new_id().hex}"}
    return text("/webhooks/twilio/inbound", form, twilio_signature("/webhooks/twilio/inbound", form))


def test_stop_and_start_change_consent(world):
    priya = world.people["assigned"].id
    said = []
    for words in ("START", "Stop ", "hello", "START"):
        answer = say(world, words)
        said.append((answer.status_code, answer["Content-Type"], has_consent(priya, ConsentKind.SMS_OFFERS)))

    assert said == [(200, "text/xml", agreed) for agreed in (True, False, False, True)]


def test_a_message_status_is_taken(world):
    form = {"MessageSid": "SM1", "MessageStatus": "delivered", "AccountSid": "AC0"}

    answer = text("/webhooks/twilio/status", form, twilio_signature("/webhooks/twilio/status", form))

    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize("path", ["/webhooks/twilio/status", "/webhooks/twilio/inbound"])
def test_texts_that_are_not_the_vendors_are_refused_and_leave_no_trace(world, untouched, path):
    form = {"From": "+16192000001", "Body": "STOP", "MessageSid": "SM1", "MessageStatus": "sent"}
    nul = {**form, "Body": "a\0b"}
    many = {f"field{number}": "x" for number in range(5_000)}
    forged = {
        "no signature": (form, ""),
        "another token": (form, twilio_signature(path, form, token="wrong")),
        "another address": (form, twilio_signature("/elsewhere", form)),
        "changed": ({**form, "Body": "START"}, twilio_signature(path, form)),
        "NUL": (nul, twilio_signature(path, nul)),
        "5,000 fields": (many, twilio_signature(path, many)),
    }

    answers = {what: text(path, *sent) for what, sent in forged.items()}

    assert {what: answer.status_code for what, answer in answers.items()} == dict.fromkeys(forged, 400)
    assert books.changed(untouched) == []
