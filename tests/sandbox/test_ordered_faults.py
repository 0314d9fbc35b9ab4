"""Faults ordered over HTTP, felt by the vendors' clients."""

import smtplib
import time

import httpx
import pytest

from tests.sandbox.running import SID, STRIPE_KEY, TOKEN

MESSAGES = f"/2010-04-01/Accounts/{SID}/Messages.json"


def order(sandbox, **fault):
    answer = sandbox.http.post("/sandbox/faults", json=fault)
    assert answer.status_code == 201
    return answer.json()


def armed(sandbox):
    return sandbox.http.get("/sandbox/faults").json()["faults"]


def send(sandbox, to, callback=None):
    fields = {"To": to, "From": "+16195550100", "Body": "Hi"} | ({"StatusCallback": callback} if callback else {})
    return sandbox.http.post(MESSAGES, data=fields, auth=(SID, TOKEN))


def kept(sandbox, to):
    listed = sandbox.http.get(MESSAGES, params={"To": to}, auth=(SID, TOKEN))
    return len(listed.json()["messages"])


def mail(sandbox, to):
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, timeout=10) as client:
        client.sendmail("a@example.com", [to], "Subject: Hi\r\n\r\nHi")


def mails(sandbox, to):
    return len(sandbox.http.get("/sandbox/mailbox", params={"to": to}).json()["mails"])


def test_a_request_fails_as_often_as_ordered_and_has_no_effect(sandbox):
    order(sandbox, vendor="twilio", action="fail", status=503, method="POST", path="*/Messages.json", times=2)

    codes = [send(sandbox, "+16195550201").status_code for _ in range(2)]

    assert codes == [503, 503]
    assert kept(sandbox, "+16195550201") == 0
    assert armed(sandbox) == []
    assert send(sandbox, "+16195550201").status_code == 201


def test_a_fault_leaves_other_methods_paths_and_vendors_alone(sandbox):
    order(sandbox, vendor="twilio", action="fail", status=500, method="GET", path="*/Messages.json")
    order(sandbox, vendor="twilio", action="fail", status=500, path="*/Calls.json")
    order(sandbox, vendor="stripe", action="fail", status=500)

    assert send(sandbox, "+16195550202").status_code == 201
    assert [fault["left"] for fault in armed(sandbox)] == [1, 1, 1]


def test_a_failure_carries_the_vendors_body_or_the_ordered_one(sandbox):
    order(sandbox, vendor="twilio", action="fail", status=429)
    order(sandbox, vendor="twilio", action="fail", status=400, body={"code": 21610, "message": "No", "status": 400})

    assert send(sandbox, "+16195550203").json()["code"] == 20429
    assert send(sandbox, "+16195550203").json() == {"code": 21610, "message": "No", "status": 400}


@pytest.mark.parametrize("status", [None, 500])
def test_after_a_lost_answer_the_effect_is_there(sandbox, status):
    to = f"+1619555021{1 if status else 0}"
    order(sandbox, vendor="twilio", action="fail_after", status=status)

    if status is None:
        with pytest.raises(httpx.RemoteProtocolError):
            send(sandbox, to)
    else:
        assert send(sandbox, to).status_code == 500

    assert kept(sandbox, to) == 1


def test_a_delay_is_felt(sandbox):
    order(sandbox, vendor="twilio", action="delay", seconds=0.4)

    started = time.monotonic()
    answer = send(sandbox, "+16195550204")

    assert answer.status_code == 201
    assert time.monotonic() - started >= 0.4


@pytest.mark.parametrize(
    ("action", "expected"),
    [("drop_webhook", ["delivered"]), ("double_webhook", ["sent", "sent", "delivered"])],
)
def test_a_webhook_is_dropped_or_doubled(sandbox, guildhall, eventually, action, expected):
    order(sandbox, vendor="twilio", action=action, path="sent")

    send(sandbox, "+16195550205", f"{guildhall.url}/status")

    eventually(lambda: [told["MessageStatus"] for told in guildhall.told("/status")] == expected)


def test_a_delayed_webhook_comes_after_the_one_that_followed_it(sandbox, guildhall, eventually):
    order(sandbox, vendor="twilio", action="delay_webhook", path="sent", seconds=0.5)

    send(sandbox, "+16195550206", f"{guildhall.url}/status")

    eventually(lambda: [told["MessageStatus"] for told in guildhall.told("/status")] == ["delivered", "sent"])


def test_a_dropped_inbound_message_is_not_told(sandbox, guildhall):
    order(sandbox, vendor="twilio", action="drop_webhook", path="inbound")

    answer = sandbox.http.post(
        "/sandbox/sms/inbound", json={"from": "+16195550207", "to": "+16195550100", "body": "Hi"}
    )

    assert answer.json()["webhook_answers"] == []
    assert guildhall.told("/webhooks/twilio/inbound") == []


def test_a_failed_connection_is_tried_once_more_and_an_answer_never(sandbox, guildhall, eventually):
    guildhall.webhook_status = 500

    answer = sandbox.http.post(
        "/sandbox/sms/inbound", json={"from": "+16195550208", "to": "+16195550100", "body": "Hi"}
    )
    send(sandbox, "+16195550208", "http://127.0.0.1:9/status")

    assert answer.json()["webhook_answers"] == [500]
    assert len(guildhall.told("/webhooks/twilio/inbound")) == 1
    quiet = {"by": 0}
    guildhall.webhook_status = 204
    eventually(lambda: sandbox.http.post("/sandbox/clock", json=quiet).status_code == 200)
    assert len(guildhall.told("/webhooks/twilio/inbound")) == 1


def make_customer(sandbox, email):
    return sandbox.http.post("/v1/customers", data={"email": email}, headers=stripe_key())


def stripe_key():
    return {"authorization": f"Bearer {STRIPE_KEY}"}


def told_emails(sandbox, guildhall):
    assert sandbox.http.post("/sandbox/clock", json={"by": 0}).status_code == 200  # waits until all webhooks are out
    return sorted(event["data"]["object"]["email"] for event in guildhall.told("/webhooks/stripe"))


def test_a_payment_request_fails_before_its_effect_or_loses_its_answer_after_it(sandbox, guildhall):
    order(sandbox, vendor="stripe", action="fail", status=500, method="POST", path="/v1/customers")
    failed = make_customer(sandbox, "fail@example.com")
    order(sandbox, vendor="stripe", action="fail_after", method="POST", path="/v1/customers")
    with pytest.raises(httpx.RemoteProtocolError):
        make_customer(sandbox, "lost@example.com")

    assert (failed.status_code, failed.json()["error"]["type"]) == (500, "api_error")
    assert told_emails(sandbox, guildhall) == ["lost@example.com"]


@pytest.mark.parametrize(("action", "times"), [("drop_webhook", 0), ("double_webhook", 2)])
def test_a_payment_webhook_is_dropped_or_doubled(sandbox, guildhall, action, times):
    order(sandbox, vendor="stripe", action=action, path="customer.created")

    make_customer(sandbox, "broken@example.com")
    make_customer(sandbox, "whole@example.com")

    assert told_emails(sandbox, guildhall) == ["broken@example.com"] * times + ["whole@example.com"]


@pytest.mark.parametrize("status", [451, 550])
def test_a_recipient_is_refused_by_smtp_and_nothing_is_kept(sandbox, status):
    ana = f"ana{status}@refused.example"
    order(sandbox, vendor="smtp", action="fail", status=status, path="*@refused.example")

    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        mail(sandbox, ana)

    assert refused.value.recipients[ana][0] == status
    assert mails(sandbox, ana) == 0
    mail(sandbox, ana)
    assert mails(sandbox, ana) == 1


def test_a_cut_smtp_connection_before_and_after_the_mail_was_kept(sandbox):
    order(sandbox, vendor="smtp", action="fail", status=0)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        mail(sandbox, "cut@example.com")
    assert mails(sandbox, "cut@example.com") == 0

    order(sandbox, vendor="smtp", action="fail_after")
    with pytest.raises(smtplib.SMTPServerDisconnected):
        mail(sandbox, "cut@example.com")
    assert mails(sandbox, "cut@example.com") == 1


def test_a_mail_can_be_kept_and_still_answered_451(sandbox):
    order(sandbox, vendor="smtp", action="fail_after", status=451)

    with pytest.raises(smtplib.SMTPDataError) as refused:
        mail(sandbox, "twice@example.com")

    assert refused.value.smtp_code == 451
    assert mails(sandbox, "twice@example.com") == 1


def test_delete_clears_what_is_armed(sandbox):
    order(sandbox, vendor="twilio", action="fail", status=500, times=100)

    assert sandbox.http.delete("/sandbox/faults").status_code == 204

    assert armed(sandbox) == []
    assert send(sandbox, "+16195550209").status_code == 201


@pytest.mark.parametrize(
    "fault",
    [
        {},
        {"vendor": "stripe"},
        {"vendor": "ups", "action": "fail"},
        {"vendor": "stripe", "action": "explode"},
        {"vendor": "stripe", "action": "fail", "status": 99},
        {"vendor": "stripe", "action": "fail", "times": 0},
        {"vendor": "stripe", "action": "delay", "seconds": -1},
        {"vendor": "stripe", "action": "fail", "surprise": 1},
        {"vendor": "smtp", "action": "drop_webhook"},
        {"vendor": "smtp", "action": "fail", "status": 200},
    ],
)
def test_what_is_no_fault_is_refused_and_arms_nothing(sandbox, fault):
    answer = sandbox.http.post("/sandbox/faults", json=fault)

    assert (answer.status_code, answer.json()["code"]) == (400, "not_a_fault")
    assert armed(sandbox) == []


def test_the_page_shows_what_is_armed_and_clears_it(sandbox):
    order(sandbox, vendor="stripe", action="fail", path="/v1/transfers", times=3)

    page = sandbox.http.get("/sandbox/faults", headers={"accept": "text/html"})
    cleared = sandbox.http.post("/sandbox/faults/clear", data={"x": "y"}, headers={"accept": "text/html"})

    assert "/v1/transfers: fail, 3 of 3 left" in page.text
    assert (cleared.status_code, cleared.headers["location"]) == (303, "/sandbox/faults")
    assert armed(sandbox) == []
