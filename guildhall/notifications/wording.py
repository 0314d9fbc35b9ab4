"""What a template may say: every value is a finished piece of text, in the recipient's language and the job's zone."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_datetime
from django.conf import settings
from django.utils.functional import Promise, lazy
from django.utils.translation import get_language, gettext, ngettext, pgettext_lazy

from guildhall.bookings.types import BookingCard
from guildhall.catalog.queries import name_job
from guildhall.customers.queries import get_address, saved_card
from guildhall.identity.queries import get_code_to_send
from guildhall.identity.types import Contact
from guildhall.kernel.ids import public_id
from guildhall.kernel.money import Money
from guildhall.matching.types import Mode, OfferCard
from guildhall.notifications.checking import Dropped, Subject
from guildhall.notifications.models import OutgoingMessage
from guildhall.notifications.rules import CODE_LIFE
from guildhall.verticals.reading import Pack, read_pack

_HOUR = 60
_METRES_A_MILE = 1_609.344
# Where the parts of a date stand is a matter of the language, so these are translated (CLDR date field symbols).
_LONG = pgettext_lazy("moment", "EEEE, MMMM d, h:mm a")
_SHORT = pgettext_lazy("moment", "EEE MMM d h:mm a")
_CLOCK = pgettext_lazy("moment", "h:mm a")
_DAY = pgettext_lazy("moment", "MMMM d, y")
_HOMES = {"customer": "/my", "provider": "/pro", "operator": "/ops"}
_JOBS = {"customer": "/my/bookings", "provider": "/pro/jobs", "operator": "/ops/bookings"}
Words = dict[str, Any]


def pack() -> Pack:
    """Give the vertical of this process: the marketplace's name and what it calls its providers."""
    return _read(settings.VERTICAL)


@cache
def _read(vertical: str) -> Pack:
    return read_pack(vertical)


def _write(write: Callable[..., str], *about: object) -> str:
    return write(*about)


# Gives a text that is written when a template shows it: an inbox's lines show little, and many stand on a page.
_later: Callable[..., str] = lazy(_write, str)


def words_for(message: OutgoingMessage, subject: Subject) -> Words:
    """
    Give everything that the templates of a message may use.

    :raises Dropped: when what it is about is gone by now (a code that was used).
    """
    words: Words = {
        "marketplace": pack().name,
        "provider_word": pack().words.provider,
        "providers_word": pack().words.providers,
        "first_name": subject.contact.first_name,
        "role": message.role,
        "link": f"{settings.PUBLIC_URL}{_HOMES[message.role]}/",
    }
    if subject.booking is not None:
        words |= _of_booking(message, subject.booking)
    if subject.offer is not None:
        words |= _of_offer(subject.offer, subject.zone)
    for build in _BY_EVENT.get(message.event_name, ()):
        words |= build(message, subject)
    return words


def _of_booking(message: OutgoingMessage, booking: BookingCard) -> Words:
    """Give what both sides may know at any time: no names, no place."""
    number = public_id("bk", booking.id)
    return {
        "link": f"{settings.PUBLIC_URL}{_JOBS[message.role]}/{number}",
        "number": number,
        "job": _later(_job, booking),
        "job_name": _later(_job_name, booking),
        "category": _later(_category, booking),
        "when": shown(booking.starts_at, booking.time_zone),
        "is_asap": booking.mode == "asap",
    }


def _job(booking: BookingCard) -> str:
    return str(name_job(booking.category_id, booking.kind))


def _job_name(booking: BookingCard) -> str:
    return name_job(booking.category_id, booking.kind).name


def _category(booking: BookingCard) -> str:
    job = name_job(booking.category_id, booking.kind)
    return job.category or job.name


def _of_offer(offer: OfferCard, zone: str) -> Words:
    window = offer.expires_at - offer.offered_at
    return {
        "link": f"{settings.PUBLIC_URL}/pro/offers/{public_id('of', offer.id)}",
        "pay": offer.net.shown(),
        "distance": f"{max(offer.distance_metres / _METRES_A_MILE, 0.1):.1f} mi",
        "when": shown(offer.starts_at, zone),
        "when_short": shown(offer.starts_at, zone, _CLOCK if offer.mode == Mode.ASAP else _SHORT),
        "earliest_end": shown(offer.earliest_end_at, zone, _CLOCK),
        "window": _window(window),
        "window_short": _window_short(window),
        "until": shown(offer.expires_at, zone),
    }


def _code(message: OutgoingMessage, _subject: Subject) -> Words:
    code = get_code_to_send(UUID(message.facts["code_id"]))
    if code is None:
        raise Dropped("code_over")
    return {"code": code.code, "code_purpose": code.purpose, "code_minutes": str(int(CODE_LIFE.total_seconds() // 60))}


def _prices(_message: OutgoingMessage, subject: Subject) -> Words:
    booking = _booking(subject)
    return {
        "price_from": Money(booking.estimate_from_minor, booking.currency).shown(),
        "price_to": Money(booking.estimate_to_minor, booking.currency).shown(),
        "price_held": Money(booking.authorize_minor, booking.currency).shown(),
    }


def _sides(message: OutgoingMessage, subject: Subject) -> Words:
    """Name the other side, once there is one: a provider learns name and address from the confirmation on, never before."""
    booking = _booking(subject)
    if message.role == "provider":
        if booking.provider_id != message.recipient_id or booking.address_id is None:
            return {"customer_name": "", "address": ""}
        return {
            "customer_name": _short_name(subject.people[booking.customer_id]),
            "address": _later(_address, booking.customer_id, booking.address_id),
        }
    return {"provider_name": _short_name(subject.people[booking.provider_id]) if booking.provider_id else ""}


def _short_name(person: Contact) -> str:
    return f"{person.first_name} {person.last_name[:1]}.".strip()


def _address(customer_id: UUID, address_id: UUID) -> str:
    place = get_address(customer_id, address_id)
    return f"{place.street}, {place.city}, {place.state} {place.zip_code}"


def _start_code(message: OutgoingMessage, subject: Subject) -> Words:
    return {"start_code": _booking(subject).start_code or ""} if message.role == "customer" else {}


def _moved(message: OutgoingMessage, _subject: Subject) -> Words:
    """Lead a provider to the offers: the job is not theirs any more, so its page is closed to them."""
    return {"link": f"{settings.PUBLIC_URL}/pro/offers"} if message.role == "provider" else {}


def _hours(message: OutgoingMessage, _subject: Subject) -> Words:
    return {
        name.removesuffix("_minutes"): "" if (minutes := message.facts[name]) is None else lasting(minutes)
        for name in ("logged_minutes", "contested_minutes", "settled_minutes", "break_minutes")
        if name in message.facts
    }


def _completion(message: OutgoingMessage, _subject: Subject) -> Words:
    return {"is_flagged": message.facts["is_flagged"], "has_breaks": message.facts["break_minutes"] > 0}


def _contest_end(message: OutgoingMessage, subject: Subject) -> Words:
    return {"contest_until": shown(datetime.fromisoformat(message.facts["contest_until"]), subject.zone)}


def _expected(message: OutgoingMessage, subject: Subject) -> Words:
    return {"expected": shown(datetime.fromisoformat(message.facts["expected_at"]), subject.zone)}


def _deadline(message: OutgoingMessage, subject: Subject) -> Words:
    return {"deadline": shown(datetime.fromisoformat(message.facts["deadline_at"]), subject.zone)}


def _new_time(message: OutgoingMessage, subject: Subject) -> Words:
    return {"new_time": shown(datetime.fromisoformat(message.facts["starts_at"]), subject.zone)}


def _cause(message: OutgoingMessage, _subject: Subject) -> Words:
    cause: str = message.facts["cause"]
    known = {
        "not_fixed": gettext("The issue is not fully fixed."),
        "not_started": gettext("The appointment passed and work did not start."),
        "provider_withdrew_late": gettext("The job was given back after the appointment had begun."),
        "no_show_reported_by_customer": gettext("The customer reported that nobody came."),
        "no_show_reported_by_provider": gettext("The customer was not there, as reported from the place."),
        "no_show_reported_by_operator": gettext("Our team recorded that one side did not come."),
    }
    return {"cause": known.get(cause, cause.replace("_", " "))}


def _cancellation(message: OutgoingMessage, _subject: Subject) -> Words:
    fee = Money(message.facts["fee_minor"], message.facts["currency"])
    return {
        "cancelled_by": message.facts["cancelled_by"],
        "cause": message.facts["cause"],
        "has_fee": fee.minor > 0,
        "fee": fee.shown(),
    }


def _captured(message: OutgoingMessage, subject: Subject) -> Words:
    amount = Money(message.facts["captured_minor"], message.facts["currency"])
    return {"amount": amount.shown(), "card": _later(_card, subject.contact.id)}


def _card(customer_id: UUID) -> str:
    card = saved_card(customer_id)
    return f"{card.brand.title()} •••• {card.last4}" if card else ""


def _transferred(message: OutgoingMessage, _subject: Subject) -> Words:
    return {"amount": Money(message.facts["transferred_minor"], message.facts["currency"]).shown()}


def _tip(message: OutgoingMessage, _subject: Subject) -> Words:
    return {
        "amount": Money(message.facts["tip_minor"], message.facts["currency"]).shown(),
        "needs_customer": message.facts.get("needs_customer", False),
    }


def _payout(message: OutgoingMessage, subject: Subject) -> Words:
    """Tell of the whole payout: the fact speaks of one booking's part of it."""
    amount = Money(message.facts["amount_minor"], message.facts["currency"])
    for payout in subject.list_payouts():
        if payout.id == UUID(message.facts["payout_id"]):
            amount = Money(payout.amount_minor, payout.currency)
    return {"amount": amount.shown(), "link": f"{settings.PUBLIC_URL}/pro/earnings"}


def _right(message: OutgoingMessage, subject: Subject) -> Words:
    return {"valid_until": shown(datetime.fromisoformat(message.facts["valid_until"]), subject.zone, _DAY)}


def _stars(message: OutgoingMessage, _subject: Subject) -> Words:
    stars = message.facts["rating"]
    return {"stars": ngettext("%(number)d star of 5", "%(number)d stars of 5", stars) % {"number": stars}}


def _review_end(message: OutgoingMessage, subject: Subject) -> Words:
    return {"review_until": shown(datetime.fromisoformat(message.facts["closes_at"]), subject.zone)}


def _booking(subject: Subject) -> BookingCard:
    if subject.booking is None:
        raise Dropped("subject_gone")
    return subject.booking


_BY_EVENT: dict[str, tuple[Callable[[OutgoingMessage, Subject], Words], ...]] = {
    "code.requested": (_code,),
    "booking.proposed": (_prices, _deadline),
    "booking.time_proposed": (_sides, _new_time, _deadline),
    "booking.requested": (_prices,),
    "booking.confirmed": (_sides, _start_code),
    "booking.rescheduled": (_moved,),
    "booking.unfilled": (_deadline,),
    "booking.reminder_due": (_sides, _start_code),
    "booking.en_route": (_sides, _start_code),
    "booking.provider_delayed": (_sides, _expected),
    "booking.started": (_sides,),
    "booking.completed": (_sides, _hours, _completion, _contest_end),
    "booking.contested": (_hours,),
    "booking.unresolved": (_cause,),
    "booking.decided": (_hours,),
    "booking.cancelled": (_cancellation,),
    "booking.payment_action_needed": (_deadline,),
    "payment.captured": (_captured,),
    "payment.transferred": (_transferred,),
    "tip.paid": (_sides, _tip),
    "tip.refused": (_sides, _tip),
    "payout.paid": (_payout,),
    "payout.failed": (_payout,),
    "review.submitted": (_sides, _review_end),
    "review.published": (_sides, _stars),
    "review.replied": (_sides,),
    "work_right.granted": (_right,),
}


def shown(at: datetime, zone: str, pattern: str | Promise = _LONG) -> str:
    """Write an instant as the clock there shows it, with the zone's abbreviation: `Monday, March 1, 9:00 AM PST`."""
    local = at.astimezone(ZoneInfo(zone))
    text = _written(local.replace(tzinfo=None, second=0, microsecond=0), str(pattern), get_language() or "en")
    return text if pattern is _DAY else f"{text} {local.tzname()}"


@lru_cache(maxsize=4_096)
def _written(local: datetime, pattern: str, language: str) -> str:
    """Remembered by its minute, because Babel takes its time."""
    text = str(format_datetime(local, pattern, locale=_locale(language)))
    # Newer locale data puts a narrow no-break space before AM and PM, which costs a text message half of its letters.
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def lasting(minutes: int) -> str:
    """Write a length: `2 h 30 min`."""
    hours, rest = divmod(minutes, _HOUR)
    parts = [f"{hours} h"] if hours else []
    return " ".join([*parts, f"{rest} min"] if rest or not hours else parts)


def _window(window: timedelta) -> str:
    """Write how long somebody has to answer: `45 seconds`, `1 minute`, `4 h`."""
    seconds = int(window.total_seconds())
    if seconds < _HOUR:
        return ngettext("%(number)d second", "%(number)d seconds", seconds) % {"number": seconds}
    minutes = seconds // 60
    if minutes < _HOUR:
        return ngettext("%(number)d minute", "%(number)d minutes", minutes) % {"number": minutes}
    return lasting(minutes)


def _window_short(window: timedelta) -> str:
    """Write it for a text message, where letters count: `45 s`, `1 min`, `4 h`."""
    seconds = int(window.total_seconds())
    return f"{seconds} s" if seconds < _HOUR else lasting(seconds // 60)


def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language.replace("-", "_"))
    except UnknownLocaleError:
        return Locale("en")
