"""The subscription `feed`: a row for each person who may see a fact, and their inbox, in one transaction. Nothing waits for it."""

from guildhall.eventlog.commands import on
from guildhall.eventlog.types import Event, Fact
from guildhall.notifications.feed import writing
from guildhall.notifications.feed.kinds import FOLLOWED, audience
from guildhall.notifications.routing import inbox_items


def show_whom_it_concerns(event: Event, fact: Fact) -> None:
    """Write the fact into the inboxes that the matrix names and the feeds of those who may see it. Once more changes nothing."""
    writing.fill_inboxes(inbox_items(event, fact))
    writing.append(event, fact, dict(audience(event)))


for _event in FOLLOWED:
    on(_event)(show_whom_it_concerns)
