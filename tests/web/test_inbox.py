"""The inbox of the customer's and the provider's application: what is unread, where it leads, whose it is."""

import re
from datetime import timedelta

import pytest

from guildhall.eventlog import delivery
from guildhall.eventlog.commands import ensure_subscriptions
from guildhall.kernel.ids import new_id, public_id
from guildhall.matching.models import Offer
from guildhall.notifications.models import InboxItem
from guildhall.notifications.queries import inbox, unread_count
from guildhall.timers.queries import clock_now
from tests import given_bookings as given
from tests import given_people as people
from tests.api.browser import browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def told():
    """Ana and Priya, both told of a booking."""
    ensure_subscriptions()
    (priya,) = given.given_providers(1)
    ana = people.customer("Ana", card=True)
    booking_id = given.taken(ana, priya)
    delivery.drain()
    return ana, priya, booking_id


@pytest.mark.parametrize(("side", "home"), [(0, "/my"), (1, "/pro")])
def test_a_message_is_read_once_and_leads_to_its_booking(told, side, home):
    person, booking_id = told[side], told[2]
    client = browser(person)
    waiting = unread_count(person.id)
    assert waiting
    newest = inbox(person.id)[0]

    text = client.get(f"{home}/messages").content.decode()
    assert newest.title in text
    assert text.count("row--new") == waiting
    assert f">{waiting}</span>" in client.get(f"{home}/account/").content.decode()
    place = {"/my": "/my/bookings", "/pro": "/pro/jobs"}[home]
    assert client.post(f"{home}/messages/{newest.id}")["Location"] == f"{place}/{public_id('bk', booking_id)}"

    assert unread_count(person.id) == waiting - 1
    badge = client.get(f"{home}/messages/unread").content.decode()
    assert f'hx-get="{home}/messages/unread"' in badge
    assert f">{waiting - 1}</span>" in badge or waiting == 1
    part = client.get(f"{home}/messages/live").content.decode()
    assert "<html" not in part
    assert part.count("row--new") == waiting - 1
    assert client.post(f"{home}/messages/read")["Location"] == f"{home}/messages"
    assert unread_count(person.id) == 0
    assert "count" not in client.get(f"{home}/messages/unread").content.decode()
    assert "Mark all as read" not in client.get(f"{home}/messages").content.decode()


def test_the_number_of_open_offers_comes_with_that_of_unread_messages_and_says_when_it_ends(told):
    ana, priya, _ = told
    client = browser(priya)
    assert re.search(r'id="tally-offers"\s*></span>', client.get("/pro/calendar").content.decode())
    booking_id = given.scheduled(ana, hours_ahead=200)
    for _ in range(6):
        if given.offers(booking_id):
            break
        given.later(days=1)
        given.let_it_happen(2)

    (ends_at,) = Offer.objects.filter(id=given.offers(booking_id)[priya.id]).values_list("expires_at", flat=True)
    seconds = (ends_at - clock_now()).total_seconds()
    page, news = (client.get(path).content.decode() for path in ("/pro/calendar", "/pro/messages/unread"))

    for text in (page, news):
        tally = re.search(
            r'<span class="tally"\s+id="tally-offers"(.*?)>(<span class="count">1</span>)', text, re.DOTALL
        )
        assert tally is not None
        (waits,) = re.findall(r'hx-get="/pro/messages/unread" hx-trigger="load delay:(\d+)s"', tally[1])
        assert 0 < int(waits) - seconds < 5
        assert ("hx-swap-oob" in tally[1]) == (text is news)
    assert "tally" not in browser(ana).get("/my/messages/unread").content.decode()


def test_nobody_reads_for_others(told):
    ana, priya, _ = told
    item, waiting = inbox(ana.id)[0], unread_count(ana.id)

    assert browser(people.customer("Eve")).post(f"/my/messages/{item.id}").status_code == 404
    assert browser(priya).post(f"/pro/messages/{item.id}").status_code == 404

    assert unread_count(ana.id) == waiting


def test_a_long_inbox_comes_in_pages_and_asks_a_bounded_number_of_questions(told, django_assert_max_num_queries):
    ana, _, booking_id = told
    client = browser(ana)
    client.get("/my/messages")
    with django_assert_max_num_queries(1_000) as few:
        client.get("/my/messages")
    InboxItem.objects.bulk_create(
        InboxItem(
            event_seq=10**9 + number,
            event_name="booking.waiting",
            recipient_id=ana.id,
            role="customer",
            template="booking-requested",
            reference=f"booking:{booking_id}",
            told_at=clock_now() - timedelta(days=1, minutes=number),
            id=new_id(),
        )
        for number in range(45)
    )
    total = InboxItem.objects.filter(recipient_id=ana.id).count()

    # A page has twenty lines, and a line is written with one look at its job's trade.
    with django_assert_max_num_queries(len(few) + 20):
        text = client.get("/my/messages").content.decode()

    seen, pages = text.count('class="row '), 1
    while found := re.search(r'href="(\?before=[^"]+)"', text):
        text = client.get(f"/my/messages{found[1]}").content.decode()
        seen, pages = seen + text.count('class="row '), pages + 1
    assert (seen, pages) == (total, -(-total // 20))
    assert client.get("/my/messages?before=made-up").status_code == 400


def test_an_empty_inbox_says_so():
    people.catalogue()

    assert "No messages yet" in browser(people.customer("Ana")).get("/my/messages").content.decode()
