"""The page of a booking: its whole story, who was asked and why, its money, its people and what was told to them."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from guildhall.bookings.queries import access_booking, get_work, on_the_way
from guildhall.bookings.types import BookingCard
from guildhall.customers.queries import places_near
from guildhall.eventlog.queries import timeline
from guildhall.identity.types import Scope
from guildhall.kernel.ids import read_public_id
from guildhall.matching.queries import candidates
from guildhall.notifications.queries import log_of
from guildhall.web.evidence import pictures_of
from guildhall.web.operator import story
from guildhall.web.operator.actions import ActionForm
from guildhall.web.operator.panes import booking_pane
from guildhall.web.operator.returning import done_words
from guildhall.web.pages.maps import Point
from guildhall.web.pages.moments import miles
from guildhall.web.signin.access import PageRequest, needs_scope


@require_safe
@needs_scope(Scope.SUPPORT, Scope.FINANCE)
def page(request: PageRequest, booking_id: str) -> HttpResponse:
    """Show a booking."""
    card = access_booking(booking_id=read_public_id("bk", booking_id), by=request.actor)
    return show(request, card)


def show(request: PageRequest, card: BookingCard, tried: ActionForm | None = None) -> HttpResponse:
    """
    Show a booking; a form that was refused with what is wrong (422).
    """
    facts, found, sent = timeline(card.reference), candidates(card.reference), log_of(card.reference)
    people = story.people_in(card, facts, found, sent)
    context: dict[str, Any] = {
        "section": "bookings",
        "back": request.application.url("booking", request.resolver_match.kwargs["booking_id"])
        if request.resolver_match
        else "",
        "done": done_words(request),
        **booking_pane(card, request, tried, people),
        **_work_of(card, request),
        "story": story.story_of(facts, people),
        "waves": story.waves_of(found, facts, people),
        "ledger": story.ledger_lines(card),
        "movements": story.movements_of(card),
        "messages": story.messages_of(sent, people),
        "tips": story.tips_of(card),
    }
    return render(request, "operator/booking.html", context, status=422 if tried is not None else 200)


def _work_of(card: BookingCard, request: PageRequest) -> dict[str, Any]:
    """Give where the provider is, when they are on the way, and what they say and show of the work."""
    way = on_the_way(card, by=request.actor, at=request.received_at)
    found: dict[str, Any] = {"way": way}
    if card.arrived_at is not None:
        work = get_work(booking_id=card.id, by=request.actor, at=request.received_at)
        found |= {"work": work, "pictures": pictures_of(work.photographs)}
    if way is None:
        return found
    here = Point(card.latitude, card.longitude, gettext("Address"), "pin")
    there = Point(way.position.latitude, way.position.longitude, gettext("Provider"), "person")
    around = [Point(one.latitude, one.longitude, one.zip_code) for one in places_near(card.latitude, card.longitude)]
    return {**found, "way_distance": miles(way.distance_metres), "way_points": [here, there, *around]}
