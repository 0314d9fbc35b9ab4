"""From a fact to messages: the matrix says how, the fact says to whom, once."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from guildhall.bookings.commands import cancel_booking
from guildhall.bookings.types import BookingStatus
from guildhall.eventlog.models import Subscription
from guildhall.identity.types import Scope
from guildhall.notifications.models import OutgoingMessage
from guildhall.notifications.queries import counts, log_of
from guildhall.policy.commands import set_policy
from guildhall.policy.matrix import DEFAULT_RULES, Rule
from guildhall.policy.types import NotificationPolicy
from guildhall.timers.queries import clock_now
from tests import given_bookings as given
from tests import given_people as people
from tests.given_matching import later
from tests.given_notifications import cells, jobs, message, messages, past_and_sent, tell

pytestmark = pytest.mark.django_db


def test_a_new_account_is_sent_its_code_and_a_verified_one_its_welcome():
    people.customer("Ana")

    tell()

    assert cells() == [("account.verified", "customer", "email"), ("code.requested", "customer", "email")]


def test_each_provider_of_a_wave_gets_a_mail_and_a_text_message_of_their_own():
    priya, pablo = given.given_providers(1, 1)
    ana = people.customer("Ana", card=True)
    past_and_sent()

    given.scheduled(ana)
    given.let_it_happen()

    told = messages(event_name="wave.opened")
    assert sorted((one.recipient_id, one.channel) for one in told) == sorted(
        (person.id, channel) for person in (priya, pablo) for channel in ("email", "sms")
    )
    offers = {one.recipient_id: one.facts["offer_id"] for one in told}
    assert len(set(offers.values())) == 2
    assert all("offer_ids" not in one.facts and "provider_ids" not in one.facts for one in told)
    assert {one.reference for one in told} == {told[0].reference} != {""}
    assert [one.template for one in log_of(told[0].reference) if one.event == "wave.opened"] == ["offer"] * 4


def test_offers_are_taken_before_mails_that_were_queued_earlier():
    (_priya,) = given.given_providers(1)
    ana = people.customer("Ana", card=True)
    past_and_sent()

    given.scheduled(ana)
    given.let_it_happen()

    queues = {str(message_id): (queue, priority) for message_id, queue, priority in jobs()}
    requested, offers = message(event_name="booking.requested"), messages(event_name="wave.opened")
    assert queues[str(requested.id)] == ("notifications", -10)
    assert {queues[str(offer.id)] for offer in offers} == {("urgent", 10)}
    assert {job[0] for job in jobs()[: len(offers)]} == {offer.id for offer in offers}
    assert requested.queued_at <= offers[0].queued_at


def test_a_fact_that_is_delivered_twice_is_told_once():
    (priya,) = given.given_providers(1)
    ana = people.customer("Ana", card=True)
    given.taken(ana, priya)
    tell()
    before, queued = cells(), len(jobs())

    Subscription.objects.filter(name="notifications").update(position=0)
    tell()

    assert cells() == before != []
    assert len(jobs()) == queued


def test_the_database_itself_refuses_a_second_message_about_the_same():
    people.customer("Ana")
    tell()
    first = messages()[0]

    with pytest.raises(IntegrityError, match="notifications_told_once"), transaction.atomic():
        OutgoingMessage.objects.create(
            event_seq=first.event_seq,
            event_name=first.event_name,
            recipient_id=first.recipient_id,
            role=first.role,
            channel=first.channel,
            template=first.template,
            is_time_critical=False,
            queued_at=first.queued_at,
            expires_at=first.expires_at,
        )


def test_nothing_is_queued_for_a_change_that_was_rolled_back():
    people.catalogue()
    ana = people.customer("Ana", card=True)
    past_and_sent()
    before = cells()

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        given.scheduled(ana)
        raise ZeroDivisionError
    tell()

    assert cells() == before
    assert jobs() == []


def test_operators_hear_of_a_booking_that_nobody_took_and_customers_get_the_choice():
    given.given_providers()
    olga = people.operator("Olga", scopes=[Scope.SUPPORT])
    ana = people.customer("Ana", card=True)
    past_and_sent()

    booking_id = given.scheduled(ana)
    given.let_it_happen()

    assert given.booking(booking_id).status == BookingStatus.UNFILLED
    assert cells(event_name="booking.unfilled") == [
        ("booking.unfilled", "customer", "email"),
        ("booking.unfilled", "operator", "email"),
    ]
    assert message(role="operator").recipient_id == olga.id


def test_operators_are_not_told_what_is_only_the_parties_business():
    people.operator("Olga")
    (priya,) = given.given_providers(1)
    ana = people.customer("Ana", card=True)
    booking_id = given.taken(ana, priya)

    cancel_booking(booking_id=booking_id, reason="changed my mind", by=ana.actor, at=clock_now())
    tell()

    assert cells(event_name="booking.cancelled") == [
        ("booking.cancelled", "customer", "email"),
        ("booking.cancelled", "provider", "email"),
    ]
    assert messages(role="operator", event_name__startswith="booking") == []


def test_a_changed_matrix_holds_for_the_next_fact():
    people.catalogue()
    olga = people.operator("Olga")
    extra = Rule(event="booking.requested", role="operator", channel="email", template="escalation-unfilled")
    kept = tuple(rule for rule in DEFAULT_RULES if rule.event != "booking.requested")
    ana = people.customer("Ana", card=True)
    past_and_sent()

    set_policy(NotificationPolicy(rules=(*kept, extra)), by=olga.actor, at=clock_now(), reason="watch requests")
    given.scheduled(ana)
    tell()

    assert cells(event_name="booking.requested") == [("booking.requested", "operator", "email")]


def test_a_channel_that_is_not_there_yet_is_left_out():
    people.catalogue()
    olga = people.operator("Olga")
    push = Rule(event="booking.requested", role="customer", channel="push", template="booking-requested")
    ana = people.customer("Ana", card=True)
    past_and_sent()

    set_policy(NotificationPolicy(rules=(push,)), by=olga.actor, at=clock_now(), reason="try")
    given.scheduled(ana)
    tell()

    assert messages(event_name="booking.requested") == []


def test_a_message_holds_ids_and_amounts_and_nobodys_name_address_or_number():
    (priya,) = given.given_providers(1)
    ana = people.customer("Ana", card=True)
    given.taken(ana, priya)
    tell()

    for one in messages():
        written = str(OutgoingMessage.objects.filter(id=one.id).values().get())
        assert not [word for word in ("Ana", "Alvarez", "Priya", "Raman", "Main", "@", "+1619") if word in written]


def test_the_counts_tell_how_many_wait_and_since_when():
    people.customer("Ana")
    tell()
    first = messages()[0]
    later(hours=1)

    found = counts()

    assert (found.queued, found.failed, found.oldest_queued_at) == (2, 0, first.queued_at)
    assert clock_now() - first.queued_at >= timedelta(hours=1)
