"""Every fact that concerns somebody is shown to the matrix. Handlers write rows and jobs; nothing is sent here."""

from guildhall.bookings import events as bookings
from guildhall.credentialing import events as credentialing
from guildhall.eventlog.commands import on
from guildhall.eventlog.types import Event, Fact
from guildhall.identity import events as identity
from guildhall.matching import events as matching
from guildhall.notifications import queueing
from guildhall.notifications.models import OutgoingMessage
from guildhall.notifications.queueing import Waiting
from guildhall.notifications.routing import tell
from guildhall.notifications.types import MessageStatus
from guildhall.payments import events as payments
from guildhall.policy.events import SwitchResumed
from guildhall.reviews import events as reviews

HEARD: tuple[type[Event], ...] = (
    identity.AccountCreated,
    identity.AccountRegisteredAgain,
    identity.AccountVerified,
    identity.CodeRequested,
    credentialing.WorkRightGranted,
    credentialing.WorkRightRevoked,
    payments.CheckoutExpired,
    payments.AuthorizationMade,
    payments.AuthorizationRefused,
    payments.AuthorizationReleased,
    payments.PaymentCaptured,
    payments.PaymentTransferred,
    payments.TipPaid,
    payments.TipRefused,
    payments.PayoutPaid,
    payments.PayoutFailed,
    payments.PayoutAccountChanged,
    matching.WaveOpened,
    matching.OfferWithdrawn,
    matching.CascadeClosed,
    bookings.BookingProposed,
    bookings.BookingRequested,
    bookings.BookingWaiting,
    bookings.MatchingStarted,
    bookings.BookingUnfilled,
    bookings.BookingWidened,
    bookings.TimeProposed,
    bookings.TimeDeclined,
    bookings.BookingRescheduled,
    bookings.BookingConfirmed,
    bookings.ProviderWithdrew,
    bookings.ReminderDue,
    bookings.PaymentActionNeeded,
    bookings.ProviderEnRoute,
    bookings.ProviderArrived,
    bookings.ProviderDelayed,
    bookings.WorkStarted,
    bookings.WorkCompleted,
    bookings.HoursContested,
    bookings.BookingUnresolved,
    bookings.BookingDecided,
    bookings.BookingSettled,
    bookings.BookingCancelled,
    bookings.BookingClosed,
    bookings.BookingOverdue,
    reviews.ReviewSubmitted,
    reviews.ReviewPublished,
    reviews.ReviewReplied,
)


def tell_whom_it_concerns(event: Event, fact: Fact) -> None:
    """Queue the messages that the matrix asks for."""
    tell(event, fact)


for _event in HEARD:
    on(_event)(tell_whom_it_concerns)


@on(SwitchResumed)
def send_what_waited_for_the_switch(event: SwitchResumed, _fact: Fact) -> None:
    """Let everything that a stop switch held back try again; what is still stopped elsewhere waits on."""
    if event.what == "notifications":
        waiting = OutgoingMessage.objects.filter(status=MessageStatus.POSTPONED, reason="paused").order_by("queued_at")
        queueing.defer([Waiting(*row) for row in waiting.values_list("id", "is_time_critical")])
