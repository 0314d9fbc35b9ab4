"""What happened, for the one who asks (B11): the fallback of live pages, and the way back after a pause."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from guildhall.notifications.queries import feed_after, feed_head
from guildhall.notifications.types import FeedEntry
from guildhall.web.api.auth import OWN_ACCOUNT, who
from guildhall.web.api.fields import Instant
from guildhall.web.api.reading import reads

router = Router(tags=["feed"])
_MOST = 100
Place = Annotated[int, Field(ge=0, le=9_223_372_036_854_775_807)]


class FeedEntryOut(Schema):
    """A fact: `position` is dense for each account, `ids` are public ids by what they name (booking, offer, review)."""

    position: int
    kind: str
    ids: dict[str, str]
    at: Instant

    @classmethod
    def of(cls, entry: FeedEntry) -> "FeedEntryOut":
        """Show an entry."""
        return cls(position=entry.position, kind=entry.kind, ids=entry.ids, at=entry.told_at)


class FeedOut(Schema):
    """At most a hundred entries; while the last of them is before `head`, there are more after it."""

    items: list[FeedEntryOut]
    head: int


@router.get("/feed", response=FeedOut, auth=OWN_ACCOUNT)
@reads
def feed(request: HttpRequest, *, after: Place = 0) -> FeedOut:
    """Give what follows a position in one's own feed, in order and without a gap. `GET /api/v1/live` sends the same as it comes."""
    account_id = who(request).account_id
    head = feed_head(account_id)
    return FeedOut(items=[FeedEntryOut.of(entry) for entry in feed_after(account_id, after, limit=_MOST)], head=head)
