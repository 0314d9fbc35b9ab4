"""What reviews do when they hear from bookings. May run twice."""

from guildhall.bookings.events import WorkCompleted
from guildhall.eventlog.commands import on
from guildhall.eventlog.types import Fact
from guildhall.reviews.commands import open_window


@on(WorkCompleted)
def let_both_sides_review(event: WorkCompleted, fact: Fact) -> None:
    """The work is done: both sides may say how it was. Whoever writes before this is heard opens the window by it."""
    if event.provider_id is not None:
        open_window(
            booking_id=event.aggregate_id,
            customer_id=event.customer_id,
            provider_id=event.provider_id,
            finished_at=fact.occurred_at,
        )
