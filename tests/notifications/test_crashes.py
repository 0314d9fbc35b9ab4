"""A worker that dies between the vendor's yes and our writing it down: nobody gets a second text message."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from django.conf import settings
from django.db import DatabaseError, IntegrityError, connection, transaction

from guildhall.eventlog.commands import ensure_subscriptions
from guildhall.notifications.commands import record_sms_status
from guildhall.notifications.invariants import INVARIANTS
from guildhall.notifications.models import OutgoingMessage
from guildhall.notifications.tasks import send
from guildhall.timers.queries import clock_now
from tests import given_bookings as given
from tests import given_people as people
from tests.given_notifications import agree_to_sms, message, past_and_sent, send_all, tell
from tests.racing import as_owner, together

pytestmark = pytest.mark.committed
ROOT = Path(__file__).parents[2]
_SEND = (
    "import sys, django; django.setup(); from guildhall.notifications.tasks import send; send(message_id=sys.argv[1])"
)


@pytest.fixture
def offered(post):
    """A text message about an offer that waits to be sent."""
    ensure_subscriptions()
    (priya,) = given.given_providers(1)
    agree_to_sms(priya)
    ana = people.customer("Ana", card=True)
    past_and_sent()
    given.scheduled(ana)
    given.let_it_happen()
    tell()
    return message(channel="sms")


class SilentVendor(ThreadingHTTPServer):
    """Passes a request on to the sandbox and keeps the answer to itself until it is told to speak."""

    daemon_threads = True

    def __init__(self, sandbox_url):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.sandbox_url, self.has_accepted, self.may_speak = sandbox_url, threading.Event(), threading.Event()
        self.url = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        kept = {name: self.headers[name] for name in ("authorization", "content-type")}
        answer = httpx.post(self.server.sandbox_url + self.path, content=body, headers=kept, trust_env=False)
        self.server.has_accepted.set()
        self.server.may_speak.wait(timeout=30)
        with contextlib.suppress(OSError):  # whoever asked may be dead
            self.send_response(answer.status_code)
            self.send_header("content-length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

    def log_message(self, *_):
        return


@pytest.fixture
def silent(post):
    server = SilentVendor(settings.TWILIO_API_BASE)
    yield server
    server.may_speak.set()
    server.shutdown()
    server.server_close()


def worker(one, vendor_url):
    """Send in a process of its own."""
    environment = {
        **os.environ,
        "TWILIO_API_BASE": vendor_url,
        "TWILIO_ACCOUNT_SID": settings.TWILIO_ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": settings.TWILIO_AUTH_TOKEN,
        "GUILDHALL_PUBLIC_URL": settings.PUBLIC_URL,
        "PYTHONWARNINGS": "ignore",
    }
    return subprocess.Popen([sys.executable, "-c", _SEND, str(one.id)], env=environment, cwd=ROOT)


def breaches():
    found = []
    for invariant in INVARIANTS:
        with connection.cursor() as cursor:
            cursor.execute(invariant.sql)
            if cursor.fetchall():
                found.append(invariant.name)
    return found


def test_a_worker_killed_after_the_vendors_yes_does_not_double_the_text_message(post, offered, silent):
    process = worker(offered, silent.url)
    assert silent.has_accepted.wait(timeout=20)
    os.kill(process.pid, signal.SIGKILL)
    process.wait(timeout=10)
    (text,) = post.texts()
    assert (message(channel="sms").status, message(channel="sms").vendor_ref) == ("sending", "")

    send(message_id=str(offered.id))

    assert [one["sid"] for one in post.texts()] == [text["sid"]]
    sent = message(channel="sms")
    assert (sent.status, sent.attempts, sent.vendor_ref) == ("sent", 2, text["sid"])
    assert breaches() == []


def test_a_try_that_never_reached_the_vendor_is_made_up_for(post, offered):
    post.breaks("twilio", "fail", method="POST", status=503)
    send(message_id=str(offered.id))
    assert message(channel="sms").status == "postponed"

    send(message_id=str(offered.id))

    assert message(channel="sms").status == "sent"
    assert len(post.texts()) == 1


def test_no_transaction_is_open_while_the_vendor_is_asked(post, offered, silent):
    process = worker(offered, silent.url)
    assert silent.has_accepted.wait(timeout=20)

    with transaction.atomic():
        free = OutgoingMessage.objects.select_for_update(nowait=True).get(id=offered.id)
    silent.may_speak.set()
    ended = process.wait(timeout=20)

    assert free.status == "sending"
    assert ended == 0
    assert message(channel="sms").status == "sent"


def test_a_report_that_comes_while_the_answer_is_written_down_is_never_lost(post, offered):
    send_all()
    sid = message(channel="sms").vendor_ref

    def report(status):
        return lambda: record_sms_status(sid=sid, status=status, error_code="", at=clock_now())

    results = together([report(status) for status in ("sent", "delivered", "delivered", "sent")])

    assert [result for result in results if isinstance(result, Exception)] == []
    assert message(channel="sms").status == "delivered"


def test_the_database_refuses_a_text_message_without_consent_and_a_status_that_goes_back(post, offered, owner_url):
    with pytest.raises(IntegrityError, match="notifications_no_text_message_without_consent"):
        OutgoingMessage.objects.filter(id=offered.id).update(status="sending")
    send_all()
    with pytest.raises(DatabaseError, match="cannot go from sent to queued"):
        OutgoingMessage.objects.filter(id=offered.id).update(status="queued")


def test_the_invariants_find_what_the_guards_would_let_through(post, offered, owner_url):
    send_all()
    assert breaches() == []

    as_owner(owner_url, "alter table notifications_outgoing_message drop constraint notifications_told_once")
    as_owner(
        owner_url,
        "alter table notifications_outgoing_message drop constraint notifications_no_text_message_without_consent",
    )
    as_owner(
        owner_url,
        """
        insert into notifications_outgoing_message
        select (jsonb_populate_record(m, jsonb_build_object('id', gen_random_uuid(), 'vendor_ref', 'SM2',
          'queued_at', m.queued_at, 'first_tried_at', m.expires_at))).* from notifications_outgoing_message m where channel = 'sms'
        """,
    )
    as_owner(owner_url, "delete from identity_consent")
    as_owner(
        owner_url,
        """
        update notifications_outgoing_message set next_try_at = now() - interval '1 hour' where status = 'queued';
        insert into notifications_outgoing_message
        select (jsonb_populate_record(m, jsonb_build_object('id', gen_random_uuid(), 'vendor_ref', '', 'event_seq', 999999,
          'status', 'queued', 'next_try_at', now() - interval '1 hour'))).* from notifications_outgoing_message m
          where channel = 'email' limit 1
        """,
    )

    assert set(breaches()) == {
        "nobody is told of a fact twice by one channel in the same words",
        "every message is about a fact that was committed",
        "no message waits for more than ten minutes without a job, except for quiet hours",
        "no text message left for somebody who had not agreed",
        "no message about an offer left after the offer's end",
    }
