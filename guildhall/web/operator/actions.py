"""What an operator can do with a booking: a form each, offered where the booking's status lets it through."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later

from guildhall.bookings import commands, lifecycle
from guildhall.bookings.queries import proposal_of
from guildhall.bookings.types import BookingCard
from guildhall.kernel.actors import Actor
from guildhall.kernel.ids import read_public_id
from guildhall.kernel.moves import Move
from guildhall.matching.commands import NotEligible
from guildhall.matching.queries import assignable
from guildhall.web.asking.times import ANSWER_TIME, first_offered
from guildhall.web.operator import words
from guildhall.web.operator.choosing import provider_choices
from guildhall.web.pages.forms import ChoiceCards, Stepper

_REASON_LENGTH = 500
_MINUTES_MAX = 4_320
_OFFERED = 8


class ActionForm(forms.Form):
    """
    A form about one booking; knows it, so that it can offer what fits. `is_empty` says that nothing fits.

    One that `looks_around` is made when somebody wants to see it, and not for everybody who looks at the booking.
    """

    is_empty = False
    looks_around = False

    def __init__(self, data: Any = None, *, slug: str, card: BookingCard, at: datetime) -> None:
        super().__init__(data, auto_id=f"{slug}_%s")
        self.slug = slug
        self.card = card
        self.at = at


class Reason(ActionForm):
    """Why, for the record."""

    reason = forms.CharField(
        label=later("Reason"),
        max_length=_REASON_LENGTH,
        help_text=later("Kept with the booking; both sides may read it."),
    )


class Assignment(ActionForm):
    """One of those who may do the job and are free."""

    looks_around = True
    provider_id = forms.ChoiceField(label=later("Who does it"), widget=ChoiceCards)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = provider_choices(assignable(self.card.reference, at=self.at, limit=_OFFERED))
        field = self.fields["provider_id"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = found.choices
        field.widget = ChoiceCards(choices=found.choices, details=found.details)
        field.error_messages["invalid_choice"] = _("They are not free for this job any more. Choose another.")
        self.is_empty = not found.choices

    def clean_provider_id(self) -> UUID:
        """Read the outside name of the provider who was chosen."""
        return read_public_id("pr", self.cleaned_data["provider_id"])


class Replacement(Assignment):
    """Another provider instead of the one who has the job."""

    reason = forms.CharField(label=later("Reason"), max_length=_REASON_LENGTH)


class Settlement(ActionForm):
    """How many minutes are final, and why."""

    minutes = forms.IntegerField(
        label=later("Minutes that count"), min_value=0, max_value=_MINUTES_MAX, widget=Stepper(attrs={"step": 5})
    )
    reason = forms.CharField(
        label=later("Reason"),
        max_length=_REASON_LENGTH,
        help_text=later("Kept with the booking; both sides may read it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        logged = self.card.logged_minutes
        self.fields["minutes"].initial = logged if logged is not None else self.card.minutes_from
        said = self.card.contested_minutes
        if logged is not None and said is not None:
            self.fields["minutes"].help_text = _("Logged: %(logged)s minutes. The customer says: %(said)s.") % {
                "logged": logged,
                "said": said,
            }


class Appointment(ActionForm):
    """Another wall time at the place."""

    starts_at = forms.DateTimeField(
        label=later("New start, local time at the place"),
        input_formats=["%Y-%m-%dT%H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["starts_at"].initial = first_offered(
            zone=self.card.time_zone, at=self.at, until_now=self.card.starts_at, answer_time=ANSWER_TIME
        )

    def clean_starts_at(self) -> datetime:
        """Let any time pass but the one so far: a yes to that would free the provider for nothing."""
        wall: datetime = self.cleaned_data["starts_at"].replace(tzinfo=None)
        if wall == self.card.starts_at.astimezone(ZoneInfo(self.card.time_zone)).replace(tzinfo=None):
            raise forms.ValidationError(_("It is planned for this time already. Choose another."))
        return wall


class Nothing(ActionForm):
    """Nothing has to be said."""


@dataclass(frozen=True)
class Action:
    """
    One thing to do: its address' last part, what its button says, from which statuses it leads away (or else when it fits), and the command.

    `hint` is what it means for money and time; `word` is what is said when it is done.
    """

    slug: str
    label: str | Promise
    hint: str | Promise
    done: str | Promise
    form: type[ActionForm]
    moves: tuple[Move, ...]
    run: Callable[..., object]
    look: str = "primary"
    fits: Callable[[BookingCard, datetime], bool] | None = None

    def fill(self, data: Any, card: BookingCard, at: datetime) -> ActionForm:
        """Make the form; `data` is what was sent, or None."""
        return self.form(data, slug=self.slug, card=card, at=at)

    def is_offered(self, card: BookingCard, at: datetime) -> bool:
        """Whether the booking's status has an arrow for it, or it fits the booking as it is."""
        if self.fits is not None:
            return self.fits(card, at)
        return any(card.status in move.sources for move in self.moves)


@dataclass(frozen=True)
class Offer:
    """An action with its form, on a page; `is_open` when it is what is to be done next. Without a form it is there to be asked for."""

    action: Action
    form: ActionForm | None
    is_open: bool


def _assign(card: BookingCard, said: dict[str, Any], by: Actor, at: datetime) -> None:
    commands.assign_by_hand(booking_id=card.id, provider_id=said["provider_id"], by=by, at=at)


def _replace(card: BookingCard, said: dict[str, Any], by: Actor, at: datetime) -> None:
    commands.replace_by_hand(booking_id=card.id, provider_id=said["provider_id"], reason=said["reason"], by=by, at=at)


def _settle(card: BookingCard, said: dict[str, Any], by: Actor, at: datetime) -> None:
    commands.decide_booking(booking_id=card.id, settled_minutes=said["minutes"], reason=said["reason"], by=by, at=at)


def _drop(card: BookingCard, said: dict[str, Any], by: Actor, at: datetime) -> None:
    commands.decide_booking(booking_id=card.id, settled_minutes=None, reason=said["reason"], by=by, at=at)


def _widen(card: BookingCard, _said: dict[str, Any], by: Actor, at: datetime) -> None:
    commands.widen_booking(booking_id=card.id, by=by, at=at)


def _propose_time(card: BookingCard, said: dict[str, Any], by: Actor, at: datetime) -> None:
    commands.propose_time(booking_id=card.id, starts_at=said["starts_at"], fold=None, by=by, at=at)


def _send_again(card: BookingCard, _said: dict[str, Any], by: Actor, at: datetime) -> None:
    commands.send_link_again(booking_id=card.id, by=by, at=at)


def _is_proposed(card: BookingCard, at: datetime) -> bool:
    return proposal_of(card, at=at) is not None


def _is_replaceable(card: BookingCard, at: datetime) -> bool:
    return commands.can_be_replaced(card, at=at)


def _was_due(card: BookingCard, at: datetime) -> bool:
    return card.status in lifecycle.MISS.sources and at >= card.starts_at


def _report(card: BookingCard, said: dict[str, Any], by: Actor, at: datetime) -> None:
    commands.report_no_show(booking_id=card.id, reason=said["reason"], by=by, at=at)


def _withdraw(card: BookingCard, said: dict[str, Any], by: Actor, at: datetime) -> None:
    commands.withdraw_provider(booking_id=card.id, reason=said["reason"], by=by, at=at)


def _cancel(card: BookingCard, said: dict[str, Any], by: Actor, at: datetime) -> None:
    commands.cancel_booking(booking_id=card.id, reason=said["reason"], by=by, at=at)


ACTIONS: tuple[Action, ...] = (
    Action(
        "settlement",
        later("Settle the hours"),
        later("Makes the minutes final: the card is charged for them, and the provider gets their share."),
        later("The hours are final."),
        Settlement,
        (lifecycle.SETTLE_BY_DECISION,),
        _settle,
    ),
    Action(
        "dismissal",
        later("Cancel without a charge"),
        later("Ends the booking: nobody is charged and nobody is paid; the held payment is released."),
        later("The booking is cancelled; nobody is charged."),
        Reason,
        (lifecycle.CANCEL_BY_DECISION,),
        _drop,
        "danger",
    ),
    Action(
        "assignment",
        later("Assign by hand"),
        later("Gives them the job at once, as if they had accepted; the search ends."),
        later("The job is assigned."),
        Assignment,
        (lifecycle.CONFIRM,),
        _assign,
    ),
    Action(
        "replacement",
        later("Give it to somebody else"),
        later("Takes the job from its provider and gives it to another at once."),
        later("The job has another provider."),
        Replacement,
        (),
        _replace,
        fits=_is_replaceable,
    ),
    Action(
        "no-show",
        later("Report that somebody did not come"),
        later("Puts the booking before you for a decision; no money moves until then."),
        later("Reported. It waits for a decision now."),
        Reason,
        (),
        _report,
        "",
        fits=_was_due,
    ),
    Action(
        "widening",
        later("Ask everybody again"),
        later("Opens a new search; for work as soon as possible the card is authorized again first."),
        later("Everybody is asked again."),
        Nothing,
        (lifecycle.WIDEN,),
        _widen,
        "",
    ),
    Action(
        "link",
        later("Send the link again"),
        later("The customer gets the mail with the link to say yes once more; until when they can stays as it was."),
        later("Sent again. The customer has a new mail with the link."),
        Nothing,
        (),
        _send_again,
        fits=_is_proposed,
    ),
    Action(
        "rescheduling",
        later("Propose another time"),
        later(
            "The customer gets a link and says yes to it; until then everything stays. Afterwards the provider is free again, "
            "and the search starts anew. Prices stay."
        ),
        later("Proposed. The customer has a mail with the link to say yes."),
        Appointment,
        (lifecycle.RESCHEDULE_NOW,),
        _propose_time,
        "",
    ),
    Action(
        "withdrawal",
        later("Take the provider off and search again"),
        later("The others are asked; this provider is not."),
        later("The search has begun again."),
        Reason,
        (),
        _withdraw,
        "",
        fits=_is_replaceable,
    ),
    Action(
        "cancellation",
        later("Cancel for the customer"),
        later("Cancelled by an operator, it is free for the customer."),
        later("The booking is cancelled."),
        Reason,
        (lifecycle.CANCEL,),
        _cancel,
        "danger",
    ),
)
BY_SLUG = {action.slug: action for action in ACTIONS}


def offers_for(card: BookingCard, at: datetime, tried: ActionForm | None = None, wanted: str = "") -> list[Offer]:
    """
    Give what can be done with a booking now, the likeliest first and open.

    :param tried: a form that was refused: it is shown as it was sent, with what is wrong.
    :param wanted: the action that somebody has opened.
    """
    refused = tried.slug if tried is not None and tried.errors else ""
    offered = [action for action in ACTIONS if action.is_offered(card, at) or action.slug == refused]
    waits = card.status in {"unfilled", "contested", "unresolved"}
    opened = wanted or (offered[0].slug if offered and waits else "")
    return [_offer(action, card, at, tried, is_open=tried is None and action.slug == opened) for action in offered]


def _offer(action: Action, card: BookingCard, at: datetime, tried: ActionForm | None, *, is_open: bool) -> Offer:
    if tried is not None and tried.slug == action.slug:
        return Offer(action, tried, is_open=True)
    is_shown = is_open or not action.form.looks_around
    return Offer(action, action.fill(None, card, at) if is_shown else None, is_open=is_open)


@contextmanager
def told_why_not() -> Iterator[None]:
    """Say in words why somebody may not have the job."""
    try:
        yield
    except NotEligible as refusal:
        why = words.text(words.REFUSALS, str(refusal.extra.get("refusal", "")))
        raise NotEligible(_("They cannot take it: %(why)s.") % {"why": why.lower()}, **refusal.extra) from refusal
