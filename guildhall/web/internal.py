"""The sandbox's edges: its clock, and whom its residents may answer. They exist in sandbox settings only, for this machine only."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from guildhall.eventlog import queries as eventlog
from guildhall.kernel.ids import public_id
from guildhall.kernel.refusals import Invalid, NotFound
from guildhall.matching import queries as matching
from guildhall.timers import commands, queries
from guildhall.web.api.parsing import read_object
from guildhall.web.clients import client_address, is_loopback

_MOST_SHOWN = 500
_OPEN_OFFERS = """
    select o.id, c.reference, o.provider_id, o.tier_rank, c.mode, o.expires_at
    from matching_cascade c join matching_offer o on o.cascade_id = c.id and o.wave_number = c.wave_number
    where c.status = 'live' and o.status = 'open' and o.expires_at > timers.clock_now() order by o.expires_at limit %s
"""
_GOING_ON = """
    select id, status, mode, customer_id, provider_id, lower(planned), minutes_from,
           case when status = 'arrived' and not is_pinned then start_code end,
           case status when 'arrived' then arrived_at when 'in_progress' then started_at when 'completed' then finished_at end
    from bookings_booking
    where status in ('awaiting_card', 'confirmed', 'en_route', 'arrived', 'in_progress', 'completed')
      and lower(planned) < timers.clock_now() + interval '1 day' order by lower(planned) limit %s
"""
# What is due and not done; a job that is tried again has a time of its own.
_WAITING = {
    "deadlines": queries.OVERDUE,
    "facts": eventlog.WAITING,
    "rankings": matching.AWAITING_RANKING,
    "jobs": """
        select count(*) from procrastinate_jobs
        where status in ('todo', 'doing') and (scheduled_at is null or scheduled_at <= now())
    """,
}
_TRAVEL_SECONDS_MAX = 20 * 366 * 86_400
_PATIENCE_SECONDS_MAX = 5
_LOOK_EVERY_SECONDS = 0.05


class BadOffset(Invalid):
    """The offset is not a number of seconds, or leads further ahead than twenty years."""

    code = "bad_offset"
    status = 400
    default_detail = 'Send {"offset_seconds": number}.'


class BadPatience(Invalid):
    """The patience is not a number of seconds, or too long for one request."""

    code = "bad_patience"
    status = 400
    default_detail = "`patience` is a number of seconds, 5 at most."


@csrf_exempt
@require_http_methods(["GET", "POST"])
def clock(request: HttpRequest) -> HttpResponse:
    """
    Tell the clock's now, its next deadline and whether everything that was due is done; POST sets it ahead.

    `patience` is how many seconds (real time) the answer may wait for that; without it, the answer is as things stand.
    """
    if not is_loopback(client_address(request)):
        raise NotFound
    give_up_at = time.monotonic() + _patience(request)
    if request.method == "POST":
        commands.travel_to(travelled=_offset(request.body))
    while not (state := _look()).is_quiet and time.monotonic() < give_up_at:
        time.sleep(_LOOK_EVERY_SECONDS)
    return JsonResponse(
        {
            "now": state.now.isoformat(),
            "offset_seconds": state.travelled_seconds,
            "next_deadline": state.next_deadline.isoformat() if state.next_deadline else None,
            "idle": not any(state.waiting.values()),
            "waiting": state.waiting,
        }
    )


@dataclass(frozen=True)
class _Look:
    """What the clock says, and how much that is due is not done, by kind."""

    now: datetime
    travelled_seconds: float
    next_deadline: datetime | None
    waiting: dict[str, int]

    @property
    def is_quiet(self) -> bool:
        """Nothing is at work, and no deadline has passed without being dealt with."""
        return not any(self.waiting.values()) and (self.next_deadline is None or self.next_deadline > self.now)


def _look() -> _Look:
    """Read everything as of one moment: what passes from hand to hand meanwhile (a job publishes a fact) would be seen in neither."""
    with connection.cursor() as cursor:
        cursor.execute(_look_sql())
        now, travelled_seconds, next_deadline, *counts = cursor.fetchone()
    waiting = {name: int(count) for name, count in zip(_WAITING, counts, strict=True)}
    return _Look(now, travelled_seconds, next_deadline, waiting)


@cache
def _look_sql() -> str:
    asked = ("select timers.clock_now()", queries.TRAVELLED_SECONDS, queries.next_deadline_sql(), *_WAITING.values())
    return f"select {', '.join(f'({query})' for query in asked)}"


@require_http_methods(["GET"])
def waiting(request: HttpRequest) -> HttpResponse:
    """
    Tell which offers are open and which bookings go on, by public ids, so that one reader can play a whole city's people.

    What they then do they do as themselves, through the API. Where a job's place is no pin, so that being there proves nothing, they
    hear what its customer says at the door.
    """
    if not is_loopback(client_address(request)):
        raise NotFound
    with connection.cursor() as cursor:
        cursor.execute(_OPEN_OFFERS, [_MOST_SHOWN])
        offers = cursor.fetchall()
        cursor.execute(_GOING_ON, [_MOST_SHOWN])
        bookings = cursor.fetchall()
    shown_offers = [
        {
            "id": public_id("of", offer_id),
            "booking": reference.partition(":")[2],
            "provider": public_id("pr", provider_id),
            "tier": tier_rank,
            "mode": mode,
            "expires_at": expires_at.isoformat(),
        }
        for offer_id, reference, provider_id, tier_rank, mode, expires_at in offers
    ]
    shown_bookings = [
        {
            "id": public_id("bk", booking_id),
            "status": status,
            "mode": mode,
            "customer": public_id("cu", customer_id),
            "provider": public_id("pr", provider_id) if provider_id else None,
            "starts_at": starts_at.isoformat(),
            "minutes": minutes,
            "said_at_the_door": said,
            "since": since.isoformat() if since else None,
        }
        for booking_id, status, mode, customer_id, provider_id, starts_at, minutes, said, since in bookings
    ]
    now = queries.clock_now().isoformat()
    return JsonResponse({"now": now, "offers": shown_offers, "bookings": shown_bookings})


def _offset(raw: bytes) -> timedelta:
    seconds = read_object(raw).get("offset_seconds")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= _TRAVEL_SECONDS_MAX:
        raise BadOffset
    return timedelta(seconds=seconds)


def _patience(request: HttpRequest) -> float:
    try:
        seconds = float(request.GET.get("patience", 0))
    except ValueError:
        raise BadPatience from None
    if not 0 <= seconds <= _PATIENCE_SECONDS_MAX:
        raise BadPatience
    return seconds
