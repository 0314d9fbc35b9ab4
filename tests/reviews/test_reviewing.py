"""Both sides say how a job was: unseen by one another, each once, until both are in or the window ends."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection

from guildhall.eventlog.commands import ensure_subscriptions
from guildhall.eventlog.queries import timeline
from guildhall.kernel.actors import Actor
from guildhall.kernel.ids import new_id
from guildhall.kernel.refusals import NotAllowed, NotFound
from guildhall.kernel.texts import BadText
from guildhall.policy.commands import set_policy
from guildhall.policy.types import ReviewPolicy
from guildhall.providers.queries import get_profile
from guildhall.reviews.commands import (
    AlreadyReplied,
    AlreadyReviewed,
    BadRating,
    ReviewsClosed,
    WorkNotDone,
    reply_to_review,
    submit_review,
)
from guildhall.reviews.invariants import INVARIANTS
from guildhall.reviews.models import Review, Window
from guildhall.reviews.queries import reviews_of, reviews_of_booking
from guildhall.timers.queries import clock_now
from tests import given_bookings as given
from tests import given_people as people
from tests.given_matching import clock_at, later

pytestmark = pytest.mark.django_db


class Job:
    """A job that Priya did for Ana."""

    def __init__(self) -> None:
        ensure_subscriptions()
        (self.priya,) = given.given_providers(1)
        self.ana = people.customer("Ana", card=True)
        self.id = given.completed(self.ana, self.priya)
        given.let_it_happen()

    def review(self, by, rating=5, comment=""):
        return submit_review(booking_id=self.id, rating=rating, comment=comment, by=by.actor, at=clock_now())

    def seen(self, by):
        """(side, rating) of what somebody sees."""
        found = reviews_of_booking(booking_id=self.id, by=by.actor, at=clock_now())
        return [(card.side.value, card.rating) for card in found.reviews]

    def facts(self):
        return [fact.name for fact in timeline(f"booking:{self.id}") if fact.name.startswith("review.")]

    def rating(self):
        profile = get_profile(self.priya.id)
        return profile.rating, profile.rating_count


@pytest.fixture
def job():
    made = Job()
    yield made
    assert breaches() == []


def breaches():
    found = []
    for invariant in INVARIANTS:
        with connection.cursor() as cursor:
            cursor.execute(invariant.sql)
            found += cursor.fetchall()
    return found


def test_the_first_review_stays_hidden_and_does_not_count_until_the_other_side_has_written(job):
    job.review(job.ana, 5, "On time, and kind.")

    assert job.seen(job.ana) == [("customer", 5)]
    assert job.seen(job.priya) == []
    assert reviews_of_booking(booking_id=job.id, by=job.priya.actor, at=clock_now()).is_other_in
    assert reviews_of(job.priya.id) == []
    assert job.rating() == (None, 0)

    job.review(job.priya, 4)

    assert job.seen(job.ana) == job.seen(job.priya) == [("customer", 5), ("provider", 4)]
    (card,) = reviews_of(job.priya.id)
    assert (card.rating, card.comment, card.reviewer_name) == (5, "On time, and kind.", "Ana A.")
    assert job.rating() == (5.0, 1)
    assert job.facts() == ["review.submitted", "review.submitted", "review.published", "review.published"]


def test_the_end_of_the_window_shows_what_was_written(job):
    job.review(job.ana, 2)
    closes_at = Window.objects.get().closes_at
    clock_at(closes_at - timedelta(seconds=1))
    given.let_it_happen()
    assert job.rating() == (None, 0)

    clock_at(closes_at)
    given.let_it_happen()

    assert job.seen(job.priya) == [("customer", 2)]
    assert job.rating() == (2.0, 1)
    with pytest.raises(ReviewsClosed):
        job.review(job.priya)
    assert not reviews_of_booking(booking_id=job.id, by=job.priya.actor, at=clock_now()).may_review
    assert job.facts() == ["review.submitted", "review.published"]


def test_nobody_writing_leaves_nothing(job):
    later(days=15)
    given.let_it_happen()

    assert job.facts() == []
    with pytest.raises(ReviewsClosed):
        job.review(job.ana)
    assert Review.objects.count() == 0


def test_the_window_is_as_long_as_the_policy_says_when_the_work_is_done():
    set_policy(ReviewPolicy(window_days=3), by=Actor.system("test"), at=clock_now(), reason="shorter")

    job = Job()

    window = Window.objects.get()
    assert window.closes_at - window.opened_at == timedelta(days=3)
    assert window.opened_at == given.booking(job.id).finished_at


def test_each_side_writes_once(job):
    job.review(job.ana, 5)

    with pytest.raises(AlreadyReviewed):
        job.review(job.ana, 1)

    assert job.seen(job.ana) == [("customer", 5)]
    assert job.facts() == ["review.submitted"]


def test_work_that_is_not_done_is_not_reviewed():
    (priya,) = given.given_providers(1)
    ana = people.customer("Ana", card=True)
    booking_id = given.started(ana, priya)

    for person in (ana, priya):
        with pytest.raises(WorkNotDone):
            submit_review(booking_id=booking_id, rating=5, by=person.actor, at=clock_now())

    assert Review.objects.count() == Window.objects.count() == 0


def test_only_the_two_sides_write_and_the_stars_and_words_have_limits(job):
    carl = people.customer("Carl")
    for by, refusal in ((carl.actor, NotFound), (people.operator("Olga").actor, NotAllowed)):
        with pytest.raises(refusal):
            submit_review(booking_id=job.id, rating=5, by=by, at=clock_now())
    with pytest.raises(NotFound):
        submit_review(booking_id=new_id(), rating=5, by=job.ana.actor, at=clock_now())
    for rating in (0, 6):
        with pytest.raises(BadRating):
            job.review(job.ana, rating)
    for comment in ("x" * 2_001, "a\x00b"):
        with pytest.raises(BadText):
            job.review(job.ana, 5, comment)

    assert Review.objects.count() == 0
    assert job.facts() == []


def test_whom_it_is_about_answers_once_where_everybody_sees_it(job):
    review_id = job.review(job.ana, 3, "Late.")
    hidden = {"review_id": review_id, "reply": "There was traffic.", "by": job.priya.actor, "at": clock_now()}
    with pytest.raises(NotFound):
        reply_to_review(**hidden)
    job.review(job.priya, 5)

    with pytest.raises(NotFound):
        reply_to_review(**{**hidden, "by": job.ana.actor})
    with pytest.raises(BadText):
        reply_to_review(**{**hidden, "reply": " "})
    reply_to_review(**hidden)
    with pytest.raises(AlreadyReplied):
        reply_to_review(**{**hidden, "reply": "And rain."})

    (card,) = reviews_of(job.priya.id)
    assert card.reply == "There was traffic."
    assert job.facts()[-1:] == ["review.replied"]


def test_the_newest_come_first_page_by_page():
    ensure_subscriptions()
    (priya,) = given.given_providers(1)
    written = []
    for name in ("Ana", "Bea", "Cora"):
        customer = people.customer(name, card=True)
        booking_id = given.completed(customer, priya)
        for person in (customer, priya):
            submit_review(booking_id=booking_id, rating=4, comment=name, by=person.actor, at=clock_now())
        written.insert(0, name)

    first = reviews_of(priya.id, limit=2)
    rest = reviews_of(priya.id, before=(first[-1].published_at, first[-1].id), limit=2)

    assert [card.comment for card in [*first, *rest]] == written


@pytest.mark.parametrize(
    "change", ["rating = 1", "comment = 'Better.'", "reply = 'No.'", "status = 'hidden', published_at = null"]
)
def test_the_database_refuses_to_rewrite_what_was_said(job, change):
    review_id = job.review(job.ana, 5, "Good.")
    job.review(job.priya, 5)
    reply_to_review(review_id=review_id, reply="Thanks.", by=job.priya.actor, at=clock_now())

    with pytest.raises(DatabaseError), connection.cursor() as cursor, _savepoint():
        cursor.execute(f"update reviews_review set {change} where id = %s", [review_id])

    assert (Review.objects.get(id=review_id).rating, Review.objects.get(id=review_id).reply) == (5, "Thanks.")


def _savepoint():
    from django.db.transaction import atomic

    return atomic()
