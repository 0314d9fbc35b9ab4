"""The notification matrix as it comes: who is told of what, by which channel. Operators change it by setting a policy version."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Role = Literal["customer", "provider", "operator"]
Channel = Literal["email", "sms", "push", "in_app"]


class Rule(BaseModel):
    """
    One cell of the matrix.

    `role` says which party of the event is told: its customer, its provider (or each of its providers), every operator.
    A time-critical message passes quiet hours and digests.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    event: str = Field(pattern=r"^[a-z_]+\.[a-z_]+$", max_length=60)
    role: Role
    channel: Channel
    template: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)
    time_critical: bool = False

    @property
    def key(self) -> tuple[str, str, str]:
        """What may stand only once in a matrix."""
        return self.event, self.role, self.channel


def _email(role: Role, cells: dict[str, str], critical: frozenset[str] = frozenset()) -> tuple[Rule, ...]:
    return tuple(
        Rule(event=event, role=role, channel="email", template=template, time_critical=event in critical)
        for event, template in cells.items()
    )


def _in_app(role: Role, cells: dict[str, str]) -> tuple[Rule, ...]:
    """The inbox holds what the mails tell, but for codes and what is over in a minute: an offer has its own page."""
    told = {event: template for event, template in cells.items() if event not in {*_ACCOUNT, "wave.opened"}}
    return tuple(Rule(event=event, role=role, channel="in_app", template=template) for event, template in told.items())


_ACCOUNT = {
    "code.requested": "code",
    "account.registered_again": "registered-again",
    "account.verified": "welcome",
}

# Whom a review is about is told of it; who wrote it is told of the reply.
_REVIEWS = {
    "review.submitted": "review-waiting",
    "review.published": "review-published",
    "review.replied": "review-replied",
}

# Nobody is told what they have just done themselves, except where the message is their record of it.
_CUSTOMER = {
    **_ACCOUNT,
    "booking.proposed": "booking-proposed",
    "booking.requested": "booking-requested",
    "booking.confirmed": "booking-confirmed",
    "booking.time_proposed": "booking-time-proposed",
    "booking.rescheduled": "booking-rescheduled",
    "booking.provider_withdrew": "booking-provider-withdrew",
    "booking.unfilled": "booking-unfilled",
    "booking.reminder_due": "booking-reminder",
    "booking.en_route": "booking-en-route",
    "booking.provider_delayed": "booking-provider-delayed",
    "booking.started": "booking-started",
    "booking.completed": "booking-completed",
    "booking.contested": "booking-contested",
    "booking.unresolved": "booking-unresolved",
    "booking.decided": "booking-decided",
    "booking.cancelled": "booking-cancelled",
    "booking.payment_action_needed": "payment-action-needed",
    "payment.captured": "payment-captured",
    "tip.paid": "tip-receipt",
    "tip.refused": "tip-refused",
    **_REVIEWS,
}
_PROVIDER = {
    **_ACCOUNT,
    "work_right.granted": "work-right-granted",
    "work_right.revoked": "work-right-revoked",
    "wave.opened": "offer",
    "booking.confirmed": "booking-confirmed",
    "booking.rescheduled": "booking-rescheduled",
    "booking.reminder_due": "booking-reminder",
    "booking.completed": "booking-completed",
    "booking.contested": "booking-contested",
    "booking.unresolved": "booking-unresolved",
    "booking.decided": "booking-decided",
    "booking.cancelled": "booking-cancelled",
    "payment.transferred": "payment-transferred",
    "tip.paid": "tip-received",
    "payout.paid": "payout-paid",
    "payout.failed": "payout-failed",
    **_REVIEWS,
}
_OPERATOR = {
    "booking.unfilled": "escalation-unfilled",
    "booking.unresolved": "escalation-unresolved",
    "booking.contested": "escalation-contested",
}
_CRITICAL = frozenset(
    {
        "code.requested",
        "account.registered_again",
        "wave.opened",
        "booking.proposed",
        "booking.time_proposed",
        "booking.confirmed",
        "booking.rescheduled",
        "booking.provider_withdrew",
        "booking.unfilled",
        "booking.reminder_due",
        "booking.en_route",
        "booking.provider_delayed",
        "booking.cancelled",
        "booking.payment_action_needed",
    }
)

DEFAULT_RULES: tuple[Rule, ...] = (
    *_email("customer", _CUSTOMER, _CRITICAL),
    *_email("provider", _PROVIDER, _CRITICAL),
    Rule(event="wave.opened", role="provider", channel="sms", template="offer", time_critical=True),
    *_email("operator", _OPERATOR, frozenset(_OPERATOR)),
    *_in_app("customer", _CUSTOMER),
    *_in_app("provider", _PROVIDER),
    *_in_app("operator", _OPERATOR),
)
