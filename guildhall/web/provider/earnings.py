"""Money: per job and week, what is on its way, what is in the bank, and the payout account."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from guildhall.bookings.queries import get_bookings
from guildhall.kernel.money import Money
from guildhall.kernel.refusals import NotFound, Refused
from guildhall.payments.commands import request_payout, start_onboarding
from guildhall.payments.queries import balance_of, get_onboarding, list_earnings, list_payouts
from guildhall.payments.types import Earning, OnboardingLink, PayoutState
from guildhall.providers.queries import get_payout_account, get_schedule
from guildhall.web.provider.reading import Job, jobs
from guildhall.web.signin.access import PageRequest, asks_by_itself
from guildhall.web.signin.answering import SeeOther

NO_CONTENT = 204
_WEEKS = 12
_KINDS = {"work": _("Job"), "cancellation": _("Cancelled late"), "tip": _("Tip")}
_STATES: dict[str, tuple[str | Promise, str]] = {
    PayoutState.NONE: (_("On its way"), ""),
    PayoutState.HELD: (_("On its way"), ""),
    PayoutState.TRANSFERRED: (_("On your account"), "info"),
    PayoutState.PAID_OUT: (_("In your bank"), "success"),
    PayoutState.FAILED: (_("Sent back"), "danger"),
}
_IN_BANK = frozenset({PayoutState.PAID_OUT})
_COMING = frozenset({PayoutState.NONE, PayoutState.HELD})


@dataclass(frozen=True)
class Line:
    """One thing that was earned."""

    earning: Earning
    amount: Money
    kind: str | Promise
    state: str | Promise
    state_kind: str
    job: Job | None


@dataclass
class Week:
    """What was earned in a week of the provider's zone, by the day on which the hours became final."""

    monday: date
    total: Money
    lines: list[Line] = field(default_factory=list)

    @property
    def sunday(self) -> date:
        """Its last day."""
        return self.monday + timedelta(days=6)


@require_safe
def page(request: PageRequest) -> HttpResponse:
    """Show what was earned in the last twelve weeks."""
    who = request.account.id
    zone = ZoneInfo(get_schedule(who).time_zone)
    found = list_earnings(who, since=request.received_at - timedelta(weeks=_WEEKS))
    balance = balance_of(who)
    context = {
        "section": "earnings",
        "weeks": _weeks(request, found, zone),
        "zone": str(zone),
        "balance": balance,
        "coming": _sum(found, _COMING, balance.currency),
        "paid": _sum(found, _IN_BANK, balance.currency),
        "account": get_payout_account(who),
    }
    return render(request, "provider/earnings.html", context)


def _sum(found: Sequence[Earning], states: frozenset[PayoutState], currency: str) -> Money:
    return Money(sum(one.amount_minor for one in found if one.payout_state in states), currency)


def _weeks(request: PageRequest, found: Sequence[Earning], zone: ZoneInfo) -> list[Week]:
    weeks: dict[date, Week] = {}
    theirs = {booking_of(one) for one in found}
    shown = {one.card.id: one for one in jobs(list(get_bookings(booking_ids=theirs, by=request.actor).values()))}
    for one in found:
        day = one.settled_at.astimezone(zone).date()
        monday = day - timedelta(days=day.weekday())
        week = weeks.setdefault(monday, Week(monday, Money.zero(one.currency)))
        week.total += Money(one.amount_minor, one.currency)
        week.lines.append(_line(one, shown.get(booking_of(one))))
    return list(weeks.values())


def booking_of(one: Earning) -> UUID:
    """Name the booking in which something was earned."""
    return UUID(one.reference.removeprefix("booking:"))


def _line(one: Earning, job: Job | None) -> Line:
    state, kind = (_("With our team"), "warning") if one.is_blocked else _STATES[one.payout_state]
    return Line(
        earning=one,
        amount=Money(one.amount_minor, one.currency),
        kind=_KINDS[one.kind],
        state=state,
        state_kind=kind,
        job=job,
    )


@require_safe
def payouts(request: PageRequest) -> HttpResponse:
    """Show the payout account, what lies on it, and what went to the bank."""
    return render(request, "provider/payouts.html", _payouts(request))


@require_safe
@asks_by_itself
def payouts_live(request: PageRequest) -> HttpResponse:
    """Give the payout account's part anew, when the link to the vendor is there or the account has changed (`mark`)."""
    found = _payouts(request)
    if found["mark"] == request.GET.get("mark"):
        return HttpResponse(status=NO_CONTENT)
    return render(request, "provider/payout_account.html", found)


@require_POST
def payout(request: PageRequest) -> HttpResponse:
    """Send everything that can be sent to the bank now."""
    try:
        request_payout(provider_id=request.account.id, amount=None, at=request.received_at)
    except Refused as refusal:
        return render(request, "provider/payouts.html", _payouts(request, refusal=refusal), status=refusal.status)
    return SeeOther(request.application.url("payouts"))


@require_POST
def onboarding(request: PageRequest) -> HttpResponse:
    """Ask for a visit to the vendor's page, where the account is opened or completed."""
    address = f"{settings.PUBLIC_URL}{request.application.url('payouts')}"
    start_onboarding(provider_id=request.account.id, return_url=address, at=request.received_at)
    return SeeOther(request.application.url("payouts"))


def _payouts(request: PageRequest, **more: Any) -> dict[str, Any]:
    who = request.account.id
    account = get_payout_account(who)
    link, balance = _link(who, request), balance_of(who)
    return {
        "section": "earnings",
        "zone": get_schedule(who).time_zone,
        "account": account,
        "link": link,
        "balance": balance,
        "payouts": [(card, Money(card.amount_minor, card.currency)) for card in list_payouts(who, limit=50)],
        "mark": f"{account.enabled}-{balance.minor}-{link.id if link else ''}-{bool(link and link.url)}",
        **more,
    }


def _link(provider_id: UUID, request: PageRequest) -> OnboardingLink | None:
    """The last visit, as long as its address can still be used or is on its way."""
    try:
        link = get_onboarding(provider_id)
    except NotFound:
        return None
    is_over = link.expires_at is not None and link.expires_at <= request.received_at
    return None if is_over else link
