"""The official SDK, pointed at the sandbox by a client that changes nothing but the host."""

from datetime import timedelta
from urllib.parse import urlsplit, urlunsplit

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from sandbox.sms.wire import segments
from tests.sandbox.running import SID, TOKEN

OURS = "+16195550100"


class PointedClient(TwilioHttpClient):
    """Sends what the SDK wants to send to api.twilio.com to another origin."""

    def __init__(self, origin):
        super().__init__(timeout=10)
        self._origin = urlsplit(origin)

    def request(self, method, url, *args, **kwargs):
        url = urlunsplit(urlsplit(url)._replace(scheme=self._origin.scheme, netloc=self._origin.netloc))
        return super().request(method, url, *args, **kwargs)


@pytest.fixture
def twilio(sandbox):
    http = PointedClient(sandbox.url)
    yield Client(SID, TOKEN, http_client=http)
    http.session.close()


@pytest.fixture
def send(twilio, guildhall):
    def sending(to, body="New offer", sender=OURS):
        return twilio.messages.create(
            to=to, from_=sender, body=body, status_callback=f"{guildhall.url}/webhooks/twilio/status"
        )

    return sending


def statuses(guildhall, sid):
    return [told["MessageStatus"] for told in guildhall.told("/webhooks/twilio/status") if told["MessageSid"] == sid]


def test_a_message_is_queued_then_sent_then_delivered_and_each_change_is_told_with_a_signature(
    twilio, send, guildhall, eventually, sandbox
):
    message = send("+16195550111")

    assert message.status == "queued"
    assert (message.to, message.from_, message.body, message.error_code) == ("+16195550111", OURS, "New offer", None)
    eventually(lambda: statuses(guildhall, message.sid) == ["sent", "delivered"])
    fetched = twilio.messages(message.sid).fetch()
    assert fetched.status == "delivered"
    assert fetched.date_sent is not None
    for path, fields, headers in guildhall.webhooks:
        assert RequestValidator(TOKEN).validate(guildhall.url + path, fields, headers["X-Twilio-Signature"])
    assert sandbox.http.get("/sandbox/health").json()["contract_breaches"] == []


def test_messages_are_listed_by_recipient_and_day_so_that_a_resend_can_look_first(twilio, send, eventually):
    first, second = send("+16195550112", "One"), send("+16195550112", "Two")
    send("+16195550113", "Other")
    eventually(lambda: twilio.messages(second.sid).fetch().status == "delivered")
    sent = twilio.messages(second.sid).fetch().date_sent

    listed = twilio.messages.list(to="+16195550112", date_sent_after=sent - timedelta(minutes=1))

    assert [message.sid for message in listed] == [second.sid, first.sid]
    assert twilio.messages.list(to="+16195550112", date_sent_after=sent + timedelta(minutes=1)) == []
    assert len(twilio.messages.list(to="+16195550112", date_sent=sent.date())) == 2
    assert len(twilio.messages.list(to="+16195550112", date_sent_before=sent - timedelta(minutes=1))) == 0
    assert [message.sid for message in twilio.messages.list(to="+16195550112", page_size=1)] == [second.sid, first.sid]


@pytest.mark.parametrize(
    ("to", "code"),
    [
        ("+15005550001", 21211),
        ("not-a-number", 21211),
        ("+1619555", 21211),
        ("+15005550002", 21612),
        ("+15005550003", 21408),
        ("+15005550004", 21610),
        ("+15005550009", 21614),
    ],
)
def test_a_number_that_cannot_be_written_to_is_refused_with_the_vendors_code(twilio, send, to, code):
    with pytest.raises(TwilioRestException) as refused:
        send(to)

    assert (refused.value.status, refused.value.code) == (400, code)
    assert twilio.messages.list(to=to) == []


def test_an_unreachable_handset_ends_undelivered(twilio, send, guildhall, eventually):
    message = send("+15005553003")

    eventually(lambda: statuses(guildhall, message.sid) == ["sent", "undelivered"])
    fetched = twilio.messages(message.sid).fetch()
    assert (fetched.status, fetched.error_code) == ("undelivered", 30003)
    assert guildhall.told("/webhooks/twilio/status")[-1]["ErrorCode"] == "30003"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"From": OURS, "Body": "x"}, 21604),
        ({"To": "+16195550114", "Body": "x"}, 21603),
        ({"To": "+16195550114", "From": OURS}, 21602),
        ({"To": "+16195550114", "From": OURS, "Body": "x" * 1601}, 21617),
        ({"To": "+16195550114", "From": OURS, "Body": "x", "ValidityPeriod": "soon"}, 20001),
    ],
)
def test_an_incomplete_message_is_refused(sandbox, twilio, fields, code):
    answer = sandbox.http.post(f"/2010-04-01/Accounts/{SID}/Messages.json", data=fields, auth=(SID, TOKEN))

    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert twilio.messages.list(to="+16195550114") == []


@pytest.mark.parametrize(
    ("account", "auth"), [(SID, None), (SID, (SID, "wrong")), ("AC" + "0" * 32, (SID, TOKEN)), (SID, ("x", TOKEN))]
)
def test_without_the_accounts_token_nothing_is_told(sandbox, account, auth):
    answer = sandbox.http.get(f"/2010-04-01/Accounts/{account}/Messages.json", auth=auth)

    assert (answer.status_code, answer.json()["code"]) == (401, 20003)


def test_an_unknown_message_is_not_found(twilio):
    with pytest.raises(TwilioRestException) as refused:
        twilio.messages("SM" + "0" * 32).fetch()

    assert (refused.value.status, refused.value.code) == (404, 20404)


@pytest.mark.parametrize("word", ["STOP", " unsubscribe ", "Quit"])
def test_stop_ends_messages_to_that_number_and_start_allows_them_again(sandbox, twilio, send, guildhall, word):
    person = {"STOP": "+16195550121", " unsubscribe ": "+16195550122", "Quit": "+16195550123"}[word]

    inbound = sandbox.http.post("/sandbox/sms/inbound", json={"from": person, "to": OURS, "body": word})
    with pytest.raises(TwilioRestException) as refused:
        send(person)
    told = guildhall.told("/webhooks/twilio/inbound")
    sandbox.http.post("/sandbox/sms/inbound", json={"from": person, "to": OURS, "body": "START"})

    assert (inbound.status_code, inbound.json()["webhook_answers"]) == (201, [204])
    assert refused.value.code == 21610
    assert [(one["From"], one["To"], one["Body"]) for one in told] == [(person, OURS, word)]
    assert send(person).status == "queued"
    replies = [one.body for one in twilio.messages.list(to=person) if one.direction == "outbound-reply"]
    assert [reply.split(".")[0] for reply in replies] == [
        "You have successfully been re-subscribed to messages from this number",
        "You have successfully been unsubscribed",
    ]


def test_stop_counts_only_when_it_is_the_whole_message_and_only_for_that_pair_of_numbers(sandbox, send):
    person = "+16195550124"
    sandbox.http.post("/sandbox/sms/inbound", json={"from": person, "to": OURS, "body": "please stop by at nine"})
    sandbox.http.post("/sandbox/sms/inbound", json={"from": person, "to": "+16195550199", "body": "STOP"})

    assert send(person).status == "queued"


def test_an_inbound_message_is_signed_for_guildhalls_public_address(sandbox, guildhall):
    sandbox.http.post(
        "/sandbox/sms/inbound", json={"from": "+16195550125", "to": OURS, "body": "On my way; jusqu'à bientôt"}
    )

    ((path, fields, headers),) = [told for told in guildhall.webhooks if told[0] == "/webhooks/twilio/inbound"]
    validator = RequestValidator(TOKEN)
    assert validator.validate("https://guildhall.example" + path, fields, headers["X-Twilio-Signature"])
    assert not validator.validate("https://elsewhere.example" + path, fields, headers["X-Twilio-Signature"])


@pytest.mark.parametrize("body", [{}, {"from": "+1", "to": "+1"}, {"from": 1, "to": "+1", "body": "x"}, [], "x"])
def test_an_inbound_message_needs_all_its_fields(sandbox, guildhall, body):
    answer = sandbox.http.post("/sandbox/sms/inbound", json=body)

    assert (answer.status_code, answer.json()["code"]) == (400, "unreadable")
    assert guildhall.told("/webhooks/twilio/inbound") == []


def test_the_list_of_messages_shows_both_directions_newest_first(sandbox, send):
    message = send("+16195550126", "Outbound")
    (shown,) = sandbox.http.get("/sandbox/sms", params={"to": "+16195550126"}).json()["messages"]
    sandbox.http.post("/sandbox/sms/inbound", json={"from": "+16195550126", "to": OURS, "body": "Inbound"})

    later = sandbox.http.get("/sandbox/sms", params={"after": shown["id"]}).json()["messages"]
    page = sandbox.http.get("/sandbox/sms", headers={"accept": "text/html"})

    assert (shown["sid"], shown["body"], shown["direction"]) == (message.sid, "Outbound", "outbound-api")
    assert [(one["body"], one["direction"]) for one in later] == [("Inbound", "inbound")]
    assert "Write as a person would" in page.text


@pytest.mark.parametrize(
    ("body", "count"), [("a" * 160, 1), ("a" * 161, 2), ("€" * 80, 1), ("€" * 81, 2), ("你" * 70, 1), ("你" * 71, 2)]
)
def test_long_and_unusual_texts_take_more_segments(body, count):
    assert segments(body) == count
