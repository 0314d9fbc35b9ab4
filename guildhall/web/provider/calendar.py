"""The calendar by day, week and month; time off; and the feed that other calendars subscribe to."""

from calendar import Calendar
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guildhall.bookings.queries import list_jobs
from guildhall.bookings.types import BookingStatus as S
from guildhall.identity.queries import get_contacts
from guildhall.kernel.actors import Actor
from guildhall.kernel.ids import public_id, read_public_id
from guildhall.kernel.refusals import NotFound
from guildhall.providers.queries import get_schedule
from guildhall.providers.types import Schedule
from guildhall.scheduling import commands
from guildhall.scheduling.queries import agenda, feed_number, to_instant, working_ranges
from guildhall.web.api.idempotency import once
from guildhall.web.pages.navigation import Place
from guildhall.web.provider.feed import as_icalendar
from guildhall.web.provider.reading import Job, jobs, place_of
from guildhall.web.provider.work_forms import TimeOff
from guildhall.web.signin.access import OpenRequest, PageRequest, open_page
from guildhall.web.signin.answering import UNPROCESSABLE, SeeOther, refusals_beside, sent

_VIEWS = ("day", "week", "month")
_SHOWN_A_CELL = 2
_SHOWN = [status for status in S if status != S.CANCELLED]
_SALT = "guildhall.calendar.feed"
_FEED_BACK, _FEED_AHEAD = timedelta(days=31), timedelta(days=366)
_YEARS = range(2000, 2200)


@dataclass(frozen=True)
class Off:
    """A stretch of time off; `id` is its outside name."""

    id: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Day:
    """A day in the provider's zone: its jobs by their begin, the time off that touches it, and when one works."""

    day: date
    jobs: list[Job]
    off: list[Off]
    hours: list[tuple[datetime, datetime]]
    is_today: bool
    is_other: bool = False

    noon: datetime | None = None

    @property
    def month(self) -> str:
        """What its month is called."""
        return str(MONTHS[self.day.month])

    @property
    def shown(self) -> list[Job]:
        """As many as a cell of a month holds."""
        return self.jobs[:_SHOWN_A_CELL]

    @property
    def more(self) -> int:
        """How many a cell of a month does not hold."""
        return max(0, len(self.jobs) - _SHOWN_A_CELL)


@require_safe
def page(request: PageRequest) -> HttpResponse:
    """Show a day, a week or a month (`view`, `day`)."""
    return render(request, "provider/calendar.html", _calendar(request))


@require_http_methods(["GET", "HEAD", "POST"])
def time_off(request: PageRequest) -> HttpResponse:
    """Take time off: a few days, or a part of one, in one's own zone."""
    schedule = get_schedule(request.account.id)
    form = TimeOff(sent(request))
    if form.is_valid():
        with refusals_beside(form):
            zone = schedule.time_zone
            starts_at = to_instant(form.cleaned_data["starts"], zone, fold=0)
            ends_at = to_instant(form.cleaned_data["ends"], zone, fold=1)

            def add() -> str:
                added = commands.add_time_off(
                    provider_id=request.account.id,
                    starts_at=starts_at,
                    ends_at=ends_at,
                    by=request.actor,
                    at=request.received_at,
                )
                return str(added)

            once(request.actor, form.cleaned_data["key"], add)
        if not form.errors:
            day = form.cleaned_data["starts"].date().isoformat()
            return SeeOther(f"{request.application.url('calendar')}?view=week&day={day}")
    status = UNPROCESSABLE if form.errors else 200
    context = {"section": "calendar", "form": form, "zone": schedule.time_zone}
    return render(request, "provider/time_off.html", context, status=status)


@require_POST
def time_off_removal(request: PageRequest, time_off_id: str) -> HttpResponse:
    """Take new work again in a stretch of time off."""
    found = read_public_id("to", time_off_id)
    commands.remove_time_off(
        provider_id=request.account.id, time_off_id=found, by=request.actor, at=request.received_at
    )
    return SeeOther(request.application.url("calendar"))


@require_http_methods(["GET", "HEAD", "POST"])
def subscription(request: PageRequest) -> HttpResponse:
    """Show the feed's address; POST makes a new one (the one before ends) or, with `end`, ends it."""
    if request.method == "POST":
        if "end" in request.POST:
            commands.close_feed(provider_id=request.account.id, by=request.actor)
        else:
            commands.open_feed(provider_id=request.account.id, by=request.actor)
        return SeeOther(request.application.url("calendar-subscription"))
    number = feed_number(request.account.id)
    token = signing.dumps([request.account.id.hex, number], salt=_SALT) if number else ""
    address = f"{settings.PUBLIC_URL}{request.application.url('calendar-feed', token)}" if token else ""
    return render(request, "provider/subscription.html", {"section": "calendar", "address": address})


@open_page
@require_safe
def feed(request: OpenRequest, token: str) -> HttpResponse:
    """Give the calendar to a program that holds its address: jobs with place and contact, and time off."""
    try:
        hexed, number = signing.loads(token, salt=_SALT)
        provider_id = UUID(hexed)
    except (signing.BadSignature, ValueError, TypeError):
        raise NotFound from None
    if number is None or feed_number(provider_id) != number:
        raise NotFound
    starts, ends = request.received_at - _FEED_BACK, request.received_at + _FEED_AHEAD
    actor = Actor.provider(provider_id)
    cards = list_jobs(by=actor, provider_id=provider_id, statuses=_SHOWN, starts_from=starts, starts_before=ends)
    # The program has no language of its own worth asking for: its owner has.
    with translation.override(get_contacts({provider_id})[provider_id].language or settings.LANGUAGE_CODE):
        shown = [(job, place_of(job.card)) for job in jobs(cards)]
        content = as_icalendar(shown, _off(provider_id, starts, ends), request.received_at)
    response = HttpResponse(content, content_type="text/calendar")
    response["Cache-Control"] = "private, max-age=300"
    return response


def _calendar(request: PageRequest) -> dict[str, Any]:
    who = request.account.id
    schedule = get_schedule(who)
    zone = ZoneInfo(schedule.time_zone)
    today = request.received_at.astimezone(zone).date()
    view = request.GET.get("view", "")
    view = view if view in _VIEWS else "week"
    day = _read_day(request.GET.get("day", ""), today)
    first, last = _span(view, day)
    off = _off(who, *_instants(first, last, zone))
    days = _days(request, schedule, first, last, today, off=off, month=day.month if view == "month" else None)
    return {
        "section": "calendar",
        "view": view,
        "day": day,
        "zone": schedule.time_zone,
        "title_at": datetime.combine(day, time(12), zone),
        "days": days,
        "weeks": [days[start : start + 7] for start in range(0, len(days), 7)],
        "off": off,
        "views": [
            Place(_address(request, name, day), words, "", is_current=name == view)
            for name, words in zip(_VIEWS, (_("Day"), _("Week"), _("Month")), strict=True)
        ],
        "before": _address(request, view, _moved(view, day, -1)),
        "after": _address(request, view, _moved(view, day, 1)),
        "today": _address(request, view, today),
        "schedule": schedule,
    }


def _days(
    request: PageRequest,
    schedule: Schedule,
    first: date,
    last: date,
    today: date,
    *,
    off: Sequence[Off],
    month: int | None,
) -> list[Day]:
    zone = ZoneInfo(schedule.time_zone)
    starts, ends = _instants(first, last, zone)
    who = request.account.id
    cards = list_jobs(by=request.actor, provider_id=who, statuses=_SHOWN, starts_from=starts, starts_before=ends)
    jobs_on: dict[date, list[Job]] = defaultdict(list)
    for one in jobs(cards):
        jobs_on[one.card.starts_at.astimezone(zone).date()].append(one)
    # A month has no room for the hours, and comparing moments of a zone with each other takes long.
    working = working_ranges(schedule, starts, ends) if month is None else []
    days = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        begins, over = (at.astimezone(UTC) for at in _instants(day, day, zone))
        days.append(
            Day(
                day=day,
                jobs=jobs_on[day],
                off=[one for one in off if one.starts_at < over and one.ends_at > begins],
                hours=[
                    (max(span.starts_at, begins), min(span.ends_at, over))
                    for span in working
                    if span.starts_at < over and span.ends_at > begins
                ],
                is_today=day == today,
                is_other=month is not None and day.month != month,
                noon=datetime.combine(day, time(12), zone),
            )
        )
    return days


def _off(provider_id: UUID, starts: datetime, ends: datetime) -> list[Off]:
    return [
        Off(public_id("to", entry.time_off_id), entry.starts_at, entry.ends_at)
        for entry in agenda(provider_id, starts, ends)
        if entry.time_off_id is not None
    ]


def _span(view: str, day: date) -> tuple[date, date]:
    if view == "day":
        return day, day
    if view == "week":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    weeks = Calendar().monthdatescalendar(day.year, day.month)
    return weeks[0][0], weeks[-1][-1]


def _moved(view: str, day: date, by: int) -> date:
    if view == "month":
        months = day.year * 12 + day.month - 1 + by
        return date(months // 12, months % 12 + 1, 1)
    return day + by * timedelta(days=1 if view == "day" else 7)


def _read_day(text: str, otherwise: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return otherwise
    return day if day.year in _YEARS[1:-1] else otherwise


def _instants(first: date, last: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From the first day's midnight to the one after the last, as clocks of the zone show it."""
    return datetime.combine(first, time(), zone), datetime.combine(last + timedelta(days=1), time(), zone)


def _address(request: PageRequest, view: str, day: date) -> str:
    return f"{request.application.url('calendar')}?view={view}&day={day.isoformat()}"
