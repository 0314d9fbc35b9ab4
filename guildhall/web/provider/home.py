"""Today: the switch, what waits for an answer, and the jobs in the order of their time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from guildhall.bookings.queries import list_jobs
from guildhall.bookings.types import BookingStatus as S
from guildhall.matching.queries import list_offers
from guildhall.providers.commands import set_available_now
from guildhall.providers.queries import get_reach, get_schedule
from guildhall.web.provider.actions import action_of
from guildhall.web.provider.reading import Job, jobs, offers, place_of
from guildhall.web.provider.standing import missing_of
from guildhall.web.signin.access import PageRequest, asks_by_itself
from guildhall.web.signin.answering import SeeOther

_AHEAD = (S.CONFIRMED, S.EN_ROUTE, S.ARRIVED, S.IN_PROGRESS)
_AT_IT = (S.EN_ROUTE, S.ARRIVED, S.IN_PROGRESS)
_WAITING = (S.COMPLETED, S.CONTESTED, S.UNRESOLVED)
_OFFERS_SHOWN = 3
_JOBS_SHOWN = 10
NO_CONTENT = 204


@require_safe
def page(request: PageRequest) -> HttpResponse:
    """Show what there is to do, the next thing first."""
    return render(request, "provider/home.html", _today(request))


@require_safe
@asks_by_itself
def live(request: PageRequest) -> HttpResponse:
    """Give the day anew when it is another than the one that is shown (`mark`)."""
    found = _today(request)
    if found["mark"] == request.GET.get("mark"):
        return HttpResponse(status=NO_CONTENT)
    return render(request, "provider/home_live.html", found)


@require_POST
def availability(request: PageRequest) -> HttpResponse:
    """Turn the switch "I can come now"."""
    set_available_now(
        provider_id=request.account.id,
        available=request.POST.get("available") == "on",
        by=request.actor,
        at=request.received_at,
    )
    return SeeOther(request.application.url("home"))


def _today(request: PageRequest) -> dict[str, Any]:
    who, at = request.account.id, request.received_at
    zone = ZoneInfo(get_schedule(who).time_zone)
    planned = list_jobs(by=request.actor, provider_id=who, statuses=_AHEAD, limit=_JOBS_SHOWN + 1)
    done = list_jobs(by=request.actor, provider_id=who, statuses=_WAITING, limit=_JOBS_SHOWN + 1)
    shown = jobs([*planned[:_JOBS_SHOWN], *done[:_JOBS_SHOWN]])
    ahead = sorted((one for one in shown if one.card.status in _AHEAD), key=_order)
    waiting = list_offers(who, at=at, limit=_OFFERS_SHOWN)
    is_available = get_reach(who).available_now
    following = ahead[0] if ahead else None
    rest = ahead[1:]
    return {
        "section": "home",
        "today": at,
        "zone": str(zone),
        "is_available": is_available,
        "offers": offers(waiting),
        "next": following,
        "action": action_of(following.card, request) if following else None,
        "place": place_of(following.card) if following else None,
        "later": [one for one in rest if _day(one.card.starts_at, zone) <= _day(at, zone)],
        "coming": [one for one in rest if _day(one.card.starts_at, zone) > _day(at, zone)],
        "has_more": max(len(planned), len(done)) > _JOBS_SHOWN,
        "waiting": [one for one in shown if one.card.status in _WAITING],
        "missing": missing_of(who, at) if not shown and not waiting else [],
        "mark": _mark(shown, [card.id.hex for card in waiting], is_available=is_available),
    }


def _order(one: Job) -> tuple[bool, datetime]:
    """What is being done comes before what is planned, whatever its time."""
    return one.card.status not in _AT_IT, one.card.starts_at


def _day(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)


def _mark(shown: Sequence[Job], offered: Sequence[str], *, is_available: bool) -> str:
    parts = [f"{one.card.id.hex[-8:]}.{one.card.version}" for one in shown] + [one[-8:] for one in offered]
    return "-".join([str(int(is_available)), *parts])
