"""Mails sent with Python's own SMTP client, read back over HTTP."""

import smtplib
from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest


def send(sandbox, to="ana@example.com", subject="Your code", text="4711", html=None, **headers):
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Guildhall <hello@guildhall.example>", to, subject
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html")
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, timeout=10) as client:
        client.send_message(mail)


def list_mails(sandbox, **query):
    return sandbox.http.get("/sandbox/mailbox", params=query).json()["mails"]


def test_a_mail_can_be_found_by_its_recipient_and_read(sandbox):
    send(sandbox, to="Ana.One@example.com", text="Your code is 135790.", Reply_To="desk@guildhall.example")

    (found,) = list_mails(sandbox, to="ana.one@EXAMPLE.com")
    mail = sandbox.http.get(f"/sandbox/mailbox/{found['id']}").json()

    assert mail["subject"] == "Your code"
    assert mail["from"] == "Guildhall <hello@guildhall.example>"
    assert mail["to"] == ["Ana.One@example.com"]
    assert mail["text"] == "Your code is 135790.\n"
    assert mail["html"] is None
    assert ["Reply-To", "desk@guildhall.example"] in mail["headers"]
    ahead = sandbox.http.get("/sandbox/clock").json()["offset_seconds"]
    assert datetime.fromisoformat(mail["received_at"]) - datetime.fromisoformat(mail["received_at_real"]) == timedelta(
        seconds=ahead
    )


def test_the_newest_mail_comes_first_and_after_hides_the_older_ones(sandbox):
    for number in range(4):
        send(sandbox, to="order@example.com", subject=f"Number {number}")

    mails = list_mails(sandbox, to="order@example.com")

    assert [mail["subject"] for mail in mails] == ["Number 3", "Number 2", "Number 1", "Number 0"]
    assert [mail["subject"] for mail in list_mails(sandbox, to="order@example.com", after=mails[1]["id"])] == [
        "Number 3"
    ]
    assert [mail["subject"] for mail in list_mails(sandbox, to="order@example.com", limit=2)] == [
        "Number 3",
        "Number 2",
    ]
    assert [mail["subject"] for mail in list_mails(sandbox, to="order@*", subject="number 2")] == ["Number 2"]


def test_unicode_html_and_attachments_arrive_whole(sandbox):
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@example.com", "zoe@example.com", "Grüße, 你好"
    mail.set_content("Schöne Grüße")
    mail.add_alternative("<p>Schöne <b>Grüße</b></p>", subtype="html")
    mail.add_attachment(b"\x00\x01\x02", maintype="application", subtype="pdf", filename="invoice.pdf")
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, timeout=10) as client:
        client.send_message(mail)

    (found,) = list_mails(sandbox, to="zoe@example.com")
    read = sandbox.http.get(f"/sandbox/mailbox/{found['id']}").json()

    assert read["subject"] == "Grüße, 你好"
    assert read["text"] == "Schöne Grüße\n"
    assert read["html"] == "<p>Schöne <b>Grüße</b></p>\n"
    assert read["attachments"] == [{"name": "invoice.pdf", "type": "application/pdf", "bytes": 3}]


def test_an_address_outside_ascii_is_accepted(sandbox):
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, timeout=10) as client:
        client.sendmail("a@example.com", ["zoë@example.com"], "Subject: Hi\r\n\r\nHi", mail_options=["SMTPUTF8"])

    assert [mail["to"] for mail in list_mails(sandbox, to="zoë@example.com")] == [["zoë@example.com"]]


def test_a_blind_copy_is_found_by_its_address(sandbox):
    send(sandbox, to="seen@example.com", Bcc="unseen@example.com")

    (mail,) = list_mails(sandbox, to="unseen@example.com")

    assert mail["to"] == ["seen@example.com", "unseen@example.com"]
    headers = sandbox.http.get(f"/sandbox/mailbox/{mail['id']}").json()["headers"]
    assert "Bcc" not in [name for name, _ in headers]


def test_an_unknown_charset_is_read_as_well_as_possible(sandbox):
    content = b"Subject: Odd\r\nContent-Type: text/plain; charset=klingon\r\n\r\nhello"
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, timeout=10) as client:
        client.sendmail("a@example.com", ["odd@example.com"], content)

    (found,) = list_mails(sandbox, to="odd@example.com")

    assert sandbox.http.get(f"/sandbox/mailbox/{found['id']}").json()["text"].strip() == "hello"


def test_a_mail_above_five_megabytes_is_refused(sandbox):
    with pytest.raises(smtplib.SMTPException) as refused:
        send(sandbox, to="big@example.com", text="x" * 70 * 80_000)

    assert "552" in str(refused.value)
    assert list_mails(sandbox, to="big@example.com") == []


def test_a_browser_gets_pages_and_the_html_of_a_mail_is_caged(sandbox):
    send(
        sandbox,
        to="page@example.com",
        subject="<Offer>",
        text="Go to http://localhost/x",
        html="<script>1</script><p>Hi</p>",
    )
    (found,) = list_mails(sandbox, to="page@example.com")
    browser = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}

    listed = sandbox.http.get("/sandbox/mailbox", headers=browser)
    shown = sandbox.http.get(f"/sandbox/mailbox/{found['id']}", headers=browser)
    framed = sandbox.http.get(f"/sandbox/mailbox/{found['id']}/html", headers=browser)

    assert "&lt;Offer&gt;" in listed.text
    assert "<Offer>" not in shown.text
    assert '<a href="http://localhost/x" rel="noopener" target="_blank">' in shown.text
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in shown.text
    assert "default-src 'none'" in shown.headers["content-security-policy"]
    assert framed.headers["content-security-policy"].startswith("sandbox allow-popups")
    assert "script-src" not in framed.headers["content-security-policy"]
    assert (
        sandbox.http.get("/sandbox/mailbox?format=json", headers=browser).headers["content-type"] == "application/json"
    )


@pytest.mark.parametrize("path", ["/sandbox/mailbox/999999", "/sandbox/mailbox/abc", "/sandbox/mailbox/999999/html"])
def test_a_mail_that_does_not_exist_is_not_found(sandbox, path):
    answer = sandbox.http.get(path)

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "no_such_mail"


def test_a_filter_that_is_no_number_is_refused(sandbox):
    answer = sandbox.http.get("/sandbox/mailbox", params={"after": "abc"})

    assert (answer.status_code, answer.json()["code"]) == (400, "unreadable")
