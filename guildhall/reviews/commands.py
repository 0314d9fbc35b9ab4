"""What can be asked of reviews."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.transaction import atomic

from guildhall.bookings.queries import access_booking
from guildhall.eventlog.commands import publish
from guildhall.kernel.actors import Actor
from guildhall.kernel.refusals import Invalid, NotAllowed, NotFound, Refused
from guildhall.kernel.rows import add, fetch
from guildhall.kernel.texts import EmptyText, clean_text
from guildhall.policy.queries import get
from guildhall.policy.types import ReviewPolicy
from guildhall.reviews import publishing
from guildhall.reviews.events import ReviewReplied, ReviewSubmitted
from guildhall.reviews.models import Review, Window
from guildhall.reviews.types import COMMENT_LENGTH_MAX, RATING_MAX, RATING_MIN, REPLY_LENGTH_MAX, ReviewStatus, Side
from guildhall.timers.commands import set_timer

_SIDES = frozenset(Side)


class BadRating(Invalid):
    """Stars are whole, from one to five."""

    code = "bad_rating"
    default_detail = f"Give {RATING_MIN} to {RATING_MAX} stars."


class WorkNotDone(Refused):
    """There is nothing to review before the work is done."""

    code = "work_not_done"
    default_detail = "A job is reviewed after its work is done."


class AlreadyReviewed(Refused):
    """Each side writes once."""

    code = "already_reviewed"
    default_detail = "You have reviewed this job already."


class ReviewsClosed(Refused):
    """The window has ended."""

    code = "reviews_closed"
    status = 410
    default_detail = "The time for reviewing this job is over."


class AlreadyReplied(Refused):
    """One reply to a review."""

    code = "already_replied"
    default_detail = "You have answered this review already."


@atomic
def submit_review(*, booking_id: UUID, rating: int, comment: str = "", by: Actor, at: datetime) -> UUID:
    """
    Say how the other side of a done job was: `rating` stars from 1 to 5, and what there is to say.

    It stays hidden until the other side has written too, or the window has ended.

    :raises NotAllowed: when the asker is neither a customer nor a provider; :raises NotFound: of another booking.
    :raises BadRating: :raises BadText: the comment is over 2,000 characters or holds what cannot be shown.
    :raises WorkNotDone: :raises ReviewsClosed: :raises AlreadyReviewed:
    """
    if by.kind not in _SIDES:
        raise NotAllowed
    side = Side(by.kind)
    card = access_booking(booking_id=booking_id, by=by)
    if not RATING_MIN <= rating <= RATING_MAX:
        raise BadRating
    comment = clean_text(comment, field="comment", length_max=COMMENT_LENGTH_MAX)
    if card.finished_at is None or card.provider_id is None:
        raise WorkNotDone
    open_window(
        booking_id=booking_id, customer_id=card.customer_id, provider_id=card.provider_id, finished_at=card.finished_at
    )
    window = fetch(Window, "booking_id", booking_id, lock="update")
    assert window is not None, "it is open by now"
    written = set(Review.objects.filter(window=window).values_list("side", flat=True))
    if side in written:
        raise AlreadyReviewed
    if at >= window.closes_at:
        raise ReviewsClosed
    return _write(window, side, is_first=not written, rating=rating, comment=comment, by=by, at=at)


def _write(window: Window, side: Side, *, is_first: bool, rating: int, comment: str, by: Actor, at: datetime) -> UUID:
    people = {Side.CUSTOMER: window.customer_id, Side.PROVIDER: window.provider_id}
    review = Review(
        window=window,
        side=side,
        reviewer_id=people[side],
        reviewee_id=people[side.other],
        rating=rating,
        comment=comment,
        submitted_at=at,
    )
    add(review)
    publish(
        publishing.fact(ReviewSubmitted, review, window, is_first=is_first, closes_at=window.closes_at), by=by, at=at
    )
    if not is_first:
        publishing.publish_all(window, by=by, at=at)
    return review.id


def open_window(*, booking_id: UUID, customer_id: UUID, provider_id: UUID, finished_at: datetime) -> None:
    """Let both sides of a done job review each other from its end on, for as long as the policy says now. Once more changes nothing."""
    closes_at = finished_at + timedelta(days=get(ReviewPolicy).window_days)
    opened = Window(
        booking_id=booking_id,
        customer_id=customer_id,
        provider_id=provider_id,
        opened_at=finished_at,
        closes_at=closes_at,
    )
    if Window.objects.filter(booking_id=booking_id).exists():
        return
    Window.objects.bulk_create([opened], ignore_conflicts=True)
    set_timer(kind=publishing.WINDOW_ENDS, reference=str(booking_id), due_at=closes_at)


@atomic
def reply_to_review(*, review_id: UUID, reply: str, by: Actor, at: datetime) -> None:
    """
    Answer a review of oneself, once, where everybody sees it.

    :raises NotFound: when there is none, it is about somebody else, or not visible yet.
    :raises BadText: an empty reply, one over 1,000 characters, or one that cannot be shown. :raises AlreadyReplied:
    """
    if by.kind not in _SIDES:
        raise NotAllowed
    about_me = Review.objects.filter(id=review_id, reviewee_id=by.id, status=ReviewStatus.PUBLISHED)
    review = about_me.select_for_update(of=("self",)).first()
    if review is None:
        raise NotFound
    reply = clean_text(reply, field="reply", length_max=REPLY_LENGTH_MAX)
    if not reply:
        raise EmptyText("reply")
    if not review.answer(reply=reply, replied_at=at):
        raise AlreadyReplied
    publish(publishing.fact(ReviewReplied, review, review.window), by=by, at=at)
