"""One box for everything: a booking by its id, a person by e-mail, telephone or name."""

from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from guildhall.bookings.queries import access_booking, get_bookings, list_bookings
from guildhall.bookings.types import BookingCard
from guildhall.identity.queries import find_accounts
from guildhall.identity.types import AccountCard, Role, Scope
from guildhall.kernel.actors import Actor
from guildhall.kernel.ids import BadPublicId, read_public_id
from guildhall.kernel.refusals import NotFound
from guildhall.web.operator.reading import Person, booking_href, lines_of, person_href
from guildhall.web.signin.access import PageRequest, needs_scope
from guildhall.web.signin.answering import SeeOther

_LENGTH_MAX = 120
_PEOPLE = 20
_BOOKINGS = 5
_PREFIXES = {"cu": "customer", "pr": "provider"}


@require_safe
@needs_scope(Scope.SUPPORT, Scope.FINANCE)
def page(request: PageRequest) -> HttpResponse:
    """Go to the only thing that fits, or show those that do."""
    text = request.GET.get("q", "").strip()
    if len(text) > _LENGTH_MAX or not text.isprintable():
        raise BadRequest("nobody is called so")
    named = _named(text, request.actor)
    if named:
        return SeeOther(named)
    found = [account for account in find_accounts(text, limit=_PEOPLE) if account.role != Role.OPERATOR]
    if len(found) == 1 and person_href(found[0].role, found[0].id):
        return SeeOther(person_href(found[0].role, found[0].id))
    context = {
        "section": "search",
        "query": text,
        "people": [Person.of(account) for account in found],
        "lines": lines_of(_bookings_of(found, request.actor)),
    }
    return render(request, "operator/search.html", context)


def _named(text: str, by: Actor) -> str:
    """Read an outside name or a bare id; an empty text when it is none of ours."""
    try:
        if text.startswith("bk_"):
            return booking_href(access_booking(booking_id=read_public_id("bk", text), by=by).id)
        prefix = text.partition("_")[0]
        if prefix in _PREFIXES:
            return person_href(_PREFIXES[prefix], read_public_id(prefix, text))
    except (BadPublicId, NotFound):
        return ""
    try:
        booking_id = UUID(text)
    except ValueError:
        return ""
    return booking_href(booking_id) if get_bookings(booking_ids=[booking_id], by=by) else ""


def _bookings_of(accounts: list[AccountCard], by: Actor) -> list[BookingCard]:
    """Give the latest bookings, by when the work is, of the first of those found: usually they are what is asked for."""
    return list_bookings(by=by, of=accounts[0].id, limit=_BOOKINGS) if accounts else []
