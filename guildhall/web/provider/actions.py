"""The one obvious next action of a job."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from django.utils.translation import gettext as _

from guildhall.bookings.queries import get_work
from guildhall.bookings.types import BookingCard
from guildhall.bookings.types import BookingStatus as S
from guildhall.kernel.ids import public_id
from guildhall.web.signin.access import PageRequest

# Nobody sets out half a day before; until then there is nothing to press.
_AHEAD = timedelta(hours=12)


@dataclass(frozen=True)
class Action:
    """A button: where it sends to (POST, or GET for pages that ask more first), what it says; `needs_code` asks for the start code."""

    label: str
    icon: str
    href: str
    is_post: bool = True
    needs_code: bool = False
    second: "Action | None" = None


def action_of(card: BookingCard, request: PageRequest) -> Action | None:
    """Give what comes next on this job, or None when it is somebody else's turn."""
    booking_id = public_id("bk", card.id)

    def to(view: str) -> str:
        return request.application.url(view, booking_id)

    if card.status == S.CONFIRMED and card.starts_at - request.received_at <= _AHEAD:
        return Action(_("I am on my way"), "car", to("job-leave"))
    if card.status == S.EN_ROUTE:
        return Action(_("I have arrived"), "map-pin", to("job-arrive"))
    if card.status == S.ARRIVED:
        return Action(_("Start the work"), "play", to("job-start"), needs_code=True)
    return _at_work(card, request, to) if card.status == S.IN_PROGRESS else None


def _at_work(card: BookingCard, request: PageRequest, to: Callable[[str], str]) -> Action:
    stop = Action(_("Stop and log hours"), "square", to("job-finish"), is_post=False)
    if get_work(booking_id=card.id, by=request.actor, at=request.received_at).paused_since is not None:
        return Action(_("Go on working"), "play", to("job-resume"), second=stop)
    return replace(stop, second=Action(_("Take a break"), "pause", to("job-pause")))
