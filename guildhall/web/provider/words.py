"""What statuses are called to the provider."""

from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from guildhall.bookings.types import BookingCard
from guildhall.bookings.types import BookingStatus as S

Kind = Literal["", "accent", "success", "warning", "danger", "info"]


@dataclass(frozen=True)
class Label:
    """What a badge says, in which colour, and a sentence about what follows."""

    text: str | Promise
    kind: Kind
    follows: str | Promise


LABELS: dict[str, Label] = {
    S.CONFIRMED: Label(gettext_lazy("Confirmed"), "accent", gettext_lazy("The job is yours.")),
    S.EN_ROUTE: Label(gettext_lazy("On the way"), "info", gettext_lazy("The customer knows that you are coming.")),
    S.ARRIVED: Label(gettext_lazy("There"), "info", gettext_lazy("Ask the customer for the code of four digits.")),
    S.IN_PROGRESS: Label(gettext_lazy("Working"), "info", gettext_lazy("The paid time runs.")),
    S.COMPLETED: Label(
        gettext_lazy("Waiting for the customer"),
        "warning",
        gettext_lazy("The customer looks at your hours. If they say nothing, your hours count."),
    ),
    S.CONTESTED: Label(
        gettext_lazy("Hours contested"),
        "danger",
        gettext_lazy("The customer remembers another time. Our team decides; nothing is charged or paid before that."),
    ),
    S.UNRESOLVED: Label(
        gettext_lazy("With our team"),
        "warning",
        gettext_lazy("Our team looks at this job and tells you what follows. The money waits until then."),
    ),
    S.SETTLED: Label(gettext_lazy("Hours final"), "success", gettext_lazy("Your pay is on its way.")),
    S.CANCELLED: Label(gettext_lazy("Cancelled"), "", gettext_lazy("Nothing is to be done here.")),
    S.CLOSED: Label(gettext_lazy("Done"), "success", gettext_lazy("Everything is paid.")),
}
_CANCELLED_LATE = Label(
    gettext_lazy("Cancelled"),
    "",
    gettext_lazy("The customer pays a fee for cancelling late. Your share is among your earnings."),
)


def label_of(card: BookingCard) -> Label:
    """Give the label of a booking; one that is closed was done or cancelled."""
    if not card.cancelled_by:
        return LABELS[card.status]
    return _CANCELLED_LATE if card.cancellation_fee_minor else LABELS[S.CANCELLED]
