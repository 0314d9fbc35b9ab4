"""What was true when it was queued is looked at again when it is sent."""

from datetime import UTC, datetime, time, timedelta

import psycopg
import pytest
from django.db import OperationalError
from django.db.models.functions import Now
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job

from guildhall.bookings.commands import cancel_booking, decide_booking, report_no_show, reschedule_booking
from guildhall.cli.worker import AfterAnOutage
from guildhall.identity.commands import disable_account
from guildhall.kernel.actors import Actor
from guildhall.matching.commands import decline_offer
from guildhall.notifications import tasks
from guildhall.notifications.models import OutgoingMessage
from guildhall.notifications.tasks import keep_going
from guildhall.policy.commands import pause, resume, set_policy
from guildhall.policy.matrix import Rule
from guildhall.policy.types import NotificationPolicy
from guildhall.timers.firing import sweep
from guildhall.timers.queries import clock_now
from tests import given_bookings as given
from tests import given_people as people
from tests.given_matching import clock_at, later
from tests.given_notifications import agree_to_sms, forget_jobs, jobs, message, messages, past_and_sent, send_all, tell

pytestmark = pytest.mark.django_db
_OPERATOR = Actor.system("test")
_JOB = {"queue": "", "lock": None, "queueing_lock": None, "task_name": "", "priority": 0, "attempts": 1}


@pytest.fixture
def booked():
    (priya,) = given.given_providers(1)
    agree_to_sms(priya)
    ana = people.customer("Ana", card=True)
    return given.taken(ana, priya), ana, priya


def queue_of(event):
    return sorted((one.role, one.status, one.reason) for one in messages(event_name=event))


def test_a_reminder_reaches_both_sides_the_day_before(post, booked):
    booking_id, ana, priya = booked
    past_and_sent()

    clock_at(given.booking(booking_id).planned.lower - timedelta(hours=23))
    given.let_it_happen()
    send_all()

    assert queue_of("booking.reminder_due") == [("customer", "sent", ""), ("provider", "sent", "")]
    assert [len(post.mails(to=person.email, subject="Reminder")) for person in (ana, priya)] == [1, 1]


def test_a_reminder_of_a_booking_that_was_cancelled_meanwhile_is_dropped(post, booked):
    booking_id, ana, _priya = booked
    past_and_sent()
    clock_at(given.booking(booking_id).planned.lower - timedelta(hours=23))
    given.let_it_happen()
    tell()

    cancel_booking(booking_id=booking_id, reason="ill", by=ana.actor, at=clock_now())
    send_all()

    assert queue_of("booking.reminder_due") == [
        ("customer", "dropped", "overtaken"),
        ("provider", "dropped", "overtaken"),
    ]
    assert len(post.mails(to=ana.email, subject="Cancelled")) == 1
    assert post.mails(subject="Reminder") == []


def test_a_reminder_of_the_old_time_is_dropped_when_the_booking_was_moved(post, booked):
    booking_id, ana, priya = booked
    past_and_sent()
    clock_at(given.booking(booking_id).planned.lower - timedelta(hours=23))
    given.let_it_happen()
    tell()

    starts_at = given.local_start(clock_now() + timedelta(days=20)).replace(hour=10, minute=0)
    reschedule_booking(booking_id=booking_id, starts_at=starts_at, fold=None, by=ana.actor, at=clock_now())
    send_all()

    assert post.mails(subject="Reminder") == []
    assert queue_of("booking.rescheduled") == [("customer", "sent", ""), ("provider", "sent", "")]
    assert len(post.mails(to=priya.email, subject="moved to another time")) == 1


def test_a_cancellation_by_decision_is_told_once_with_the_decision(post, booked):
    booking_id, ana, priya = booked
    olga = people.operator("Olga")
    clock_at(given.booking(booking_id).planned.lower + timedelta(minutes=10))
    past_and_sent()

    report_no_show(booking_id=booking_id, reason="nobody came", by=ana.actor, at=clock_now())
    decide_booking(booking_id=booking_id, settled_minutes=None, reason="no show", by=olga.actor, at=clock_now())
    send_all()

    assert queue_of("booking.decided") == [("customer", "sent", ""), ("provider", "sent", "")]
    why = "told_with_the_decision"
    assert queue_of("booking.cancelled") == [("customer", "dropped", why), ("provider", "dropped", why)]
    assert queue_of("booking.unresolved")[1] == ("operator", "sent", "")
    (to_ana,) = post.mails(to=ana.email, subject="Decided")
    assert "Decided: cancelled without a charge" in to_ana["text"]
    assert len(post.mails(to=priya.email)) == 2
    (to_olga,) = post.mails(to=olga.email)
    assert "What happened: The customer reported that nobody came." in to_olga["text"]


def test_an_offer_that_was_answered_meanwhile_is_dropped(post):
    (priya,) = given.given_providers(1)
    agree_to_sms(priya)
    ana = people.customer("Ana", card=True)
    past_and_sent()
    booking_id = given.scheduled(ana)
    given.let_it_happen()
    tell()

    decline_offer(offer_id=given.offers(booking_id)[priya.id], reason="busy", by=priya.actor, at=clock_now())
    send_all()

    assert queue_of("wave.opened") == [("provider", "dropped", "offer_over")] * 2
    assert post.texts() == []


def test_an_account_that_was_closed_gets_no_more_mail(post, booked):
    booking_id, ana, _priya = booked
    past_and_sent()
    cancel_booking(booking_id=booking_id, reason="moving", by=ana.actor, at=clock_now())
    tell()

    disable_account(account_id=ana.id, by=_OPERATOR, at=clock_now())
    send_all()

    assert post.mails(to=ana.email) == []
    assert ("customer", "dropped", "account_not_open") in queue_of("booking.cancelled")


def test_a_mail_that_can_wait_does_not_come_at_night_and_comes_in_the_morning_there(post):
    clock_at(datetime(2027, 3, 14, 6, 30, tzinfo=UTC))  # 22:30 in Los Angeles; the clocks change this night
    priya = people.registered_provider("Priya", now=clock_now())

    send_all()
    asleep = message(event_name="account.verified")
    later(hours=8)  # 15:30 wall time less one: 07:30 there
    given.let_it_happen()
    send_all()
    still = message(event_name="account.verified").status
    later(minutes=31)
    given.let_it_happen()
    send_all()

    assert (asleep.status, asleep.reason) == ("postponed", "quiet_hours")
    assert asleep.postponed_until == datetime(2027, 3, 14, 15, 0, tzinfo=UTC)
    assert still == "postponed"
    assert message(event_name="account.verified").status == "sent"
    assert len(post.mails(to=priya.email)) == 1


def test_what_waited_for_the_morning_comes_in_the_order_it_happened_to_each(post):
    clock_at(datetime(2027, 3, 2, 7, 0, tzinfo=UTC))  # 23:00 in Los Angeles
    priya, pavel = (people.registered_provider(name, now=clock_now()) for name in ("Priya", "Pavel"))
    ana = people.customer("Ana", card=True)
    given.scheduled(ana)
    send_all()
    asleep = messages(status="postponed")

    clock_at(datetime(2027, 3, 2, 16, 0, tzinfo=UTC))
    sweep()
    together = {one[0] for one in jobs()}
    send_all()

    mine = [one for one in asleep if one.recipient_id == ana.id]
    firsts = [next(one.id for one in asleep if one.recipient_id == person.id) for person in (priya, pavel, ana)]
    assert [one.event_name for one in mine] == ["account.verified", "booking.requested"]
    assert together == set(firsts)
    subjects = [mail["subject"] for mail in post.mails(to=ana.email)]
    assert [subject.partition(":")[0] for subject in subjects] == ["Welcome to AV Heroes", "We have your request"]
    assert {one.id for one in messages(status="sent")} >= {one.id for one in asleep}


@pytest.fixture
def morning(post):
    """Give the messages that wait for Ana, who has slept; it is nine o'clock, and their job is there."""
    clock_at(datetime(2027, 3, 2, 7, 0, tzinfo=UTC))  # 23:00 in Los Angeles
    people.registered_provider("Priya", now=clock_now())
    ana = people.customer("Ana", card=True)
    given.scheduled(ana)
    send_all()
    asleep = [one.id for one in messages(status="postponed", recipient_id=ana.id)]
    clock_at(datetime(2027, 3, 2, 17, 0, tzinfo=UTC))
    sweep()
    return asleep


def test_what_waited_is_not_kept_back_by_what_fails_before_it(morning, monkeypatch):
    first, second = morning
    fail_at(first, ZeroDivisionError(), monkeypatch)

    with pytest.raises(ZeroDivisionError):
        tasks.send_in_order([str(one) for one in morning])

    assert (message(id=first).status, message(id=second).status) == ("postponed", "sent")


@pytest.mark.parametrize("how", ["asked by Django", "asked by procrastinate"])
def test_what_waited_is_sent_all_the_same_when_the_database_was_away(morning, monkeypatch, post, how):
    first, second = morning
    outage = OperationalError() if how == "asked by Django" else ConnectorException()
    outage.__cause__ = psycopg.OperationalError()
    fail_at(second, outage, monkeypatch)

    with pytest.raises(type(outage)) as raised:
        tasks.send_in_order([str(one) for one in morning])
    before = (message(id=first).status, message(id=second).status)
    monkeypatch.undo()
    again = AfterAnOutage().get_retry_decision(exception=raised.value, job=Job(**_JOB))
    tasks.send_in_order([str(one) for one in morning])

    assert before == ("sent", "postponed")
    assert again is not None
    assert message(id=second).status == "sent"
    assert (message(id=first).attempts, len(post.mails(subject="We have your request"))) == (1, 1)


def test_what_the_vendor_put_off_is_left_to_its_own_job(morning):
    first, _second = morning
    OutgoingMessage.objects.filter(id=first).update(next_try_at=Now() + timedelta(minutes=1))

    tasks.send_in_order([str(first)])

    assert message(id=first).status == "postponed"


def fail_at(message_id, error, monkeypatch):
    send = tasks.send

    def fail_or_send(one):
        if one == str(message_id):
            raise error
        send(one)

    monkeypatch.setattr(tasks, "send", fail_or_send)


def test_a_time_critical_message_passes_quiet_hours(post):
    (priya,) = given.given_providers(1)
    agree_to_sms(priya)
    ana = people.customer("Ana", card=True)
    clock_at(datetime(2027, 3, 2, 7, 0, tzinfo=UTC))  # 23:00 in Los Angeles
    past_and_sent()

    given.scheduled(ana)
    given.let_it_happen()
    send_all()

    assert message(channel="sms").status == "sent"
    assert message(event_name="booking.requested").reason == "quiet_hours"


def test_quiet_hours_are_the_operators_to_change(post):
    clock_at(datetime(2027, 3, 2, 7, 0, tzinfo=UTC))
    quiet = NotificationPolicy().quiet_hours.model_copy(update={"starts": time(23, 30)})
    set_policy(NotificationPolicy(quiet_hours=quiet), by=_OPERATOR, at=clock_now(), reason="later")
    people.registered_provider("Priya", now=clock_now())

    send_all()

    assert message(event_name="account.verified").status == "sent"


def test_paused_sending_holds_messages_back_until_it_is_resumed(post, booked):
    booking_id, ana, _priya = booked
    past_and_sent()
    pause(what="notifications", city="san-diego", reason="wrong texts", by=_OPERATOR, at=clock_now())
    cancel_booking(booking_id=booking_id, reason="moving", by=ana.actor, at=clock_now())

    send_all()
    held = queue_of("booking.cancelled")
    elsewhere = people.registered_provider("Pavel")
    send_all()
    resume(what="notifications", city="san-diego", by=_OPERATOR, at=clock_now())
    send_all()

    assert held == [("customer", "postponed", "paused"), ("provider", "postponed", "paused")]
    assert len(post.mails(to=elsewhere.email)) == 1
    assert queue_of("booking.cancelled") == [("customer", "sent", ""), ("provider", "sent", "")]
    assert len(post.mails(to=ana.email, subject="Cancelled")) == 1


def test_a_pause_everywhere_holds_codes_back_too_and_they_are_over_when_it_ends(post):
    pause(what="notifications", city="*", reason="stop", by=_OPERATOR, at=clock_now())
    people.registered_provider("Priya")

    send_all()

    assert message(event_name="account.verified").reason == "paused"
    assert post.mails() == []


def test_what_lost_its_job_is_taken_up_again(post):
    people.registered_provider("Priya")
    tell()
    forget_jobs()
    keep_going(timestamp=0)
    too_early = len(jobs())
    OutgoingMessage.objects.update(next_try_at=Now() - timedelta(minutes=5))

    keep_going(timestamp=0)
    taken_up = len(jobs())
    keep_going(timestamp=0)
    send_all()

    assert (too_early, taken_up) == (0, 2)
    assert message(event_name="account.verified").status == "sent"


def test_a_rule_without_words_fails_where_operators_see_it(post, booked):
    booking_id, ana, _priya = booked
    rule = Rule(
        event="booking.cancelled", role="customer", channel="email", template="nobody-wrote-this", time_critical=True
    )
    set_policy(NotificationPolicy(rules=(rule,)), by=_OPERATOR, at=clock_now(), reason="typo")
    past_and_sent()

    cancel_booking(booking_id=booking_id, reason="moving", by=ana.actor, at=clock_now())
    send_all()

    assert queue_of("booking.cancelled") == [("customer", "failed", "no_template")]


def test_any_message_can_be_sent_as_a_text_message_if_operators_wish(post, booked):
    booking_id, ana, _priya = booked
    agree_to_sms(ana)
    rule = Rule(
        event="booking.cancelled", role="customer", channel="sms", template="booking-cancelled", time_critical=True
    )
    set_policy(NotificationPolicy(rules=(rule,)), by=_OPERATOR, at=clock_now(), reason="try")
    past_and_sent()

    cancel_booking(booking_id=booking_id, reason="moving", by=ana.actor, at=clock_now())
    send_all()

    (text,) = post.texts()
    assert text["body"].startswith("AV Heroes: Cancelled: Audio, Thursday, March 4, 10:00 AM PST http://127.0.0.1:")
    assert text["body"].endswith("Reply STOP to end")
