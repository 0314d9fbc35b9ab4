"""Statuses and directions in a customer's words."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from guildhall.bookings.types import BookingCard


@dataclass(frozen=True)
class Badge:
    """How a status looks in a list."""

    label: str | Promise
    kind: str = ""


_BADGES = {
    "proposed": Badge(_("Waits for your yes"), "warning"),
    "awaiting_card": Badge(_("Your card is missing"), "warning"),
    "waiting": Badge(_("Planned"), "info"),
    "matching": Badge(_("Looking for somebody"), "info"),
    "unfilled": Badge(_("Nobody was free"), "warning"),
    "confirmed": Badge(_("Confirmed"), "success"),
    "en_route": Badge(_("On the way"), "info"),
    "arrived": Badge(_("At your door"), "info"),
    "in_progress": Badge(_("At work"), "accent"),
    "completed": Badge(_("Look at the hours"), "warning"),
    "contested": Badge(_("Being decided"), "warning"),
    "unresolved": Badge(_("Being looked into"), "warning"),
    "settled": Badge(_("Done"), "success"),
    "closed": Badge(_("Done"), "success"),
    "cancelled": Badge(_("Cancelled")),
}


def badge_of(card: BookingCard) -> Badge:
    """Give the badge of a booking; a closed one is done or cancelled."""
    if card.cancelled_by:
        return _BADGES["cancelled"]
    return _BADGES["proposed" if card.is_proposal else card.status]


_WINDS = (
    _("north"),
    _("north-east"),
    _("east"),
    _("south-east"),
    _("south"),
    _("south-west"),
    _("west"),
    _("north-west"),
)
_DEGREES_A_WIND = 45


def direction(bearing_degrees: int) -> str | Promise:
    """Name a direction: degrees clockwise from the north."""
    return _WINDS[round(bearing_degrees / _DEGREES_A_WIND) % len(_WINDS)]
