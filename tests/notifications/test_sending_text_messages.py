"""Text messages leave once, to people who agreed, while the offer stands; STOP ends them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from guildhall.catalog.queries import get_category
from guildhall.identity.models import Account, Consent
from guildhall.identity.queries import get_contact, has_consent
from guildhall.identity.types import ConsentKind
from guildhall.notifications import checking, rendering
from guildhall.notifications.commands import hear_sms, record_sms_status
from guildhall.notifications.models import SmsReport
from guildhall.timers.queries import clock_now
from sandbox.sms.wire import segments
from tests import given_bookings as given
from tests import given_people as people
from tests.given_matching import later
from tests.given_notifications import (
    agree_to_sms,
    jobs,
    message,
    past_and_sent,
    send_all,
    tell,
    withdraw_sms,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked():
    """A provider who agreed, with an open offer whose messages wait; past messages are out of the way."""

    def ask(agreed=True, number=None):
        (priya,) = given.given_providers(1)
        if agreed:
            agree_to_sms(priya)
        if number:
            Account.objects.filter(id=priya.id).update(phone_number=number)
        ana = people.customer("Ana", card=True)
        past_and_sent()
        given.scheduled(ana)
        given.let_it_happen()
        return priya

    return ask


def sms():
    return message(channel="sms")


def number_of(person):
    return get_contact(person.id).phone_number


def test_an_offer_by_text_message_fits_one_segment_and_says_what_counts(post, asked):
    priya = asked()

    send_all()

    (text,) = post.texts()
    body = text["body"]
    assert text["to"] == number_of(priya)
    assert body.startswith("AV Heroes: Audio, Thu Mar 4 10:00 AM PST, $")
    assert body.endswith(" STOP to end")
    assert " 4 h left: http://127.0.0.1:" in body
    assert " mi. " in body
    assert segments(body) == 1, (len(body), body)
    assert not [word for word in ("Ana", "Alvarez", "Main", "92101") if word in body]


def test_a_job_is_called_by_what_is_to_be_done_and_by_its_category_where_that_is_too_long(asked, settings):
    settings.PUBLIC_URL = "https://heroes.example"
    asked()
    tell()
    waiting = sms()
    subject = checking.subject_of(waiting)

    def written(kind, category, language="en"):
        booking = replace(subject.booking, kind=kind, category_id=get_category(category).id)
        contact = replace(subject.contact, language=language)
        about = replace(subject, booking=booking, contact=contact)
        body = rendering.render_text(waiting, about, valid_seconds=60).body
        assert segments(body) == 1, (len(body), body)
        return body.removeprefix("AV Heroes: ").split(",")[0], rendering.render_mail(waiting, about).subject.split(",")[
            0
        ]

    assert written("tv-mounting", "video") == ("Mount a television", "Offer: Mount a television")
    assert written("tv-mounting", "video", "es") == ("Video", "Oferta: Montar un televisor")
    assert written("meeting-room-video", "video") == ("Video", "Offer: Install a meeting room display and camera")


def test_a_delivered_text_message_is_known_to_be(post, asked):
    asked()
    send_all()
    assert (sms().status, sms().has_consent) == ("sent", True)

    post.hear_until(lambda: sms().status == "delivered")

    assert sms().attempts == 1


def test_nobody_is_written_to_who_has_not_agreed(post, asked):
    asked(agreed=False)

    send_all()

    assert (sms().status, sms().reason) == ("dropped", "no_consent")
    assert post.texts() == []
    assert message(event_name="wave.opened", channel="email").status == "sent"


def test_consent_that_is_withdrawn_while_the_message_waits_counts(post, asked):
    priya = asked()
    tell()

    withdraw_sms(priya)
    send_all()

    assert (sms().status, sms().reason) == ("dropped", "no_consent")
    assert post.texts() == []


def test_stop_by_text_message_ends_them_and_start_allows_them_again(post, asked):
    priya = asked()
    number = number_of(priya)

    post.replies(number, "STOP")
    post.hear()
    send_all()
    stopped = has_consent(priya.id, ConsentKind.SMS_OFFERS)
    post.replies(number, "start")
    post.hear()

    assert not stopped
    assert sms().reason == "no_consent"
    assert post.texts() == []
    assert has_consent(priya.id, ConsentKind.SMS_OFFERS)


def test_hearing_stop_twice_or_from_a_stranger_changes_nothing_more():
    (priya,) = given.given_providers(1)
    agree_to_sms(priya)
    number = number_of(priya)

    heard = [hear_sms(from_number=number, body="Stop", at=clock_now()) for _ in range(2)]
    stranger = hear_sms(from_number="+16195559999", body="STOP", at=clock_now())
    other = hear_sms(from_number=number, body="please stop by", at=clock_now())
    wants_help = hear_sms(from_number=number, body="HELP", at=clock_now())

    assert [*heard, stranger, other, wants_help] == ["stop", "stop", "stop", "other", "help"]
    assert list(Consent.objects.order_by("id").values_list("is_given", flat=True)) == [True, False]


def test_an_opt_out_that_only_the_vendor_knows_is_taken_over(post, asked):
    priya = asked(number="+15005550004")

    send_all(later=True)

    assert (sms().status, sms().reason) == ("failed", "vendor:21610")
    assert not has_consent(priya.id, ConsentKind.SMS_OFFERS)


def test_a_number_that_cannot_be_written_to_fails_for_good(post, asked):
    priya = asked(number="+15005550001")

    send_all(later=True)

    assert (sms().status, sms().reason, sms().attempts) == ("failed", "vendor:21211", 1)
    assert has_consent(priya.id, ConsentKind.SMS_OFFERS)
    assert jobs(later=True) == []


def test_an_unreachable_handset_is_reported_as_failed(post, asked):
    asked(number="+15005553003")
    send_all()

    post.hear_until(lambda: sms().status == "failed")

    assert sms().reason == "vendor:30003"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_vendor_that_fails_is_tried_again_while_the_offer_stands(post, asked, status):
    asked()
    post.breaks("twilio", "fail", method="POST", status=status)

    send_all()
    assert (sms().status, sms().reason) == ("postponed", "vendor")
    send_all(later=True)

    assert (sms().status, sms().attempts) == ("sent", 2)
    assert len(post.texts()) == 1


def test_no_text_message_about_an_offer_leaves_after_the_offers_end(post, asked):
    asked()
    post.breaks("twilio", "fail", method="POST", times=9)
    send_all()

    later(hours=5)
    send_all(later=True)

    assert (sms().status, sms().reason) == ("failed", "gave_up")
    assert post.texts() == []


def test_a_text_message_whose_answer_was_lost_is_found_and_not_sent_again(post, asked):
    asked()
    post.breaks("twilio", "fail_after", method="POST")

    send_all(later=True)

    (text,) = post.texts()
    assert (sms().status, sms().attempts, sms().vendor_ref) == ("sent", 2, text["sid"])


def test_without_a_number_there_is_nothing_to_send(post, asked):
    asked()
    Account.objects.filter(role="provider").update(phone_number="")
    send_all()

    assert (sms().status, sms().reason) == ("dropped", "no_number")


def test_reports_count_in_any_order_and_before_the_id_is_known(post, asked):
    asked()
    send_all()
    sid = sms().vendor_ref

    for status in ("delivered", "sent", "delivered", "undelivered"):
        record_sms_status(sid=sid, status=status, error_code="", at=clock_now())
    record_sms_status(sid="SM-of-nobody", status="delivered", error_code="", at=clock_now())

    assert sms().status == "delivered"
    assert SmsReport.objects.filter(sid=sid).count() == 3


def test_a_report_that_overtook_the_answer_is_not_lost(post, asked):
    asked()
    post.breaks("twilio", "fail_after", method="POST")
    send_all()
    (text,) = post.texts()

    record_sms_status(sid=text["sid"], status="delivered", error_code="", at=clock_now())
    before = sms().status
    send_all(later=True)

    assert (before, sms().status) == ("postponed", "delivered")


def test_the_vendor_is_told_not_to_deliver_after_the_end(asked):
    asked()
    tell()
    waiting = sms()
    left = waiting.expires_at - clock_now()

    text = rendering.render_text(waiting, checking.subject_of(waiting), valid_seconds=int(left.total_seconds()))

    assert timedelta(hours=3) < timedelta(seconds=text.valid_seconds) <= timedelta(hours=4)
    assert text.mark in text.body
