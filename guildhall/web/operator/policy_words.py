"""What the members of the policies, and the events of the notification matrix, are called on the operators' pages."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NAMES = {
    "matching": _("Matching"),
    "booking": _("Bookings"),
    "money": _("Money"),
    "cancellation": _("Cancellation"),
    "review": _("Reviews"),
    "tip": _("Tips"),
    "notification": _("Messages"),
}
ABOUT = {
    "matching": _("Who is asked, how many at once, and for how long."),
    "booking": _("Deadlines and sizes of a booking."),
    "money": _("Currency, our fee, tax, and when and for how much a card is held."),
    "cancellation": _("What a customer's cancellation costs."),
    "review": _("How long both sides may review each other."),
    "tip": _("How long and how much customers may tip."),
    "notification": _("Who is told of what, and by which channel. What is not ticked is not sent."),
}
# By the type of what a policy refuses; members by what they are called here.
REFUSED = {
    "exceeds": _("“%(less)s” must not be more than “%(more)s”."),
    "nothing_counts": _("Something must count: give at least one of these more than 0."),
    "ends_before_it_starts": _(
        "The last wave must end after matching starts: lower its hours, or start more days before."
    ),
    "two_rules": _("There are two rules for the same message."),
    "string_pattern_mismatch": _("Write three capital letters, such as USD."),
}
GROUPS = {
    "asap": _("As soon as possible"),
    "scheduled": _("At a time"),
    "weights": _("What counts in the order of a wave"),
    "quiet_hours": _("Quiet hours, by the clocks of who is told"),
}
_WINDOWS = {
    "favourites_window_seconds": _("Favourites may think, in seconds"),
    "tier_window_seconds": _("A tier may think, in seconds"),
    "wave_size": _("Asked at once in a tier"),
    "favourites_wave_size": _("Favourites asked at once"),
    "waves_per_tier": _("Waves a tier gets"),
}
# By document and member; where a member has members of its own, by document, member and member.
LABELS: dict[str, str | Promise] = {
    **{f"matching.{mode}.{name}": label for mode in ("asap", "scheduled") for name, label in _WINDOWS.items()},
    "matching.starts_days_before": _("Matching starts, in days before the start"),
    "matching.last_wave_ends_hours_before": _("The last wave ends, in hours before the start"),
    "matching.last_wave_ends_hours_before_if_late": _("The last wave ends when booked late, in hours before the start"),
    "matching.asap_travel_allowance_minutes": _("Time to get to an urgent job, in minutes"),
    "matching.search_radius_metres": _("Searched around the job, in metres"),
    "matching.weights.distance": _("Near the job"),
    "matching.weights.rating": _("Rating"),
    "matching.weights.response": _("Answers fast"),
    "matching.weights.newcomer": _("Has had few jobs"),
    "matching.weights.waiting": _("Long without an offer"),
    "matching.weights.acceptance": _("Share of offers accepted"),
    "booking.card_minutes": _("A booking waits for its card, in minutes"),
    "booking.proposal_hours": _("What was agreed on the phone waits for a yes, in hours"),
    "booking.unfilled_minutes_asap": _("An urgent booking stays unfilled, in minutes"),
    "booking.unfilled_hours_before": _("An unfilled booking ends, in hours before the start"),
    "booking.start_grace_minutes": _("Late after, in minutes from the start"),
    "booking.forgotten_stop_hours": _("Forgotten work stops, in hours after the planned end"),
    "booking.contest_hours": _("Hours may be contested for, in hours"),
    "booking.reminder_hours_before": _("Reminder, in hours before the start"),
    "booking.geofence_metres": _("Counts as there, in metres from the address"),
    "booking.travel_buffer_minutes": _("Kept free after a job, in minutes"),
    "booking.minutes_min": _("Shortest job, in minutes"),
    "booking.minutes_max": _("Longest job, in minutes"),
    "booking.horizon_days": _("Bookings reach ahead, in days"),
    "booking.scheduled_notice_minutes": _("Soonest start at a time, in minutes from now"),
    "booking.alarm_hours": _("Money that does not move alarms after, in hours"),
    "booking.position_seconds_min": _("Positions are taken every, in seconds"),
    "booking.position_minutes_max": _("A position is shown for, in minutes"),
    "booking.drive_detour_percent": _("By road it is farther by, in percent"),
    "booking.drive_kmh": _("Speed of driving, in kilometres an hour"),
    "money.currency": _("Currency"),
    "money.platform_fee_basis_points": _("Our fee, in percent"),
    "money.tax_basis_points": _("Tax, in percent"),
    "money.authorize_hours_before": _("The amount is held, in hours before the start"),
    "money.headroom_percent": _("Held above the estimate, in percent"),
    "money.provider_cancellation_share_percent": _("The provider's share of a cancellation fee, in percent"),
    "cancellation.free_hours_before": _("Free until, in hours before the start"),
    "cancellation.late_fee_percent": _("Later it costs, in percent of the lower estimate"),
    "cancellation.asap_call_out": _("An urgent job costs the call-out fee once somebody is on the way"),
    "review.window_days": _("Days to review in"),
    "tip.window_days": _("Days to tip in"),
    "tip.least_minor": _("Smallest tip, in dollars"),
    "tip.most_minor": _("All tips of a booking at most, in dollars"),
    "notification.quiet_hours.starts": _("From"),
    "notification.quiet_hours.ends": _("Until"),
}
ROLES = {"customer": _("Customer"), "provider": _("Provider"), "operator": _("Operators")}
CHANNELS = {"email": _("E-mail"), "sms": _("Text message"), "push": _("Push"), "in_app": _("Inbox")}
EVENTS: dict[str, str | Promise] = {
    "code.requested": _("A code to sign in"),
    "account.registered_again": _("Registered with an address that has an account"),
    "account.verified": _("Welcome"),
    "work_right.granted": _("May work now"),
    "work_right.revoked": _("May not work any more"),
    "wave.opened": _("An offer"),
    "booking.proposed": _("A booking written down on the phone"),
    "booking.requested": _("Booking requested"),
    "booking.confirmed": _("Booking confirmed"),
    "booking.time_proposed": _("Another time proposed"),
    "booking.rescheduled": _("Booking moved"),
    "booking.provider_withdrew": _("The provider cannot come"),
    "booking.unfilled": _("Nobody was free"),
    "booking.reminder_due": _("Reminder"),
    "booking.en_route": _("On the way"),
    "booking.provider_delayed": _("Running late"),
    "booking.started": _("Work has started"),
    "booking.completed": _("Hours to look at"),
    "booking.contested": _("Hours contested"),
    "booking.unresolved": _("Not fully fixed"),
    "booking.decided": _("A case is decided"),
    "booking.cancelled": _("Booking cancelled"),
    "booking.payment_action_needed": _("The bank wants the customer"),
    "payment.captured": _("Receipt"),
    "payment.transferred": _("Earned"),
    "payout.paid": _("Paid to the bank"),
    "payout.failed": _("A payout came back"),
    "tip.paid": _("A tip"),
    "tip.refused": _("A tip was refused"),
    "review.submitted": _("A review waits"),
    "review.published": _("Reviews are visible"),
    "review.replied": _("A reply to a review"),
}


def event_word(event: str) -> str | Promise:
    """Name an event; one that no list knows by its own name, readable."""
    return EVENTS.get(event) or event.replace(".", " ").replace("_", " ").capitalize()
