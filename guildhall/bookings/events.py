"""Facts of bookings. Ids, enums, amounts and instants only."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self
from uuid import UUID

from guildhall.eventlog.types import Event

if TYPE_CHECKING:
    from guildhall.bookings.models import Booking


@dataclass(frozen=True, kw_only=True)
class BookingEvent(Event):
    """What every fact of a booking tells: whose it is and how it is done."""

    aggregate_type: ClassVar[str] = "booking"
    customer_id: UUID
    provider_id: UUID | None = None
    mode: str

    @classmethod
    def of(cls, booking: "Booking", **values: Any) -> Self:
        """Make the fact of the booking's present version."""
        return cls(
            aggregate_id=booking.id,
            version=booking.version,
            reference=booking.reference,
            customer_id=booking.customer_id,
            provider_id=booking.provider_id,
            mode=booking.mode,
            **values,
        )


@dataclass(frozen=True, kw_only=True)
class BookingProposed(BookingEvent):
    """An operator wrote a request down for a customer on the telephone (or asks `is_again`), who may say yes to it until `deadline_at`."""

    name: ClassVar[str] = "booking.proposed"
    category_id: int
    starts_at: datetime
    deadline_at: datetime
    is_again: bool = False


@dataclass(frozen=True, kw_only=True)
class BookingRequested(BookingEvent):
    """A customer asked for work."""

    name: ClassVar[str] = "booking.requested"
    category_id: int
    starts_at: datetime


@dataclass(frozen=True, kw_only=True)
class BookingWaiting(BookingEvent):
    """The card is there; matching starts later."""

    name: ClassVar[str] = "booking.waiting"
    matching_starts_at: datetime


@dataclass(frozen=True, kw_only=True)
class MatchingStarted(BookingEvent):
    """Providers are being asked."""

    name: ClassVar[str] = "booking.matching_started"


@dataclass(frozen=True, kw_only=True)
class BookingUnfilled(BookingEvent):
    """Everybody was asked and nobody took it."""

    name: ClassVar[str] = "booking.unfilled"
    deadline_at: datetime


@dataclass(frozen=True, kw_only=True)
class BookingWidened(BookingEvent):
    """The customer asked for everybody to be asked again, more widely."""

    name: ClassVar[str] = "booking.widened"


@dataclass(frozen=True, kw_only=True)
class TimeProposed(BookingEvent):
    """
    An operator proposes another time (or asks `is_again`), to which the customer may say yes until `deadline_at`; until then nothing changes.
    """

    name: ClassVar[str] = "booking.time_proposed"
    starts_at: datetime
    deadline_at: datetime
    is_again: bool = False


@dataclass(frozen=True, kw_only=True)
class TimeDeclined(BookingEvent):
    """The customer keeps the time as it was."""

    name: ClassVar[str] = "booking.time_declined"


@dataclass(frozen=True, kw_only=True)
class BookingRescheduled(BookingEvent):
    """Another time was agreed; `released_provider_id` had the job before."""

    name: ClassVar[str] = "booking.rescheduled"
    starts_at: datetime
    released_provider_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class BookingConfirmed(BookingEvent):
    """A provider committed to the job. Published by `bookings.accept_offer` in SQL."""

    name: ClassVar[str] = "booking.confirmed"
    starts_at: datetime
    tier_rank: int


@dataclass(frozen=True, kw_only=True)
class ProviderWithdrew(BookingEvent):
    """The provider gave the job back (or lost the right to it); the others are asked."""

    name: ClassVar[str] = "booking.provider_withdrew"
    withdrawn_provider_id: UUID


@dataclass(frozen=True, kw_only=True)
class ReminderDue(BookingEvent):
    """The appointment is near."""

    name: ClassVar[str] = "booking.reminder_due"
    starts_at: datetime


@dataclass(frozen=True, kw_only=True)
class PaymentActionNeeded(BookingEvent):
    """The bank wants the customer, or another card, before the deadline."""

    name: ClassVar[str] = "booking.payment_action_needed"
    deadline_at: datetime


@dataclass(frozen=True, kw_only=True)
class ProviderEnRoute(BookingEvent):
    """The provider left for the job."""

    name: ClassVar[str] = "booking.en_route"


@dataclass(frozen=True, kw_only=True)
class ProviderArrived(BookingEvent):
    """The provider is there."""

    name: ClassVar[str] = "booking.arrived"


@dataclass(frozen=True, kw_only=True)
class WorkStarted(BookingEvent):
    """Work began."""

    name: ClassVar[str] = "booking.started"


@dataclass(frozen=True, kw_only=True)
class BreakStarted(BookingEvent):
    """Work pauses."""

    name: ClassVar[str] = "booking.break_started"


@dataclass(frozen=True, kw_only=True)
class BreakEnded(BookingEvent):
    """Work goes on."""

    name: ClassVar[str] = "booking.break_ended"


@dataclass(frozen=True, kw_only=True)
class ProviderDelayed(BookingEvent):
    """The provider says that they come later, and when."""

    name: ClassVar[str] = "booking.provider_delayed"
    expected_at: datetime


@dataclass(frozen=True, kw_only=True)
class EvidenceAdded(BookingEvent):
    """A photograph of the work was put with the booking."""

    name: ClassVar[str] = "booking.evidence_added"
    evidence_id: UUID


@dataclass(frozen=True, kw_only=True)
class WorkCompleted(BookingEvent):
    """The provider stopped and logged the hours, or forgot to (`is_flagged`)."""

    name: ClassVar[str] = "booking.completed"
    logged_minutes: int
    break_minutes: int
    is_flagged: bool
    contest_until: datetime


@dataclass(frozen=True, kw_only=True)
class HoursContested(BookingEvent):
    """The customer says it was another time; nothing is charged before an operator decides."""

    name: ClassVar[str] = "booking.contested"
    logged_minutes: int
    contested_minutes: int


@dataclass(frozen=True, kw_only=True)
class BookingUnresolved(BookingEvent):
    """Somebody did not come, or the issue is not fully fixed: an operator decides."""

    name: ClassVar[str] = "booking.unresolved"
    cause: str


@dataclass(frozen=True, kw_only=True)
class BookingDecided(BookingEvent):
    """An operator's decision on open hours: the three times of the record."""

    name: ClassVar[str] = "booking.decided"
    logged_minutes: int | None
    contested_minutes: int | None
    settled_minutes: int | None


@dataclass(frozen=True, kw_only=True)
class BookingSettled(BookingEvent):
    """The hours are final; money may move. `cause` is confirmed, silence or decision."""

    name: ClassVar[str] = "booking.settled"
    settled_minutes: int
    total_minor: int
    currency: str
    cause: str


@dataclass(frozen=True, kw_only=True)
class BookingCancelled(BookingEvent):
    """The booking will not happen."""

    name: ClassVar[str] = "booking.cancelled"
    cancelled_by: str
    fee_minor: int
    currency: str
    cause: str


@dataclass(frozen=True, kw_only=True)
class BookingClosed(BookingEvent):
    """Nothing is left to collect, pay or refund."""

    name: ClassVar[str] = "booking.closed"


@dataclass(frozen=True, kw_only=True)
class BookingOverdue(BookingEvent):
    """Somebody has let a deadline pass that only a person can answer (a decision, stuck money)."""

    name: ClassVar[str] = "booking.overdue"
    status: str
