"""Mails leave by SMTP, once each, and a mailbox that is away costs time and nothing else."""

import re
from uuid import uuid4

import pytest

from guildhall.notifications.gateway import Mail, Rejected, send_email
from guildhall.notifications.queries import counts
from guildhall.notifications.tasks import send
from guildhall.timers.queries import clock_now
from tests import given_bookings as given
from tests import given_people as people
from tests.given_matching import later
from tests.given_notifications import jobs, message, messages, send_all, tell

pytestmark = pytest.mark.django_db


def test_a_code_arrives_with_a_text_and_an_html_part(post):
    ana = people.registered_provider("Ana")  # enters the code at once; the first mail has lost its point

    send_all()

    assert [mail["subject"] for mail in post.mails(to=ana.email)] == ["Welcome to AV Heroes: what comes next"]
    assert message(event_name="code.requested").reason == "code_over"


def test_a_code_that_is_still_good_is_sent_at_once_even_at_night(post):
    made = people.register_customer(
        email="nora@example.com",
        password=people.PASSWORD,
        first_name="Nora",
        last_name="Nilsson",
        phone_number="+16195550177",
        kind=people.CustomerKind.RESIDENTIAL,
        at=clock_now(),
    )

    send_all()

    (mail,) = post.mails(to="nora@example.com")
    code = people.code_for(made.account_id)
    assert mail["subject"] == f"{code} is your AV Heroes code"
    assert mail["from"] == "AV Heroes <hello@guildhall.example>"
    assert code in mail["text"]
    assert code in mail["html"]
    assert "Hello Nora," in mail["text"]
    assert set(re.findall(r"\b\d{6}\b", mail["text"])) == {code}
    headers = dict(mail["headers"])
    sent = message(event_name="code.requested")
    assert headers["Message-ID"] == f"<{sent.id}@127.0.0.1>" == sent.vendor_ref
    assert headers["Auto-Submitted"] == "auto-generated"
    assert (sent.status, sent.attempts, sent.sent_at is not None) == ("sent", 1, True)


def test_both_sides_of_a_confirmed_booking_get_their_own_words(post):
    (priya,) = given.given_providers(1)
    ana = people.customer("Ana", card=True)
    booking_id = given.taken(ana, priya)

    send_all()

    (to_ana,) = post.mails(to=ana.email, subject="Confirmed")
    (to_priya,) = post.mails(to=priya.email, subject="The job is yours")
    code = given.booking(booking_id).start_code
    assert re.fullmatch(r"Confirmed with Priya0 R\.: Audio, Thursday, March 4, 10:00 AM PST", to_ana["subject"]), (
        to_ana["subject"]
    )
    assert f"Start code: {code}" in to_ana["text"]
    assert "/my/bookings/bk_" in to_ana["text"]
    assert "1 Main Street, San Diego, CA 92101" in to_priya["text"]
    assert "Customer: Ana A." in to_priya["text"]
    assert code not in to_priya["text"] + to_priya["html"]


def test_an_offer_by_mail_gives_neither_name_nor_address_away(post):
    (priya,) = given.given_providers(1)
    ana = people.customer("Ana", card=True)
    given.scheduled(ana)
    given.let_it_happen()

    send_all()

    (mail,) = post.mails(to=priya.email, subject="Offer")
    assert "Alvarez" not in mail["text"] + mail["html"]
    assert "Main Street" not in mail["text"] + mail["html"]
    assert "92101" not in mail["text"] + mail["html"]
    assert "/pro/offers/of_" in mail["text"]


@pytest.mark.parametrize("status", [451, 0])
def test_a_mailbox_that_is_away_is_tried_again_until_the_mail_is_there(post, status):
    priya = people.registered_provider("Priya")
    tell()
    post.breaks("smtp", "fail", path=priya.email, status=status, times=2)

    send_all()

    waiting = message(event_name="account.verified")
    assert (waiting.status, waiting.reason, waiting.attempts) == ("postponed", "vendor", 1)
    assert len(jobs(later=True)) == 1
    assert post.mails(to=priya.email) == []

    send_all(later=True)

    sent = message(event_name="account.verified")
    assert (sent.status, sent.attempts) == ("sent", 3)
    assert len(post.mails(to=priya.email)) == 1


def test_a_mail_whose_answer_was_lost_comes_again_under_the_same_message_id(post):
    priya = people.registered_provider("Priya")
    tell()
    post.breaks("smtp", "fail_after", path=priya.email)

    send_all(later=True)

    ids = [dict(mail["headers"])["Message-ID"] for mail in post.mails(to=priya.email)]
    assert len(ids) == 2
    assert len(set(ids)) == 1


def test_an_address_that_is_refused_for_good_is_recorded_and_left_alone(post):
    priya = people.registered_provider("Priya")
    tell()
    post.breaks("smtp", "fail", path=priya.email, status=550)

    send_all(later=True)

    failed = message(event_name="account.verified")
    assert (failed.status, failed.reason, failed.attempts) == ("failed", "vendor:smtp:550", 1)
    assert jobs(later=True) == []
    assert counts().failed == 1


def test_a_mail_that_cannot_be_sent_for_days_is_given_up(post):
    priya = people.registered_provider("Priya")
    tell()
    post.breaks("smtp", "fail", path=priya.email, times=1)
    send_all()

    later(hours=73)
    send_all(later=True)

    given_up = message(event_name="account.verified")
    assert (given_up.status, given_up.reason) == ("failed", "gave_up")
    assert post.mails(to=priya.email) == []


@pytest.mark.parametrize(
    "values",
    [
        {"subject": "Hello\nBcc: eve@example.com"},
        {"subject": "Hello\r\n\r\nbody"},
        {"to": "ana@example.com\nBcc: eve@example.com"},
        {"to": "ana@example.com, eve@example.com\n"},
        {"sender_name": "AV\nBcc: eve@example.com"},
    ],
)
def test_a_line_break_in_a_header_is_refused(post, values):
    mail = {
        "id": uuid4(),
        "sender_name": "AV Heroes",
        "to": "ana@example.com",
        "subject": "Hello",
        "text": "x",
        "html": "x",
    }

    with pytest.raises(Rejected) as refused:
        send_email(Mail(**{**mail, **values}))

    assert refused.value.code == "bad_header"
    assert post.mails() == []


def test_sending_a_message_again_that_has_left_does_nothing(post):
    priya = people.registered_provider("Priya")
    send_all()
    before = messages()

    for one in before:
        send(message_id=str(one.id))

    assert [(one.status, one.attempts) for one in messages()] == [(one.status, one.attempts) for one in before]
    assert len(post.mails(to=priya.email)) == 1
