"""The provider on the way, as who waits sees it: in words and on the map."""

from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from guildhall.customers.queries import places_near
from guildhall.web.customer.live_state import LiveBooking
from guildhall.web.customer.reading import address_of, read_booking
from guildhall.web.customer.wording import direction
from guildhall.web.pages.maps import Point
from guildhall.web.signin.access import PageRequest, asks_by_itself

_SAID_STEP = 5
_NAMED_MOST = 24


@require_safe
@asks_by_itself
def part(request: PageRequest, booking_id: str) -> HttpResponse:
    """Give where the provider is by now; nothing (204) when that is not seen, or not any more."""
    context = way_of(LiveBooking(read_booking(request, booking_id), request, request.received_at))
    if not context:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return render(request, "customer/booking_way_now.html", context)


def way_of(live: LiveBooking) -> dict[str, Any]:
    """Give what is shown of the provider's way; it is nothing before they are on it."""
    way, place, provider = live.way, live.address, live.provider
    if way is None or place is None or provider is None:
        return {}
    minutes = way.minutes
    return {
        "live": live,
        "booking": live.card,
        "address": address_of(live.card),
        "place": place,
        "provider": provider,
        "way": way,
        "way_direction": direction(way.bearing_degrees),
        # What is read aloud changes every five minutes, and every minute at the end: often enough to know, seldom enough to bear.
        "way_said_minutes": minutes if minutes <= _SAID_STEP else -(-minutes // _SAID_STEP) * _SAID_STEP,
        "way_points": [
            Point(live.card.latitude, live.card.longitude, place.label or place.street, "pin"),
            Point(way.position.latitude, way.position.longitude, provider.first_name, "person"),
            *(
                Point(one.latitude, one.longitude, one.zip_code)
                for one in places_near(live.card.latitude, live.card.longitude, most=_NAMED_MOST)
            ),
        ],
    }
