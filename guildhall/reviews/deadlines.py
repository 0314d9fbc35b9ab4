"""The end of a window: what was written is shown, whether or not the other side has written."""

from collections.abc import Collection
from datetime import datetime

from guildhall.kernel.actors import Actor
from guildhall.reviews.models import Window
from guildhall.reviews.publishing import WINDOW_ENDS, publish_all
from guildhall.timers.commands import timer_kind

CLOCK = Actor.system("clock")


@timer_kind(WINDOW_ENDS)
def close_windows(references: list[str], at: datetime) -> Collection[str]:
    """Publish what is hidden in each window that has ended; a window that somebody is writing in is looked at again soon."""
    rows = Window.objects.select_for_update(skip_locked=True, of=("self",)).filter(booking_id__in=references)
    found = {str(window.booking_id): window for window in rows.order_by("booking_id")}
    for window in found.values():
        if window.closes_at <= at:
            publish_all(window, by=CLOCK, at=at)
    absent = set(references) - set(found)
    return absent & {
        str(key) for key in Window.objects.filter(booking_id__in=absent).values_list("booking_id", flat=True)
    }
