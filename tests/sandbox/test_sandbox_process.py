"""`python -m sandbox` as a process: its ports, its stop, its memory."""

import json
import signal
import smtplib
import subprocess
import sys
import time
from http.client import HTTPConnection

from tests.sandbox.running import ROOT, FakeGuildhall


def send(process, to):
    with smtplib.SMTP("127.0.0.1", process.smtp_port, timeout=10) as client:
        client.sendmail("a@example.com", [to], "Subject: Hi\r\n\r\nHi")


def test_a_connection_is_kept_while_nobody_asks(sandbox):
    """Longer than the five seconds that servers of its kind keep one by themselves."""
    line = HTTPConnection(sandbox.url.removeprefix("http://"), timeout=10)
    line.request("GET", "/sandbox/health")
    line.getresponse().read()
    asked_from = line.sock.getsockname()
    time.sleep(5.5)
    line.request("GET", "/sandbox/health")

    assert line.getresponse().status == 200
    assert line.sock.getsockname() == asked_from
    line.close()


def test_it_says_where_it_listens_and_stops_cleanly(start_sandbox, tmp_path):
    with start_sandbox("http://127.0.0.1:9") as process:
        assert json.loads(process.ready_file.read_text()) == json.loads(process.first_line)
        health = process.http.get("/sandbox/health")
        assert health.status_code == 200
        assert health.json()["ok"] is True

        assert process.stop() == 0

    log = (tmp_path / "state" / "log").read_text()
    assert log.endswith("sandbox INFO stopped\n")
    assert "Traceback" not in log


def test_mails_messages_and_the_clock_survive_a_kill(start_sandbox):
    guildhall = FakeGuildhall()
    with start_sandbox(guildhall.url) as first:
        send(first, "ana@example.com")
        inbound = {"from": "+16195550401", "to": "+16195550100", "body": "STOP"}
        first.http.post("/sandbox/sms/inbound", json=inbound)
        first.http.post("/sandbox/clock", json={"by": "3h"})
        first.process.send_signal(signal.SIGKILL)
        first.process.wait()
        first.stop()
    guildhall.shutdown()
    guildhall.server_close()

    with start_sandbox(guildhall.url) as second:
        send(second, "ana@example.com")

        mails = second.http.get("/sandbox/mailbox", params={"to": "ana@example.com"}).json()["mails"]
        messages = second.http.get("/sandbox/sms").json()["messages"]
        clock = second.http.get("/sandbox/clock").json()

    assert [mail["id"] for mail in mails] == [2, 1]
    assert [(message["direction"], message["to"]) for message in messages] == [
        ("outbound-reply", "+16195550401"),
        ("inbound", "+16195550100"),
    ]
    assert 10_799 <= clock["offset_seconds"] <= 10_801


def test_at_the_start_guildhalls_clock_counts(start_sandbox):
    guildhall = FakeGuildhall()
    guildhall.offset = 3600.5
    with start_sandbox(guildhall.url) as process:
        clock = process.http.get("/sandbox/clock").json()
    guildhall.shutdown()
    guildhall.server_close()

    assert clock["offset_seconds"] == 3600.5


def test_every_page_renders_for_a_browser(sandbox):
    for path in ("/sandbox", "/sandbox/mailbox", "/sandbox/sms", "/sandbox/faults"):
        answer = sandbox.http.get(path, headers={"accept": "text/html"})

        assert answer.status_code == 200, path
        assert "<title>" in answer.text
        assert 'name="viewport"' in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert sandbox.http.get("/sandbox/style.css").headers["content-type"].startswith("text/css")
    assert sandbox.http.get("/sandbox/books").json() is not None
    assert sandbox.http.get("/").headers["location"] == "/sandbox"


def test_the_command_line_says_what_it_needs():
    told = subprocess.run([sys.executable, "-m", "sandbox"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert told.returncode == 2
    assert "--state, --guildhall-url" in told.stderr
