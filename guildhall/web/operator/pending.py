"""The first page: what waits for an operator, and beside it the decision."""

from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from guildhall.bookings.queries import access_booking
from guildhall.eventlog.commands import retry_parked
from guildhall.eventlog.queries import get_parked
from guildhall.identity.types import Scope
from guildhall.kernel.ids import read_public_id
from guildhall.kernel.refusals import NotFound
from guildhall.web.operator.actions import ActionForm
from guildhall.web.operator.panes import booking_pane
from guildhall.web.operator.returning import done, done_words
from guildhall.web.operator.waiting import KINDS, Queue, counts_of, parked_item, queue_of
from guildhall.web.signin.access import PageRequest, asks_by_itself, needs_scope

_FACT = "fact-"
# A later page of the queue stays as it was when it was turned to.
_LATER = "later"


@require_safe
@needs_scope(Scope.SUPPORT, Scope.FINANCE)
def page(request: PageRequest) -> HttpResponse:
    """Show the queue (of one `kind`, or mixed) and the pane of the `item` that is looked at, by default the first."""
    return show(request, kind=request.GET.get("kind", ""), item=request.GET.get("item", ""))


@require_safe
@needs_scope(Scope.SUPPORT, Scope.FINANCE)
@asks_by_itself
def live(request: PageRequest) -> HttpResponse:
    """
    Give the rail's counts anew.

    Where the queue is shown (`mark`), it comes with them when it is another; and where there was no `item` to decide about, the first.
    """
    kind, mark, item = (request.GET.get(name, "") for name in ("kind", "mark", "item"))
    context: dict[str, Any] = {"kind": kind, "mark": mark, "section": "pending" if mark else ""}
    if mark and mark != _LATER:
        found = _queue(request, kind=kind, after=None)
        if found["mark"] != mark:
            wanted = item or _first(found["queue"])
            context |= {**found, "item": wanted, "is_anew": True, "is_pane_free": not item}
            context |= _pane(request, wanted, None) if not item else {}
    return render(request, "operator/parts/live.html", context)


def show(request: PageRequest, *, kind: str, item: str, tried: ActionForm | None = None) -> HttpResponse:
    """
    Show the queue and a pane.

    :param tried: a form that was refused, to be shown with what is wrong (422).
    """
    found = _queue(request, kind=kind, after=request.GET.get("after"))
    wanted = item or _first(found["queue"])
    context = {
        **found,
        "section": "pending",
        "item": wanted,
        "waits": sum(counts_of(request).values()),
        "done": done_words(request),
        **_pane(request, wanted, tried),
    }
    return render(request, "operator/pending.html", context, status=422 if tried is not None else 200)


def _queue(request: PageRequest, *, kind: str, after: str | None) -> dict[str, Any]:
    if kind and kind not in KINDS:
        raise BadRequest("there is no such kind")
    queue = queue_of(kind, after, counts_of(request), by=request.actor, at=request.received_at)
    return {
        "kind": kind,
        "kind_word": KINDS.get(kind),
        "queue": queue,
        "mark": _LATER if after else queue.mark,
        "here_kind": f"{request.application.url('home')}?{f'kind={kind}&' if kind else ''}",
        "back": f"/ops/?kind={kind}" if kind else "/ops/",
    }


def _first(queue: Queue) -> str:
    """Open the first thing by itself; after something is done too, so that the next comes without asking."""
    return queue.items[0].key if queue.items else ""


def _pane(request: PageRequest, item: str, tried: ActionForm | None) -> dict[str, Any]:
    if not item:
        return {}
    try:
        if item.startswith(_FACT):
            return {"fact": parked_item(get_parked(_fact_id(item.removeprefix(_FACT))))}
        card = access_booking(booking_id=_booking_id(item), by=request.actor)
    except NotFound:
        return {"is_gone": True}
    return booking_pane(card, request, tried)


def _booking_id(item: str) -> UUID:
    return read_public_id("bk", item)


def _fact_id(text: str) -> int:
    if not text.isdecimal() or len(text) > len(str(2**62)):
        raise NotFound
    return int(text)


@require_POST
@needs_scope(Scope.SUPPORT)
def retry(request: PageRequest, fact_id: int) -> HttpResponse:
    """Let a parked fact be tried again now."""
    get_parked(fact_id)
    retry_parked(parked_id=fact_id, at=request.received_at)
    return done(request, "retry", home="/ops/health")
