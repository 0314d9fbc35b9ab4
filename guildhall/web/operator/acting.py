"""Doing something with a booking: the address of each action of `actions.py`."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from guildhall.bookings.queries import access_booking
from guildhall.identity.types import Scope
from guildhall.kernel.ids import read_public_id
from guildhall.web.operator import booking as booking_pages
from guildhall.web.operator import pending
from guildhall.web.operator.actions import Action, told_why_not
from guildhall.web.operator.reading import booking_href
from guildhall.web.operator.returning import done
from guildhall.web.signin.access import PageRequest, needs_scope
from guildhall.web.signin.answering import refusals_beside
from guildhall.web.signin.returning import path_after


def view_of(action: Action) -> Callable[..., HttpResponse]:
    """Make the view of an action: 303 when it is done, else the page it was asked from with what is wrong."""

    @require_POST
    @needs_scope(Scope.SUPPORT)
    def act(request: PageRequest, booking_id: str) -> HttpResponse:
        card = access_booking(booking_id=read_public_id("bk", booking_id), by=request.actor)
        asked_from = path_after(request, request.application) if request.POST.get("next") else booking_href(card.id)
        form = action.fill(request.POST, card, request.received_at)
        if form.is_valid():
            with refusals_beside(form), told_why_not():
                action.run(card, form.cleaned_data, request.actor, request.received_at)
            if not form.errors:
                return done(request, action.slug, home=booking_href(card.id))
        asked = urlsplit(asked_from)
        if asked.path == request.application.url("home"):
            kind = parse_qs(asked.query).get("kind", [""])[0]
            return pending.show(request, kind=kind, item=booking_id, tried=form)
        return booking_pages.show(request, card, tried=form)

    act.__module__ = __name__
    act.__doc__ = str(action.label)
    return act
