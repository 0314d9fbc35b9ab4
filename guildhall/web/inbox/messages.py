"""The inbox: newest first, what is unread stands out; reading one leads to what it is about."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from guildhall.notifications.commands import mark_read
from guildhall.notifications.queries import get_inbox_item, inbox_page, unread_count
from guildhall.notifications.types import InboxCard
from guildhall.web.api.reading import make_time_cursor, read_time_cursor
from guildhall.web.signin.access import PageRequest, asks_by_itself
from guildhall.web.signin.answering import SeeOther
from guildhall.web.signin.returning import is_inside


@require_safe
def page(request: PageRequest) -> HttpResponse:
    """Show a page of what was told."""
    return render(request, "inbox/messages.html", _context(request))


@require_safe
@asks_by_itself
def part(request: PageRequest) -> HttpResponse:
    """Give the page's list anew."""
    return render(request, "inbox/list.html", _context(request))


@require_safe
@asks_by_itself
def unread(request: PageRequest) -> HttpResponse:
    """Give the number of unread messages anew, as it stands in the navigation; an application's other counts come along."""
    shown = {"count": unread_count(request.account.id), "live": request.path}
    return render(request, [f"{request.application.name}/counts.html", "pages/components/unread.html"], shown)


@require_POST
def read_one(request: PageRequest, message_id: UUID) -> HttpResponse:
    """Mark a message as read, and go where it leads."""
    card = get_inbox_item(request.account.id, message_id)
    mark_read(account_id=request.account.id, item_ids=[card.id], at=request.received_at)
    return SeeOther(_path(request, card))


@require_POST
def read_all(request: PageRequest) -> HttpResponse:
    """Mark everything as read."""
    mark_read(account_id=request.account.id, item_ids=None, at=request.received_at)
    return SeeOther(request.application.url("messages"))


def _context(request: PageRequest) -> dict[str, Any]:
    kind = f"inbox:{request.account.id}"
    cursor = request.GET.get("before")
    found = inbox_page(request.account.id, before=read_time_cursor(kind, cursor))
    older = "?before=" + make_time_cursor(kind, *found.older) if found.older else ""
    return {
        "rows": [(card, _path(request, card)) for card in found.cards],
        "unread": unread_count(request.account.id),
        "older": older,
        "cursor": cursor or "",
        "section": "messages",
    }


def _path(request: PageRequest, card: InboxCard) -> str:
    """Where a message leads within the application; its home when that is elsewhere."""
    path = card.link.removeprefix(settings.PUBLIC_URL)
    return path if is_inside(path, request.application) else request.application.url("home")
