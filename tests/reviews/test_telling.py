"""Who is told of a review: whom it is about, and only when there is something to do or to read."""

import pytest

from guildhall.eventlog.commands import ensure_subscriptions
from guildhall.notifications import checking
from guildhall.reviews.commands import reply_to_review, submit_review
from guildhall.timers.queries import clock_now
from tests import given_bookings as given
from tests import given_people as people
from tests.given_notifications import cells, messages, past_and_sent, tell

pytestmark = pytest.mark.django_db


def test_each_is_told_of_what_the_other_did():
    ensure_subscriptions()
    (priya,) = given.given_providers(1)
    ana = people.customer("Ana", card=True)
    booking_id = given.completed(ana, priya)
    past_and_sent()

    review_id = submit_review(booking_id=booking_id, rating=5, by=ana.actor, at=clock_now())
    tell()

    assert cells(event_name__startswith="review.") == [("review.submitted", "provider", "email")]
    (waiting,) = messages(event_name="review.submitted")
    assert waiting.recipient_id == priya.id
    assert checking.look(waiting, at=clock_now()).contact.id == priya.id

    submit_review(booking_id=booking_id, rating=4, by=priya.actor, at=clock_now())
    reply_to_review(review_id=review_id, reply="Thank you.", by=priya.actor, at=clock_now())
    tell()

    assert cells(event_name__startswith="review.") == [
        ("review.published", "customer", "email"),
        ("review.published", "provider", "email"),
        ("review.replied", "customer", "email"),
        ("review.submitted", "provider", "email"),
    ]
    with pytest.raises(checking.Dropped, match="overtaken"):
        checking.look(waiting, at=clock_now())
