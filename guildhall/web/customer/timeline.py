"""The story of a booking as a list that fills: what was, what is, what comes."""

from datetime import datetime
from itertools import takewhile
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guildhall.bookings.types import BookingCard
from guildhall.eventlog.types import Fact
from guildhall.matching.types import CascadeCard

_ORDER = ("requested", "card", "looking", "accepted", "way", "work", "paid")
_NOW = {
    "awaiting_card": "card",
    "waiting": "looking",
    "matching": "looking",
    "unfilled": "looking",
    "confirmed": "way",
    "en_route": "way",
    "arrived": "work",
    "in_progress": "work",
    "completed": "paid",
    "contested": "paid",
    "unresolved": "paid",
    "settled": "paid",
}


def steps_of(card: BookingCard, facts: list[Fact], provider: str, cascade: CascadeCard | None) -> list[dict[str, Any]]:
    """Give the steps of the `timeline` component; `facts` are the booking's, `provider` is who comes, by first name, or empty."""
    times = {fact.name: fact.occurred_at for fact in facts}
    ended = times.get("booking.cancelled")
    now = _ORDER.index(_NOW.get(card.status, "paid")) + (card.status == "closed")
    if card.is_proposal and not ended:
        now = 0
    moments = _times(card, times)
    steps = []
    for number, name in enumerate(_ORDER):
        is_done = moments[name] is not None if ended else number < now
        state = "done" if is_done else "now" if number == now else "next"
        if ended and (name == "paid" or not is_done):
            continue
        at = moments[name] if state == "done" else None
        words = {"title": _title(name, state, card, provider), "note": _note(name, state, card, cascade)}
        steps.append(
            {**words, "state": "failed" if _has_failed(name, card) else state, "at": at, "zone": card.time_zone}
        )
    if ended:
        steps.append({"title": _("Cancelled"), "state": "failed", "at": ended, "zone": card.time_zone, "note": ""})
    if ended and (charged := times.get("payment.captured")):
        steps.append({"title": _("Fee charged"), "state": "done", "at": charged, "zone": card.time_zone, "note": ""})
    return steps


def was_held(facts: list[Fact]) -> bool:
    """Whether a hold on the card stood when the booking was cancelled; one that was let go before counts no more."""
    before = takewhile(lambda fact: fact.name != "booking.cancelled", facts)
    told = [fact.name for fact in before if fact.name in {"authorization.made", "authorization.released"}]
    return told[-1:] == ["authorization.made"]


def _times(card: BookingCard, times: dict[str, datetime]) -> dict[str, datetime | None]:
    return {
        "requested": card.requested_at,
        "card": times.get("card.saved") or times.get("authorization.made") or times.get("booking.matching_started"),
        "looking": times.get("booking.matching_started") if card.confirmed_at else None,
        "accepted": card.confirmed_at,
        "way": times.get("booking.en_route") if card.provider_id else None,
        "work": card.started_at,
        "paid": times.get("payment.captured") or times.get("booking.settled"),
    }


def _has_failed(name: str, card: BookingCard) -> bool:
    return name == "looking" and card.status == "unfilled"


def _title(name: str, state: str, card: BookingCard, provider: str) -> str:
    who = {"name": provider}
    titles = {
        "requested": _("Requested") if state == "done" else _("You say yes"),
        "card": _("Card in order") if state == "done" else _("Your card"),
        "looking": _("We asked around") if state == "done" else _("We look for somebody"),
        "accepted": _("%(name)s accepted") % who if provider else _("Somebody accepts"),
        "way": _("%(name)s set out") % who if state == "done" else _("On the way"),
        "work": _("Work began") if state == "done" else _("Work"),
        "paid": _("Paid for the hours worked") if state == "done" else _("You confirm the hours"),
    }
    if name == "paid" and card.status == "settled":
        return _("The charge is on its way")
    return titles[name]


def _note(name: str, state: str, card: BookingCard, cascade: CascadeCard | None) -> str:
    if name == "looking" and cascade and state in {"now", "done"} and cascade.asked:
        asked = ngettext("%(count)s person asked", "%(count)s people asked", cascade.asked) % {"count": cascade.asked}
        declined = ngettext("%(count)s declined", "%(count)s declined", cascade.declined) % {"count": cascade.declined}
        return f"{asked}, {declined}" if cascade.declined else asked
    if name == "card" and state == "next":
        return ""
    if name == "work" and card.status == "in_progress":
        return _("under way")
    return ""
