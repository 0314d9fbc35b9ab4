"""The durable feed: each fact once, for each who may see it, at dense positions; and the inbox, read in one's own language."""

import json
from itertools import pairwise

import pytest
from django.db import DatabaseError, connection
from django.db.transaction import atomic

from guildhall.eventlog import delivery
from guildhall.eventlog.models import Subscription
from guildhall.identity.models import Account
from guildhall.kernel.ids import new_id, public_id
from guildhall.matching.commands import decline_offer
from guildhall.notifications.commands import mark_read
from guildhall.notifications.models import FeedRow, InboxItem
from guildhall.notifications.queries import feed_after, feed_head, inbox, unread_count
from guildhall.timers.queries import clock_now
from tests import given_bookings as given
from tests import given_people as people

pytestmark = pytest.mark.django_db


def feed(person):
    return feed_after(person.id, 0, limit=1_000)


def kinds(person, reference=""):
    return [entry.kind for entry in feed(person) if reference in {"", entry.reference}]


@pytest.fixture
def pair():
    priya, diego = given.given_providers(1, 1)
    return people.customer("Ana", card=True), priya, diego


def test_both_sides_follow_a_job_in_order_and_nobody_else_sees_it(pair):
    ana, priya, diego = pair
    booking_id = given.completed(ana, priya)
    given.let_it_happen()
    reference = f"booking:{booking_id}"

    assert [kind for kind in kinds(ana, reference) if kind.startswith("booking.")] == given.facts(
        booking_id, "booking."
    )
    after_confirmation = given.facts(booking_id, "booking.")[
        given.facts(booking_id, "booking.").index("booking.confirmed") :
    ]
    assert [kind for kind in kinds(priya, reference) if kind.startswith("booking.")] == after_confirmation
    assert "wave.opened" in kinds(ana, reference)
    assert set(kinds(diego, reference)) == {"wave.opened", "offer.withdrawn"}
    for person in (ana, priya, diego):
        positions = [entry.position for entry in feed(person)]
        assert positions == list(range(1, feed_head(person.id) + 1))
    assert feed_after(ana.id, feed_head(ana.id) - 2, limit=1) == feed(ana)[-2:-1]


def test_a_row_names_public_ids_and_only_ones_own_offer(pair):
    ana, priya, diego = pair
    booking_id = given.scheduled(ana)
    given.let_it_happen()
    offers = given.offers(booking_id)

    def ids(person):
        return next(entry.ids for entry in feed(person) if entry.kind == "wave.opened")

    booking = public_id("bk", booking_id)
    assert ids(ana) == {"booking": booking}
    assert ids(priya) == {"booking": booking, "offer": public_id("of", offers[priya.id])}
    assert ids(diego) == {"booking": booking, "offer": public_id("of", offers[diego.id])}

    decline_offer(offer_id=offers[diego.id], reason="Too far.", by=diego.actor, at=clock_now())
    delivery.drain()
    declined = [entry for entry in feed(ana) if entry.kind == "offer.declined"]
    assert [entry.ids for entry in declined] == [{"booking": booking}]
    assert "offer.declined" not in kinds(priya)


def test_private_words_never_stand_in_a_feed(pair):
    ana, priya, _ = pair
    given.completed(ana, priya, instructions="The key is under the mat.")
    given.let_it_happen()

    everything = json.dumps([[row.kind, row.reference, row.ids] for row in FeedRow.objects.all()])

    for private in ("mat", "Alvarez", "Ana", "92101", given.booking(_latest()).start_code):
        assert f" {private}" not in everything
        assert f'"{private}' not in everything
    keys = {key for row in FeedRow.objects.all() for key in row.ids}
    assert keys <= {"booking", "offer", "review"}


def _latest():
    from guildhall.bookings.models import Booking

    return Booking.objects.latest("requested_at").id


def test_hearing_the_log_again_writes_nothing_twice_and_leaves_no_hole(pair):
    ana, priya, _ = pair
    given.taken(ana, priya)
    given.let_it_happen()
    before = {person.id: (feed(person), inbox(person.id)) for person in (ana, priya)}

    Subscription.objects.filter(name="feed").update(position=0)
    delivery.drain()

    assert {person.id: (feed(person), inbox(person.id)) for person in (ana, priya)} == before


def test_operators_follow_what_changes_their_pending_work(pair):
    ana, _, _ = pair
    olga = people.operator("Olga")
    booking_id = given.scheduled(ana, category="video", hours_ahead=96)
    given.let_it_happen()

    assert kinds(olga, f"booking:{booking_id}") == ["booking.requested", "booking.unfilled"]


def test_the_database_keeps_the_feed_as_it_was(pair):
    ana, priya, _ = pair
    given.taken(ana, priya)
    delivery.drain()

    for statement in ("update notifications_feed_row set kind = 'x'", "delete from notifications_feed_row"):
        with pytest.raises(DatabaseError, match="permission denied"), atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_the_inbox_tells_the_same_as_the_mails_newest_first_until_it_is_read(pair):
    ana, priya, _ = pair
    booking_id = given.taken(ana, priya)
    given.let_it_happen()

    items = inbox(ana.id)
    assert [item.kind for item in items] == ["booking.confirmed", "booking.requested"]
    assert all(earlier.told_at >= later.told_at for earlier, later in pairwise(items))
    assert items[0].link.endswith(f"/my/bookings/{public_id('bk', booking_id)}")
    assert 8 <= len(items[0].title) <= 120
    assert unread_count(ana.id) == 2

    assert mark_read(account_id=ana.id, item_ids=[items[0].id], at=clock_now()) == 1
    assert [item.is_read for item in inbox(ana.id)] == [True, False]
    assert mark_read(account_id=priya.id, item_ids=[items[1].id], at=clock_now()) == 0
    assert unread_count(ana.id) == 1
    assert mark_read(account_id=ana.id, item_ids=None, at=clock_now()) == 1
    assert mark_read(account_id=ana.id, item_ids=None, at=clock_now()) == 0

    first = inbox(ana.id, limit=1)
    assert inbox(ana.id, before=(first[0].told_at, first[0].id)) == inbox(ana.id)[1:]


def test_an_item_about_something_that_is_gone_is_left_out(pair):
    ana, priya, _ = pair
    given.taken(ana, priya)
    given.let_it_happen()
    InboxItem.objects.filter(recipient_id=ana.id, event_name="booking.requested").update(
        reference=f"booking:{new_id()}"
    )

    assert [item.kind for item in inbox(ana.id)] == ["booking.confirmed"]


def test_the_reader_s_language_is_that_of_today(pair, settings):
    ana, priya, _ = pair
    given.taken(ana, priya)
    given.let_it_happen()
    before = [item.title for item in inbox(ana.id)]

    Account.objects.filter(id=ana.id).update(language="es")

    assert len(inbox(ana.id)) == len(before)
