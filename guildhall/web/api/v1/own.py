"""A provider's own working life: profile, switch, hours, area, categories, time off, agenda, and money."""

import re
from datetime import time, timedelta
from typing import Annotated, Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status
from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from guildhall.kernel.actors import Actor
from guildhall.kernel.money import Money
from guildhall.kernel.refusals import Invalid
from guildhall.payments import commands as payments
from guildhall.payments.queries import balance_of, get_onboarding, list_payouts
from guildhall.payments.types import OnboardingLink, PayoutCard
from guildhall.providers import commands
from guildhall.providers.queries import get_profile, get_reach, get_schedule
from guildhall.providers.types import Circle, Hours
from guildhall.scheduling import commands as calendar
from guildhall.scheduling.queries import agenda as list_agenda
from guildhall.scheduling.types import AgendaEntry
from guildhall.web.api.auth import PROVIDER, who
from guildhall.web.api.fields import BookingId, Instant, Key, PayoutId, TimeOffId
from guildhall.web.api.idempotency import changes
from guildhall.web.api.reading import reads
from guildhall.web.api.schemas import Body, MoneyOut, Page
from guildhall.web.api.v1.booking_shapes import booking_of
from guildhall.web.api.v1.catalogue import show_provider
from guildhall.web.api.v1.catalogue_shapes import ProviderOut
from guildhall.web.middleware import received_at

router = Router(tags=["providers"], auth=PROVIDER)
_AGENDA_DAYS = 14
_PAYOUT_MINOR_MAX = 100_000_000_00
_AGENDA_DAYS_MAX = 92
_CLOCK_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)


class BadAgendaWindow(Invalid):
    """The window ends before it starts, or is longer than a quarter."""

    code = "bad_window"
    default_detail = f"Give an end after the start, at most {_AGENDA_DAYS_MAX} days later."


def _read_clock_time(value: object) -> time:
    if not isinstance(value, str) or not _CLOCK_TIME.fullmatch(value):
        raise PydanticCustomError("clock_time", "Write a time of day like 09:30.")
    return time.fromisoformat(value)


ClockTime = Annotated[
    time,
    BeforeValidator(_read_clock_time),
    WithJsonSchema({"type": "string", "pattern": "^([01]\\d|2[0-3]):[0-5]\\d$"}),
]


class AvailabilityIn(Body):
    """The switch "I can come now"."""

    available_now: bool


class StretchIn(Body):
    """One stretch of a week: weekday 0 = Monday, wall time; an end at or before the start is on the next day."""

    weekday: Annotated[int, Field(ge=0, le=6)]
    starts: ClockTime
    ends: ClockTime


class WeekIn(Body):
    """The whole week, in place of the one before."""

    weekly: Annotated[list[StretchIn], Field(max_length=100)]


class CircleIn(Body):
    """A circle: WGS 84 degrees, metres."""

    latitude: float
    longitude: float
    radius_metres: float


class AreaIn(Body):
    """Where one works: a circle, or a GeoJSON Polygon or MultiPolygon (degrees, longitude first)."""

    circle: CircleIn | None = None
    geojson: dict[str, Any] | None = None


class CategoriesIn(Body):
    """The categories of work one takes, in place of those before."""

    categories: Annotated[list[Key], Field(max_length=100)]


class TimeOffIn(Body):
    """From when to when no work is taken."""

    starts_at: Instant
    ends_at: Instant


class TimeOffOut(Schema):
    """A stretch of time off."""

    id: TimeOffId
    starts_at: Instant
    ends_at: Instant


class AgendaOut(Schema):
    """Something that takes one's time: a `reservation` of a booking (travel buffer included), or `time_off`."""

    kind: str
    starts_at: Instant
    ends_at: Instant
    booking_id: BookingId | None
    time_off_id: TimeOffId | None

    @classmethod
    def of(cls, entry: AgendaEntry) -> "AgendaOut":
        """Show an entry."""
        return cls(
            kind=entry.kind,
            starts_at=entry.starts_at,
            ends_at=entry.ends_at,
            booking_id=booking_of(entry.reference) if entry.reference else None,
            time_off_id=entry.time_off_id,
        )


class OnboardingOut(Schema):
    """A visit to the vendor's onboarding. `url` is null while we ask the vendor for it: ask again after `Retry-After`."""

    status: str
    url: str | None
    expires_at: Instant | None


class PayoutOut(Schema):
    """Money on its way to one's bank."""

    id: PayoutId
    amount: MoneyOut
    status: str
    arrives_at: Instant | None
    failure_code: str
    created_at: Instant

    @classmethod
    def of(cls, card: PayoutCard) -> "PayoutOut":
        """Show a payout to its provider."""
        return cls(
            id=card.id,
            amount=MoneyOut(amount_minor=card.amount_minor, currency=card.currency),
            status=card.status,
            arrives_at=card.arrives_at,
            failure_code=card.failure_code,
            created_at=card.created_at,
        )


class PayoutIn(Body):
    """How much to send to one's bank now, in minor units of the house's currency; without it everything that can be."""

    amount_minor: Annotated[int, Field(ge=1, le=_PAYOUT_MINOR_MAX)] | None = None


@router.get("", response=ProviderOut)
@reads
def me(request: HttpRequest) -> ProviderOut:
    """Show oneself as customers see one, and the service area, which they do not see."""
    return _show(request)


@router.put("/availability", response=ProviderOut)
@changes
def set_availability(request: HttpRequest, body: AvailabilityIn) -> Status[ProviderOut]:
    """Turn the switch "I can come now", without which no ASAP job is offered."""
    commands.set_available_now(available=body.available_now, **_own(request))
    return Status(200, _show(request))


@router.put("/hours", response=ProviderOut)
@changes
def set_hours(request: HttpRequest, body: WeekIn) -> Status[ProviderOut]:
    """Say in which hours of a week one works."""
    weekly = [Hours(stretch.weekday, stretch.starts, stretch.ends) for stretch in body.weekly]
    commands.set_weekly_hours(weekly=weekly, **_own(request))
    return Status(200, _show(request))


@router.put("/area", response=ProviderOut)
@changes
def set_area(request: HttpRequest, body: AreaIn) -> Status[ProviderOut]:
    """Say where one works."""
    circle = Circle(**body.circle.model_dump()) if body.circle else None
    commands.set_service_area(circle=circle, geojson=body.geojson, **_own(request))
    return Status(200, _show(request))


@router.put("/categories", response=ProviderOut)
@changes
def set_categories(request: HttpRequest, body: CategoriesIn) -> Status[ProviderOut]:
    """Say which categories of work one takes."""
    commands.set_categories(categories=body.categories, **_own(request))
    return Status(200, _show(request))


@router.post("/time-off", response={201: TimeOffOut})
@changes
def add_time_off(request: HttpRequest, body: TimeOffIn) -> Status[TimeOffOut]:
    """Take no new work for a while. What is reserved already stays reserved."""
    time_off_id = calendar.add_time_off(starts_at=body.starts_at, ends_at=body.ends_at, **_own(request))
    return Status(201, TimeOffOut(id=time_off_id, starts_at=body.starts_at, ends_at=body.ends_at))


@router.delete("/time-off/{time_off_id}", response={204: None})
@changes
def remove_time_off(request: HttpRequest, time_off_id: TimeOffId) -> Status[None]:
    """Take new work again."""
    calendar.remove_time_off(time_off_id=time_off_id, **_own(request))
    return Status(204, None)


@router.get("/agenda", response=Page[AgendaOut])
@reads
def agenda(request: HttpRequest, *, start: Instant | None = None, end: Instant | None = None) -> Page[AgendaOut]:
    """List what takes one's time in a window (two weeks from now, unless asked otherwise), in order, on one page."""
    begins = start or received_at(request)
    ends = end or begins + timedelta(days=_AGENDA_DAYS)
    if not begins < ends <= begins + timedelta(days=_AGENDA_DAYS_MAX):
        raise BadAgendaWindow
    entries = list_agenda(who(request).account_id, begins, ends)
    return Page[AgendaOut](items=[AgendaOut.of(entry) for entry in entries], next_cursor=None)


@router.post("/payout-account", response={202: OnboardingOut})
@changes
def start_onboarding(request: HttpRequest) -> Status[OnboardingOut]:
    """Begin, or go on, with the vendor's onboarding: one visit to its page. Look for the address with GET."""
    link = payments.start_onboarding(
        provider_id=who(request).account_id, return_url=f"{settings.PUBLIC_URL}/pro/payouts", at=received_at(request)
    )
    return Status(202, _onboarding(link))


@router.get("/payout-account", response={200: OnboardingOut, 202: OnboardingOut})
@reads
def onboarding(request: HttpRequest, response: HttpResponse) -> Status[OnboardingOut]:
    """Look for the address of the visit that was begun last; 202 while we ask the vendor."""
    link = get_onboarding(who(request).account_id)
    if link.url is None:
        response["Retry-After"] = "1"
    return Status(200 if link.url else 202, _onboarding(link))


@router.get("/balance", response=MoneyOut)
@reads
def balance(request: HttpRequest) -> MoneyOut:
    """Say what was transferred to one's account with the vendor and is not yet in the bank."""
    return MoneyOut.of(balance_of(who(request).account_id))


@router.get("/payouts", response=Page[PayoutOut])
@reads
def payouts(request: HttpRequest) -> Page[PayoutOut]:
    """List the newest hundred payouts, on one page."""
    cards = list_payouts(who(request).account_id)
    return Page[PayoutOut](items=[PayoutOut.of(card) for card in cards], next_cursor=None)


@router.post("/payouts", response={201: PayoutOut})
@changes
def request_payout(request: HttpRequest, body: PayoutIn) -> Status[PayoutOut]:
    """Send money to one's bank before the schedule does. What a contested booking keeps back stays."""
    provider_id = who(request).account_id
    amount = None if body.amount_minor is None else Money(body.amount_minor, balance_of(provider_id).currency)
    payout_id = payments.request_payout(provider_id=provider_id, amount=amount, at=received_at(request))
    [made] = [card for card in list_payouts(provider_id) if card.id == payout_id]
    return Status(201, PayoutOut.of(made))


def _own(request: HttpRequest) -> dict[str, Any]:
    actor: Actor = who(request)
    return {"provider_id": actor.account_id, "by": actor, "at": received_at(request)}


def _show(request: HttpRequest) -> ProviderOut:
    provider_id = who(request).account_id
    area = get_reach(provider_id).area
    return show_provider(get_profile(provider_id), get_schedule(provider_id), received_at(request), area=area)


def _onboarding(link: OnboardingLink) -> OnboardingOut:
    return OnboardingOut(status=link.status, url=link.url, expires_at=link.expires_at)
